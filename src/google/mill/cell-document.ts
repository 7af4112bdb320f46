/**
 * A cell's own document, but for its artifact. `vector` and `record` are JSON in a text each: of them nothing is asked for by its field,
 * and as maps, which they were once, they are most of the fields that each process on their way takes apart.
 */
import type { DocumentSnapshot, Firestore } from '@google-cloud/firestore';
import type { z } from 'zod';
import { CellRecord } from '../../mill/model/cell-record.ts';
import { Vector } from '../../mill/model/vector.ts';
import type { CellWrite } from '../../mill/ports/cells.ts';
import type { MeasuredBatch } from '../measured-batch.ts';
import { toPointer } from './firestore-artifacts.ts';
import { placePath } from './paths.ts';

export function writeCell(db: Firestore, batch: MeasuredBatch, cell: CellWrite): void {
  const ref = db.doc(placePath({ kind: 'cell', ...cell }));
  const { computation, date, vector, record } = cell;
  const made = { vector: JSON.stringify(vector), record: JSON.stringify(record) };
  const base = { computation, date, ...made, status: cell.status };
  if (cell.status === 'COMPLETED')
    batch.set(ref, { ...base, generation: cell.generation, artifact: toPointer(cell.artifact) });
  else {
    // The last good result stays beside the failure, for people; no computation reads it. Each field is replaced whole.
    const fields = { ...base, error: cell.error };
    batch.set(ref, fields, { mergeFields: Object.keys(fields) });
  }
}

/** Undefined where it says nothing that is understood. */
export const vectorIn = (cell: DocumentSnapshot): Vector | undefined => parsed(Vector, cell.get('vector'));
export const recordIn = (cell: DocumentSnapshot): CellRecord | undefined => parsed(CellRecord, cell.get('record'));

function parsed<T>(schema: z.ZodType<T>, stored: unknown): T | undefined {
  try {
    return schema.safeParse(typeof stored === 'string' ? JSON.parse(stored) : stored).data;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}
