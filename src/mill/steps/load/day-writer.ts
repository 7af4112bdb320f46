/** Writes days of root data: each as one artifact, visible whole, and only when its content differs from what is there. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { TerminalError, UserError } from '../../../errors.ts';
import { artifactWriter, type ShardSink, valueHash, writeArtifact } from '../../execution/artifact-writer.ts';
import { DOCUMENT_ID } from '../../execution/check-row.ts';
import type { Artifact, Part } from '../../model/artifact.ts';
import type { Dataset, EntityDataset } from '../../model/dataset.ts';
import type { Day } from '../../../values/date.ts';
import type { Hash } from '../../../values/hash.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { RootData } from '../../ports/root-data.ts';

/** Firestore takes 500 writes and 10 MiB in one commit. */
const COMMIT_DAYS = 300;
const COMMIT_BYTES = 8_000_000;

/** Digits of a row's number within its day, which is its id when it has no other: rows keep their order, and sort as text. */
const ID_DIGITS = 7;

/** One entity of a day, or its document, as the dataset's schema left it. */
export interface DayRow {
  /** Undefined when the dataset names no ids. */
  readonly id: string | undefined;
  readonly value: unknown;
  /** The value as canonical JSON, where that is known already. */
  readonly json?: string;
  /** Where it was read, for errors: `row 3`, `line 17`. */
  readonly where: string;
}

export type DayChange = 'new' | 'changed' | 'same';

export interface DayWriterPorts {
  readonly artifacts: Pick<Artifacts, 'writeShard'>;
  readonly rootData: Pick<RootData, 'writeDays'>;
  readonly newId: () => string;
}

export interface DayWriter {
  /**
   * `rows` in the file's order; of rows without ids none is kept once the next is asked for.
   * @throws {UserError} BAD_SOURCE when two rows have one id, or the day is too large. What `rows` throws: nothing of the day is written then.
   */
  put(date: Day, rows: Iterable<DayRow>): Promise<DayChange>;
  /**
   * As `put`, of rows that come in ascending order of their ids, and are let go part by part: what is held of a day is compressed. Answers
   * how many came; without any nothing is written.
   * @throws {UserError} BAD_SOURCE as `put`, and when a row comes out of order. What `rows` throws: nothing of the day is written then.
   */
  putSorted(date: Day, rows: AsyncIterable<DayRow>): Promise<number>;
  /** Writes what is still in hand. */
  finish(): Promise<void>;
}

/** `known`: what is there now. */
export function dayWriter(dataset: Dataset, known: ReadonlyMap<Day, Hash>, ports: DayWriterPorts): DayWriter {
  let batch: { date: Day; artifact: Artifact; generation: string }[] = [];
  let bytes = 0;
  const flush = async (): Promise<void> => {
    if (batch.length > 0) await ports.rootData.writeDays(dataset.name, batch);
    batch = [];
    bytes = 0;
  };
  const keep = async (date: Day, made: Artifact, held: readonly Part[]): Promise<DayChange> => {
    const before = known.get(date);
    if (before === made.hash) return 'same';
    const generation = ports.newId();
    const artifact = await withShards(made, held, (part, index) =>
      ports.artifacts.writeShard({ kind: 'root', dataset: dataset.name, date }, generation, part, index),
    );
    const size = inlineBytes(artifact);
    if (batch.length === COMMIT_DAYS || bytes + size > COMMIT_BYTES) await flush();
    batch.push({ date, artifact, generation });
    bytes += size;
    return before === undefined ? 'new' : 'changed';
  };
  const put = async (date: Day, rows: Iterable<DayRow>): Promise<DayChange> => {
    // Nothing is written before the content is known to differ.
    const held: Part[] = [];
    if (dataset.kind === 'entities') return keep(date, await entitiesArtifact(dataset, date, rows, held), held);
    const documents = [...rows];
    assertDistinct(dataset, date, documents);
    const value = documents[0]?.value;
    // Thousands of small documents are compared much faster than they are compressed.
    return known.get(date) === valueHash(value)
      ? 'same'
      : keep(date, await documentArtifact(dataset, date, value), held);
  };
  return {
    put,
    async putSorted(date, rows) {
      const inOrder = assertAscending(dataset, date, rows);
      if (dataset.kind === 'document') {
        const [only] = await Array.fromAsync(inOrder);
        if (only !== undefined) await put(date, [only]);
        return only === undefined ? 0 : 1;
      }
      const held: Part[] = [];
      const made = await sortedArtifact(dataset, date, inOrder, held);
      if (made.count > 0) await keep(date, made, held);
      return made.count;
    },
    finish: flush,
  };
}

/** Rows that have the id of an earlier one, with that one; a document's rows all have the same. */
export function sameIds(rows: readonly DayRow[]): { readonly row: DayRow; readonly first: DayRow }[] {
  const byId = new Map<string, DayRow>();
  return rows.flatMap((row) => {
    const first = row.id === undefined ? undefined : byId.get(row.id);
    if (first !== undefined) return [{ row, first }];
    if (row.id !== undefined) byId.set(row.id, row);
    return [];
  });
}

export const describeSameId = ({ row, first }: ReturnType<typeof sameIds>[number]): string =>
  row.id === DOCUMENT_ID
    ? `a document is one a day, and ${first.where} is of the same day`
    : `it has the id "${row.id}", as ${first.where} has`;

function assertDistinct(dataset: Dataset, date: Day, rows: readonly DayRow[]): void {
  const [same] = sameIds(rows);
  if (same !== undefined)
    throw new UserError('BAD_SOURCE', `${dataset.name} on ${date}, ${same.row.where}: ${describeSameId(same)}.`);
}

/** Each row as it comes, once it is known to come after the one before: where that has the same id, both are named. */
async function* assertAscending(
  { name }: Dataset,
  date: Day,
  rows: AsyncIterable<DayRow>,
): AsyncGenerator<DayRow & { readonly id: string }> {
  let before: { readonly id: string; readonly where: string } | undefined;
  for await (const row of rows) {
    const { id = '', where } = row;
    if (before !== undefined && id <= before.id) {
      const problem =
        id === before.id
          ? describeSameId({ row, first: { ...row, where: before.where } })
          : `its id "${id}" comes after "${before.id}" of ${before.where}. Let it make entities in ascending order of their ids`;
      throw new UserError('BAD_SOURCE', `${name} on ${date}, ${where}: ${problem}.`);
    }
    before = { id, where };
    yield { ...row, id };
  }
}

const holding =
  (held: Part[]): ShardSink =>
  ({ data, ...range }, index) => {
    held.push({ ...range, data });
    return Promise.resolve({ ...range, id: String(index) });
  };

/** Of one document: it is one part, and none is held. */
async function documentArtifact(dataset: Dataset, date: Day, value: unknown): Promise<Artifact> {
  try {
    return await writeArtifact(value, false, holding([]));
  } catch (thrown) {
    throw tooLarge(dataset, date, thrown);
  }
}

async function entitiesArtifact(
  dataset: EntityDataset,
  date: Day,
  rows: Iterable<DayRow>,
  held: Part[],
): Promise<Artifact> {
  try {
    const writer = artifactWriter(holding(held));
    for (const { id, value, json } of dataset.id === undefined ? numbered(rows) : inOrder(dataset, date, rows)) {
      writer.add(id, value, json);
      if (writer.isFull()) await writer.flush();
    }
    return await writer.finish();
  } catch (thrown) {
    throw tooLarge(dataset, date, thrown);
  }
}

async function sortedArtifact(
  dataset: Dataset,
  date: Day,
  rows: AsyncIterable<DayRow & { readonly id: string }>,
  held: Part[],
): Promise<Artifact> {
  try {
    const writer = artifactWriter(holding(held));
    for await (const { id, value, json } of rows) {
      writer.add(id, value, json);
      if (!writer.isFull()) continue;
      await writer.flush();
      // Rows that wait for nothing would let nobody else have a turn, not even who interrupts.
      await nextTurn();
    }
    return await writer.finish();
  } catch (thrown) {
    throw tooLarge(dataset, date, thrown);
  }
}

const tooLarge = (dataset: Dataset, date: Day, thrown: unknown): unknown =>
  thrown instanceof TerminalError
    ? new UserError('BAD_SOURCE', `${dataset.name} on ${date}: ${thrown.message}`, { cause: thrown })
    : thrown;

type NamedRow = DayRow & { readonly id: string };

function* numbered(rows: Iterable<DayRow>): Generator<NamedRow> {
  let number = 0;
  for (const { value, json, where } of rows) {
    const id = String(number++).padStart(ID_DIGITS, '0');
    yield json === undefined ? { id, value, where } : { id, value, json, where };
  }
}

/** The order of rows in the file is no content where rows have names. */
function inOrder(dataset: Dataset, date: Day, rows: Iterable<DayRow>): readonly NamedRow[] {
  const found = [...rows];
  assertDistinct(dataset, date, found);
  // Each has one: the dataset names them.
  return (found as NamedRow[]).sort((a, b) => (a.id < b.id ? -1 : 1));
}

async function withShards(
  made: Artifact,
  held: readonly Part[],
  writeShard: (part: Part, index: number) => ReturnType<Artifacts['writeShard']>,
): Promise<Artifact> {
  if ('parts' in made) return made;
  const shards = [];
  for (const [index, part] of held.entries()) shards.push(await writeShard(part, index));
  return { ...made, shards };
}

const inlineBytes = (artifact: Artifact): number =>
  'parts' in artifact ? artifact.parts.reduce((sum, { data }) => sum + data.byteLength, 0) : 0;
