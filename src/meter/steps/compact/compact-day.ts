/**
 * Joins a day's segments: first to chunks of the block of two hours that they lie in, then the chunks of a block that is over, in the end those of
 * the day. Each step is one commit that the index of chunks decides, so that it may end at any point, and run beside itself, without harm.
 */
import type { Day } from '../../../values/date.ts';
import { CONTENT_MODULUS } from '../../segments/content.ts';
import type { Samples } from '../../model/samples.ts';
import type { Series } from '../../model/series.ts';
import type { Chunks, FreshSegment, ReadIndex } from '../../ports/chunks.ts';
import type { DayKey, DayStore, SeriesId } from '../../ports/day-store.ts';
import {
  type Block,
  blockOf,
  type ChunkEntry,
  type ChunkIndex,
  type ChunkSums,
  dueJoins,
  RETIRED_MS,
  startOfDay,
} from '../../rollups/chunk-index.ts';
import { mergeSamples, type PackedChunk } from '../../rollups/merge-samples.ts';
import { splitByBlock } from '../../rollups/split-by-block.ts';

export interface CompactPorts {
  readonly days: Pick<DayStore, 'dictionary'>;
  readonly chunks: Chunks;
  readonly clock: { now(): number };
  readonly newId: () => string;
}

/** Of one commit, which Firestore takes 500 writes and 10 MiB of; half of that in is no more than that out. */
const MOST_FRESH = { segments: 400, bytes: 4_000_000 };

/** Segments that wait before they are joined while a day is under way: a commit for fewer is hardly worth it. */
export const MIN_FRESH = 16;

/** Packed bytes that one pass over a day's chunks takes into memory, some twenty times as much when unpacked. */
const PASS_BYTES = 6_000_000;

export interface Compacted {
  readonly segments: number;
  readonly chunks: number;
  /** Whether nothing is left to do for now. */
  readonly isDone: boolean;
}

/** `isClosed`: nothing is expected for the day any more. Ends early when `isDue` says so. @throws {RetryableError} UNAVAILABLE, CONTENTION */
export async function compactDay(
  key: DayKey,
  isClosed: boolean,
  ports: CompactPorts,
  isDue: () => boolean = () => false,
): Promise<Compacted> {
  let [segments, made] = [0, 0];
  while (!isDue()) {
    const read = await ports.chunks.index(key);
    const fresh = await ports.chunks.fresh(key, MOST_FRESH);
    // After the segments: what they name was in the dictionary before them.
    const { series } = await ports.days.dictionary(key);
    if (fresh.length === 0 || (!isClosed && fresh.length < MIN_FRESH)) {
      const joined = await joinNext(key, isClosed, { read, series }, ports);
      if (joined === undefined) return { segments, chunks: made, isDone: true };
      made += joined;
      continue;
    }
    const chunks = await takeFresh(key, fresh, { read, series }, ports);
    segments += chunks === undefined ? 0 : fresh.length;
    made += chunks ?? 0;
  }
  return { segments, chunks: made, isDone: false };
}

interface Known {
  readonly read: ReadIndex;
  readonly series: ReadonlyMap<SeriesId, Series>;
}

/** Answers how many chunks there are more; undefined when another was first. */
async function takeFresh(
  key: DayKey,
  fresh: readonly FreshSegment[],
  { read, series }: Known,
  ports: CompactPorts,
): Promise<number | undefined> {
  const byBlock = splitByBlock(
    fresh.map(({ samples }) => samples),
    (timeMs) => blockOf(timeMs, startOfDay(key.day)),
  );
  const chunks = [...byBlock]
    .flatMap(([block, parts]) => mergeSamples(parts, series, block))
    .map((chunk) => ({ id: ports.newId(), chunk }));
  const { index, version } = read;
  const next: ChunkIndex = {
    ...index,
    chunks: [...index.chunks, ...chunks.map(({ id, chunk }) => entryOf(id, chunk))],
    sums: fresh.reduce(added, index.sums),
  };
  const isThere = await ports.chunks.commit(key, { index: next, version, chunks, taken: fresh.map(({ id }) => id) });
  return isThere ? chunks.length : undefined;
}

const added = (sums: ChunkSums, { n, h1, h2 }: ChunkSums): ChunkSums => ({
  n: sums.n + n,
  h1: (sums.h1 + h1) % CONTENT_MODULUS,
  h2: (sums.h2 + h2) % CONTENT_MODULUS,
});

const entryOf = (id: string, { data, ...chunk }: PackedChunk): ChunkEntry => ({ id, ...chunk, bytes: data.byteLength });

/** Undefined when nothing is to be joined. */
async function joinNext(
  key: DayKey,
  isClosed: boolean,
  { read, series }: Known,
  ports: CompactPorts,
): Promise<number | undefined> {
  const { index, version } = read;
  const nowMs = ports.clock.now();
  const [block] = dueJoins(index, key.day, nowMs, isClosed);
  const expired = index.retired.filter(({ atMs }) => atMs + RETIRED_MS < nowMs);
  if (block === undefined && expired.length === 0) return undefined;
  const old = block === undefined ? [] : index.chunks.filter((one) => block === 'day' || one.block === block);
  const chunks = await joined(key, old, block ?? 'day', series, ports);
  const gone = new Set(old.map(({ id }) => id));
  const next: ChunkIndex = {
    ...index,
    chunks: [...index.chunks.filter(({ id }) => !gone.has(id)), ...chunks],
    retired: [
      ...index.retired.filter((one) => !expired.includes(one)),
      ...(old.length === 0 ? [] : [{ ids: [...gone], atMs: nowMs }]),
    ],
  };
  const isThere = await ports.chunks.commit(key, { index: next, version, chunks: [], taken: [] });
  // Otherwise what was written is swept later: it may count after all, where only the answer was lost.
  if (isThere)
    await ports.chunks.remove(
      key,
      expired.flatMap(({ ids }) => ids),
    );
  return isThere ? chunks.length : 0;
}

/** Chunks of a block, or of the day, written anew, in passes over ranges of series: memory is bounded however large the day is. */
async function joined(
  key: DayKey,
  old: readonly ChunkEntry[],
  block: Block,
  series: ReadonlyMap<SeriesId, Series>,
  { chunks, newId }: CompactPorts,
): Promise<ChunkEntry[]> {
  const made: ChunkEntry[] = [];
  for (const { after, upTo } of rangesOf(old)) {
    const ids = old.filter(({ first, last }) => last > after && first <= upTo).map(({ id }) => id);
    const parts: Samples[] = [];
    for await (const { samples } of chunks.read(key, ids)) parts.push(samples);
    const packed = mergeSamples(parts, series, block, (name) => name > after && name <= upTo).map((chunk) => ({
      id: newId(),
      chunk,
    }));
    await chunks.write(key, packed);
    made.push(...packed.map(({ id, chunk }) => entryOf(id, chunk)));
  }
  return made;
}

/** Ranges of sort keys, beginnings left out, that hold about `PASS_BYTES` each. */
export function rangesOf(chunks: readonly ChunkEntry[]): { readonly after: string; readonly upTo: string }[] {
  const sorted = chunks.toSorted((a, b) => (a.last < b.last ? -1 : Number(a.last > b.last)));
  const ranges: { after: string; upTo: string }[] = [];
  let [after, bytes] = ['', 0];
  for (const [at, { last, bytes: own }] of sorted.entries()) {
    bytes += own;
    const isLast = at === sorted.length - 1;
    if (!isLast && (bytes < PASS_BYTES || sorted[at + 1]?.last === last)) continue;
    ranges.push({ after, upTo: last });
    [after, bytes] = [last, 0];
  }
  return ranges;
}

/** Chunks that nobody names: of a compaction that was ended while it wrote. */
export async function sweepChunks(key: DayKey, { chunks, clock }: CompactPorts): Promise<number> {
  const stored = await chunks.stored(key);
  const { index } = await chunks.index(key);
  const named = new Set([...index.chunks.map(({ id }) => id), ...index.retired.flatMap(({ ids }) => ids)]);
  const orphans = stored.filter(({ id, createdMs }) => !named.has(id) && createdMs + RETIRED_MS < clock.now());
  await chunks.remove(
    key,
    orphans.map(({ id }) => id),
  );
  return orphans.length;
}

/** Whether a day is over, and what was sent for it is in. */
export const isOver = (day: Day, nowMs: number, graceMs: number): boolean =>
  nowMs > startOfDay(day) + 86_400_000 + graceMs;
