/** Whether a task is tried again after an attempt that ended without outcomes, and on which tier. Pure. */
import type { CellError } from '../model/cell.ts';
import type { TierName } from '../model/tier-name.ts';
import type { Task } from '../model/task.ts';
import type { Tiers } from '../model/tier.ts';
import { outOfTiers, type Remains, routeAfterDeath, withOutgrown } from '../tiers/routing.ts';
import { MAX_ATTEMPTS } from './limits.ts';

/** `task` has noted down what it has outgrown. */
export type NextAttempt =
  | { readonly to: TierName; readonly task: Task; readonly because: string | undefined }
  /** There is none. */
  | { readonly to: undefined; readonly task: Task; readonly error: CellError };

/** `remains` is the evidence of the attempt that ended, `last` its end in words where memory does not speak for itself. */
export function nextAttempt(found: Task, remains: Remains, tiers: Tiers, last?: string): NextAttempt {
  const route = routeAfterDeath(remains, tiers);
  const task = withOutgrown(found, route);
  if (route.to === undefined) return { to: undefined, task, error: outOfTiers(task) };
  const { because } = route;
  if (isExhausted(task)) return { to: undefined, task, error: exhausted(task, last ?? because) };
  return { to: route.to, task, because };
}

export const isExhausted = ({ attempts }: Task): boolean => attempts >= MAX_ATTEMPTS;

/**
 * The error of a task that has no attempt left; `last` is how the last one ended, if anything tells. Deaths of which nothing tells may
 * be its neighbours' doing, and pass; where the last had none, the task ends whatever process it is given, and will again.
 */
export function exhausted(task: Task, last?: string): CellError {
  const { attempts } = task;
  if (last === undefined && diedAlone(task))
    return {
      code: 'WORKER_DIED',
      message:
        `${attempts} attempts ended their worker without a word, the last with nothing else at work: it may take more memory than a ` +
        'heartbeat has time to show, or end the process in native code. Let it hold less at once, or configure a larger tier',
    };
  return {
    code: 'ATTEMPTS_EXHAUSTED',
    message: `${attempts} attempts failed; the last: ${last ?? 'it died without a word'}`,
  };
}

const diedAlone = ({ history, telemetry }: Task): boolean =>
  history?.at(-1)?.tasksAtOnce === 1 && (telemetry?.tasksAtOnce ?? 1) === 1;
