/** A task as its ledger document holds it: with what it is found by, and when Firestore may delete it. */
import { type DocumentData, FieldValue, Timestamp } from '@google-cloud/firestore';
import { shortened } from '../../errors.ts';
import { packJson, unpackJson } from '../../mill/execution/artifact-codec.ts';
import { cellName, type CellOutcome } from '../../mill/model/cell.ts';
import type { Run } from '../../mill/model/run.ts';
import { Task } from '../../mill/model/task.ts';

/** Tasks with their attempts, and runs, are kept so long; a TTL policy on `expiresAt` (firestore.indexes.json) deletes them. */
export const RETENTION_DAYS = 90;

/** Bytes of a task's document that its outcomes may take: its cells, its attempts and what it is found by have the rest. */
const OUTCOMES_BYTES = 500_000;

/** Characters of each error beyond that. Whole it lies with the cell, and in the log. */
const BRIEF_CHARACTERS = 200;

/**
 * `cells` and `outcomes` are packed: of a few hundred cells they are thousands of fields, which each process on their way would take
 * apart. `cellNames` is what `daymill attempts` asks by: one index entry a cell, of 40,000 that a document may have. It needs no
 * composite index: a cell has few tasks in ninety days, and they are sorted by who reads them.
 */
export const toLedger = (task: Task): DocumentData => ({
  ...task,
  cells: packCells(task),
  outcomes: packOutcomes(task),
  cellNames: task.cells.map(cellName),
  expiresAt: expiryAfter(task.createdMs),
  fence: '',
  rev: 0,
});

/** Of a task's document; maps are of a task that was made before they were packed. @throws {z.ZodError} */
export const fromLedger = (data: DocumentData): Task =>
  Task.parse({ ...data, cells: unpacked(data['cells']), outcomes: unpacked(data['outcomes']) });

const unpacked = (stored: unknown): unknown => (stored instanceof Uint8Array ? unpackJson(stored) : stored);

/** What a message names a document's version by: its update time. */
export const versionText = (time: Timestamp | undefined): string =>
  time === undefined ? '' : `${time.seconds}.${time.nanoseconds}`;

/** Undefined of what is none. */
export function versionTime(version: string): Timestamp | undefined {
  const [, seconds, nanoseconds] = /^(\d{1,12})\.(\d{1,9})$/u.exec(version) ?? [];
  return seconds === undefined ? undefined : new Timestamp(Number(seconds), Number(nanoseconds));
}

export const packCells = ({ cells }: Pick<Task, 'cells'>): Uint8Array => packJson(JSON.stringify(cells));

export function packOutcomes({ outcomes }: Pick<Task, 'outcomes'>): Uint8Array {
  const whole = packJson(JSON.stringify(outcomes));
  if (whole.byteLength <= OUTCOMES_BYTES) return whole;
  const brief = (outcome: CellOutcome): CellOutcome => {
    if (outcome.status !== 'FAILED') return outcome;
    const { error } = outcome;
    return { ...outcome, error: { ...error, message: shortened(error.message, BRIEF_CHARACTERS) } };
  };
  const cut = Object.entries(outcomes).map(([name, outcome]) => [name, brief(outcome)]);
  return packJson(JSON.stringify(Object.fromEntries(cut)));
}

export const toRunDocument = (run: Run): DocumentData => ({ ...run, expiresAt: expiryAfter(run.createdMs) });

/** Of a leaf that counts some of a run's tasks: below the run, and no TTL that deletes a document deletes what is below it. */
export const toCounterDocument = ({ createdMs }: Run, tasks: number): DocumentData => ({
  totalTasks: tasks,
  remainingTasks: tasks,
  expiresAt: expiryAfter(createdMs),
});

/** A dead letter waits for a person, however long that takes. */
export function expiryOf({ deadLetter }: Task): { expiresAt?: FieldValue | Timestamp } {
  if (deadLetter === undefined) return {};
  return { expiresAt: deadLetter.status === 'OPEN' ? FieldValue.delete() : expiryAfter(deadLetter.handledMs ?? 0) };
}

const expiryAfter = (ms: number): Timestamp => Timestamp.fromMillis(ms + RETENTION_DAYS * 86_400_000);
