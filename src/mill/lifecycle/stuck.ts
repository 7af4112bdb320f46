/** What the watchdog does with the task that its worker is stuck on, over the worker's head. Pure. */
import type { CellKey } from '../model/cell.ts';
import { isTerminal, type Task } from '../model/task.ts';
import { isDivisible } from './split.ts';

export type StuckDecision =
  /** The task has ended, or is another worker's. */
  | { readonly kind: 'lost'; readonly save?: never }
  /** The whole task fails: there is nothing beside the cell that it was on. */
  | { readonly kind: 'give-up'; readonly save: Task }
  /** This cell fails, and those beside it go on. */
  | { readonly kind: 'set-aside'; readonly save: Task; readonly cell: CellKey }
  /** Which of several cells is to blame is not known: the lease ends, as if the worker had died. */
  | { readonly kind: 'release'; readonly save: Task };

export interface Stuck {
  /** Of the lease that the worker had. */
  readonly token: string;
  /** Where it is known. */
  readonly cell?: CellKey | undefined;
}

/** `save` takes the lease under a token of its own, so that the worker finds its lease lost should it come loose after all. */
export function decideStuck(task: Task, { token, cell }: Stuck, own: string): StuckDecision {
  if (isTerminal(task) || task.lease?.token !== token) return { kind: 'lost' };
  const lease = { ...task.lease, token: own };
  const save: Task = { ...task, lease };
  if (!isDivisible(task)) return { kind: 'give-up', save };
  if (cell !== undefined) return { kind: 'set-aside', save, cell };
  return { kind: 'release', save: { ...task, lease: { ...lease, untilMs: 0 } } };
}
