/** What is kept of a skipped cell that was made again: whether it gave what is stored, and what the books tell of. Nothing of it is stored. */
import { isPassing } from '../../../errors.ts';
import { cellName } from '../../model/cell.ts';
import type { TaskCell } from '../../model/task.ts';
import { type Vector, vectorHash } from '../../model/vector.ts';
import type { MadeCell } from './cell-outcome.ts';
import type { Cells, StoredCell } from '../../ports/cells.ts';
import type { Log } from '../../../process/ports.ts';

export interface ShadowPorts {
  readonly cells: Pick<Cells, 'read'>;
  readonly log: Log;
}

type Audit = NonNullable<TaskCell['audit']>;

/** Failures that say nothing of the result: of this machine, or of a worker that does not have the computation. */
const SAYS_NOTHING: ReadonlySet<string> = new Set([
  'TIMEOUT',
  'UNKNOWN_COMPUTATION',
  'OUT_OF_MEMORY',
  'OUT_OF_TIERS',
  'WORKER_DIED',
]);

/** Compares what was made with the books, and the books with what is stored: one more document is read. */
export async function inShadow({ cell, outcome }: MadeCell, audit: Audit, ports: ShadowPorts): Promise<MadeCell> {
  if (outcome.status !== 'COMPLETED' && outcome.status !== 'FAILED') return { cell, outcome };
  if (outcome.status === 'FAILED' && (isPassing(outcome.error.code) || SAYS_NOTHING.has(outcome.error.code)))
    return notCompared(cell, `${outcome.error.code}: ${outcome.error.message}`, ports);
  const found = outcome.status === 'COMPLETED' ? outcome.resultHash : `${outcome.error.code}: ${outcome.error.message}`;
  const [stored] = await ports.cells.read([cell]);
  const harm = harmOf(stored, audit);
  const says = found === audit.expected;
  if (says && harm === undefined) return { cell, outcome: { status: 'AUDITED', matches: true, text: '' } };
  // What was made now is what is stored: it is the books that are of another time.
  const isSetBack = harm !== undefined && (says || found === stored?.summary?.hash);
  const cause = isSetBack ? `${harm}: it was changed or set back outside of Daymill` : causeOf(audit);
  const text =
    `${cellName(cell)} was skipped with the result ${audit.expected}; made again from the same inputs by the same code, ` +
    `it gave ${says ? 'the same' : found}. ${cause}`;
  ports.log.error(
    { event: 'audit.wrong', cell: cellName(cell), expected: audit.expected, found, isSetBack },
    `${text}. ${isSetBack ? 'It is made again' : `${cell.computation} has no right to skip any more, and its history is made again`}`,
  );
  return { cell, outcome: { status: 'AUDITED', matches: false, text, ...(isSetBack ? { isSetBack } : {}) } };
}

/** How the stored result differs from what the books tell. */
function harmOf(stored: StoredCell | undefined, audit: Audit): string | undefined {
  if (stored?.status !== 'COMPLETED' || stored.summary === undefined) return 'Its stored result is gone';
  if (stored.summary.hash !== audit.expected) return `Its stored result is another, ${stored.summary.hash}`;
  if (audit.stored !== undefined && stored.vector !== undefined && vectorHash(stored.vector) !== audit.stored)
    return 'Its stored result was made from other inputs or by other code than the books tell';
  return undefined;
}

const causeOf = ({ ground }: Audit): string =>
  ground === 'COSMETIC'
    ? 'That its code does what the older code did was proven by simulation, and does not hold'
    : 'So it is not decided by what it reads, or code has changed that its fingerprint does not see';

/** It says nothing of the skip. */
export function notCompared(cell: TaskCell, because: string, { log }: Pick<ShadowPorts, 'log'>): MadeCell {
  const text = `not compared: ${because}`;
  log.warn({ event: 'audit.not-compared', cell: cellName(cell) }, `${cellName(cell)} was looked at again, and ${text}`);
  return { cell, outcome: { status: 'AUDITED', matches: true, compared: false, text } };
}

/** Inputs that are others than they were planned to be. */
export function describeOthers(cell: TaskCell, { inputs }: Vector): string {
  const others = Object.keys(inputs).filter((id) => inputs[id] !== cell.inputs[id]);
  return others.length === 0
    ? 'its code, or what it reads, is another than when it was made'
    : `${others.join(', ')} is another than when this was planned`;
}
