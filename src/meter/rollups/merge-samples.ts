/** Samples of many segments as those of a few chunks. Pure. */
import { Samples } from '../model/samples.ts';
import type { Series } from '../model/series.ts';
import { encodeSegment } from '../segments/segment.ts';
import { type Block, MAX_CHUNK_BYTES, MAX_CHUNK_SAMPLES } from './chunk-index.ts';
import { sortKeyOf } from './sort-key.ts';

export interface PackedChunk {
  readonly block: Block;
  readonly fromMs: number;
  readonly toMs: number;
  readonly first: string;
  readonly last: string;
  readonly samples: number;
  readonly data: Uint8Array;
}

/** Samples of one series. */
interface Piece {
  readonly id: number;
  readonly key: string;
  readonly samples: Samples;
}

/**
 * Chunks of `MAX_CHUNK_BYTES` at most, each of series that follow each other in their order; of `parts` those samples whose series `takes`.
 * A sample that came twice is there twice: what a day holds does not change by how it lies.
 */
export function mergeSamples(
  parts: Iterable<Samples>,
  series: ReadonlyMap<number, Series>,
  block: Block,
  takes: (key: string) => boolean = () => true,
): PackedChunk[] {
  const pieces = new Map<number, Piece | undefined>();
  for (const part of parts) gather(part, series, pieces, takes);
  const sorted = [...pieces.values()]
    .filter((piece) => piece !== undefined)
    .toSorted((a, b) => (a.key < b.key ? -1 : Number(a.key > b.key)));
  return packed(sorted, block);
}

function gather(
  part: Samples,
  series: ReadonlyMap<number, Series>,
  pieces: Map<number, Piece | undefined>,
  takes: (key: string) => boolean,
): void {
  const byPlace: (Piece | undefined)[] = [];
  for (let at = 0; at < part.length; at++) {
    const id = part.series[at] as number;
    let piece = pieces.get(id);
    if (piece === undefined && !pieces.has(id)) {
      const one = series.get(id);
      // What the dictionary does not know is kept all the same: by its id.
      const key = one === undefined ? `\u0000\u0000${String(id).padStart(10, '0')}` : sortKeyOf(one);
      piece = takes(key) ? { id, key, samples: new Samples() } : undefined;
      pieces.set(id, piece);
    }
    byPlace.push(piece);
    piece?.samples.copy(part, at, id);
  }
  for (const exemplar of part.exemplars) {
    const piece = exemplar.sample < 0 ? pieces.get(exemplar.series ?? -1) : byPlace[exemplar.sample];
    if (piece === undefined) continue;
    const { sample, ...rest } = exemplar;
    // The place among the series' own: samples before it of the same series.
    piece.samples.exemplars.push({ ...rest, sample: sample < 0 ? -1 : placeWithin(byPlace, piece, sample, part) });
  }
}

function placeWithin(byPlace: readonly (Piece | undefined)[], piece: Piece, sample: number, part: Samples): number {
  let after = 0;
  for (let at = sample + 1; at < part.length; at++) if (byPlace[at] === piece) after++;
  return piece.samples.length - 1 - after;
}

/** Bytes that a sample takes when nothing is known yet. */
const GUESSED_BYTES = 2;

function packed(pieces: readonly Piece[], block: Block): PackedChunk[] {
  const chunks: PackedChunk[] = [];
  let bytesASample = GUESSED_BYTES;
  for (let start = 0; start < pieces.length;) {
    const room = Math.min(MAX_CHUNK_SAMPLES, MAX_CHUNK_BYTES / bytesASample);
    let [end, samples] = [start, 0];
    while (end < pieces.length && (end === start || samples + (pieces[end] as Piece).samples.length <= room))
      samples += (pieces[end++] as Piece).samples.length;
    let chunk = pack(pieces.slice(start, end), block);
    while (isTooMuch(chunk) && end - start > 1) {
      end = start + Math.max(1, Math.floor((end - start) / 2));
      chunk = pack(pieces.slice(start, end), block);
    }
    bytesASample = Math.max(0.1, chunk.data.byteLength / chunk.samples);
    chunks.push(...(isTooMuch(chunk) ? halves(pieces[start] as Piece, block) : [chunk]));
    start = end;
  }
  return chunks;
}

const isTooMuch = ({ data, samples }: PackedChunk): boolean =>
  data.byteLength > MAX_CHUNK_BYTES || samples > MAX_CHUNK_SAMPLES;

/** Of one series that is too much for one chunk, by time. */
function halves(piece: Piece, block: Block): PackedChunk[] {
  const order = Uint32Array.from({ length: piece.samples.length }, (_, at) => at).sort(
    (a, b) => (piece.samples.timestampsMs[a] as number) - (piece.samples.timestampsMs[b] as number) || a - b,
  );
  const middle = Math.ceil(order.length / 2);
  return [order.subarray(0, middle), order.subarray(middle)].flatMap((places) => {
    const samples = new Samples();
    const placeOf = new Map<number, number>();
    for (const [at, place] of places.entries()) {
      samples.copy(piece.samples, place, piece.id);
      placeOf.set(place, at);
    }
    for (const exemplar of piece.samples.exemplars) {
      const at = placeOf.get(exemplar.sample);
      if (at !== undefined) samples.exemplars.push({ ...exemplar, sample: at });
      else if (exemplar.sample < 0 && placeOf.has(0)) samples.exemplars.push(exemplar);
    }
    const half = { ...piece, samples };
    const chunk = pack([half], block);
    return isTooMuch(chunk) && samples.length > 1 ? halves(half, block) : [chunk];
  });
}

function pack(pieces: readonly Piece[], block: Block): PackedChunk {
  const all = new Samples();
  let highest = 0;
  for (const { samples, id } of pieces) {
    all.append(samples);
    highest = Math.max(highest, id);
  }
  // Series are numbered by their ids here.
  const ids = Uint32Array.from({ length: highest + 1 }, (_, id) => id);
  let [fromMs, toMs] = [Infinity, -Infinity];
  for (let at = 0; at < all.length; at++) {
    fromMs = Math.min(fromMs, all.timestampsMs[at] as number);
    toMs = Math.max(toMs, all.timestampsMs[at] as number);
  }
  const first = (pieces[0] as Piece).key;
  const last = (pieces.at(-1) as Piece).key;
  return { block, fromMs, toMs, first, last, samples: all.length, data: encodeSegment(all, ids) };
}
