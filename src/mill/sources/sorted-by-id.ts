/**
 * Sorts a day's entities by their ids, however many they are: in runs that fit into memory, each compressed, and a merge of all runs.
 * No disk is used: that of a Cloud Run instance is its memory. https://cloud.google.com/run/docs/container-contract#filesystem
 */
import { packJson, unpackJson } from '../execution/artifact-codec.ts';

/** One entity, as the dataset's schema left it. */
export interface FoundEntity {
  readonly id: string;
  /** Canonical JSON. */
  readonly json: string;
  /** For errors. */
  readonly where: string;
}

/** Characters of JSON that are sorted at once: some three times that in memory. */
const RUN_CHARACTERS = 32 * 1_048_576;

/** Entities that are handed on, and compressed, at once. */
const CHUNK = 2_000;

type Packed = Uint8Array;

/** Stable: of those with one id the first that came is first. `runCharacters` for tests. */
export async function* sortedById(
  entities: AsyncIterable<readonly FoundEntity[]>,
  runCharacters = RUN_CHARACTERS,
): AsyncGenerator<readonly FoundEntity[]> {
  const runs: Packed[][] = [];
  let run: FoundEntity[] = [];
  let characters = 0;
  for await (const chunk of entities) {
    for (const entity of chunk) {
      run.push(entity);
      characters += entity.id.length + entity.json.length + entity.where.length;
    }
    if (characters < runCharacters) continue;
    runs.push(packed(inOrder(run)));
    run = [];
    characters = 0;
  }
  const last = inOrder(run);
  if (runs.length === 0) yield* chunksOf(last);
  else yield* merged([...runs.map(unpacked), chunksOf(last)]);
}

const inOrder = (run: FoundEntity[]): FoundEntity[] => run.sort((a, b) => (a.id < b.id ? -1 : Number(a.id > b.id)));

function* chunksOf(run: readonly FoundEntity[]): Generator<readonly FoundEntity[]> {
  for (let start = 0; start < run.length; start += CHUNK) yield run.slice(start, start + CHUNK);
}

const packed = (run: readonly FoundEntity[]): Packed[] =>
  Array.from(chunksOf(run), (chunk) => packJson(JSON.stringify(chunk)));

function* unpacked(run: Packed[]): Generator<readonly FoundEntity[]> {
  // Let go one by one: what was merged is not needed again.
  for (let chunk = run.shift(); chunk !== undefined; chunk = run.shift()) yield unpackJson(chunk) as FoundEntity[];
}

interface Cursor {
  readonly rest: Iterator<readonly FoundEntity[]>;
  chunk: readonly FoundEntity[];
  at: number;
}

/** Of runs with the same id first, the earlier run wins. */
function* merged(runs: readonly Iterator<readonly FoundEntity[]>[]): Generator<readonly FoundEntity[]> {
  let open = runs.map((rest): Cursor => ({ rest, chunk: [], at: 0 })).filter(advance);
  let out: FoundEntity[] = [];
  while (open.length > 0) {
    let least = open[0] as Cursor;
    for (const cursor of open) if (headOf(cursor).id < headOf(least).id) least = cursor;
    out.push(headOf(least));
    least.at++;
    if (least.at === least.chunk.length && !advance(least)) open = open.filter((cursor) => cursor !== least);
    if (out.length === CHUNK) {
      yield out;
      out = [];
    }
  }
  if (out.length > 0) yield out;
}

const headOf = ({ chunk, at }: Cursor): FoundEntity => chunk[at] as FoundEntity;

/** To the next chunk. False when there is none. */
function advance(cursor: Cursor): boolean {
  const next = cursor.rest.next();
  if (next.done === true) return false;
  cursor.chunk = next.value;
  cursor.at = 0;
  return true;
}
