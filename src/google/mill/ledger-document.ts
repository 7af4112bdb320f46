/** A task as its ledger document holds it: with what it is found by, and when Firestore may delete it. */
import { type DocumentData, FieldValue, Timestamp } from '@google-cloud/firestore';
import { cellName } from '../../mill/model/cell.ts';
import type { Run } from '../../mill/model/run.ts';
import type { Task } from '../../mill/model/task.ts';

/** Tasks with their attempts, and runs, are kept so long; a TTL policy on `expiresAt` (firestore.indexes.json) deletes them. */
export const RETENTION_DAYS = 90;

/**
 * `cellNames` is what `daymill attempts` asks by: one index entry a cell, of 40,000 that a document may have. It needs no
 * composite index: a cell has few tasks in ninety days, and they are sorted by who reads them.
 */
export const toLedger = (task: Task): DocumentData => ({
  ...task,
  cellNames: task.cells.map(cellName),
  expiresAt: expiryAfter(task.createdMs),
  fence: '',
  rev: 0,
});

export const toRunDocument = (run: Run): DocumentData => ({ ...run, expiresAt: expiryAfter(run.createdMs) });

/** A dead letter waits for a person, however long that takes. */
export function expiryOf({ deadLetter }: Task): { expiresAt?: FieldValue | Timestamp } {
  if (deadLetter === undefined) return {};
  return { expiresAt: deadLetter.status === 'OPEN' ? FieldValue.delete() : expiryAfter(deadLetter.handledMs ?? 0) };
}

const expiryAfter = (ms: number): Timestamp => Timestamp.fromMillis(ms + RETENTION_DAYS * 86_400_000);
