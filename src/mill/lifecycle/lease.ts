/** What a worker may do with a task that was delivered to it: take the lease, wait, leave it, move it, or give it up. Pure. */
import type { CellError } from '../model/cell.ts';
import type { TierName } from '../model/tier-name.ts';
import { isTerminal, type Lease, type Task } from '../model/task.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import type { Remains } from '../tiers/routing.ts';
import { MAX_CLOCK_SKEW_MS } from './limits.ts';
import { exhausted, isExhausted, nextAttempt } from './next-attempt.ts';
import { halve, isDivisible } from './split.ts';

export type LeaseDecision = {
  /** Tasks to be made with `save`: what was split off after a death. */
  readonly parts?: readonly Task[];
} &
  /** Terminal already: a duplicate. Acknowledge. */
  (
    | { readonly kind: 'done'; readonly save?: never; readonly task: Task }
    /** Another attempt is alive. Do not acknowledge: if it dies, this delivery is the one that goes on. */
    | { readonly kind: 'busy'; readonly untilMs: number; readonly save?: never }
    /** It belongs on another tier: save it so, send it there, acknowledge. */
    | { readonly kind: 'reroute'; readonly save: Task; readonly because: string }
    /** No attempt is left: the task fails with this error, under a lease of ours. */
    | { readonly kind: 'give-up'; readonly save: Task; readonly error: CellError }
    /** The lease is ours, once `save` is saved over the version that was read. */
    | { readonly kind: 'run'; readonly save: Task }
  );

export interface LeaseRequest {
  readonly worker: string;
  readonly token: string;
  readonly tier: TierName;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly tiers: Tiers;
}

export function decideLease(found: Task, request: LeaseRequest): LeaseDecision {
  if (isTerminal(found)) return { kind: 'done', task: found };
  const last = found.lastError && `${found.lastError.code}: ${found.lastError.message}`;
  let task = found;
  let resources = tierNamed(request.tiers, found.resources).name;
  if (found.status === 'IN_PROGRESS' && found.lease !== undefined) {
    if (isHeld(found.lease, request)) return { kind: 'busy', untilMs: found.lease.untilMs };
    if (isDivisible(found)) {
      const { task: half, part } = halve(found);
      return { ...decideLease(half, request), parts: [part] };
    }
    const next = nextAttempt(found, remainsOf(found, found.lease), request.tiers, last);
    task = next.task;
    if (next.to === undefined) return { kind: 'give-up', save: leased(task, request), error: next.error };
    if (next.to !== resources)
      return { kind: 'reroute', save: movedTo(next.to, task), because: next.because ?? 'moved' };
    resources = next.to;
  }
  if (isExhausted(task)) return { kind: 'give-up', save: leased(task, request), error: exhausted(task, last) };
  if (resources !== request.tier)
    return { kind: 'reroute', save: movedTo(resources, task), because: `it belongs on ${resources}` };
  // What the last attempt left behind says nothing of this one.
  const { lastError: _, telemetry: __, ...fresh } = leased(task, request);
  return { kind: 'run', save: { ...fresh, resources, attempts: task.attempts + 1 } };
}

/**
 * A lease that ends later than any could that was taken, or prolonged, by now is of a clock that has gone back since: a worker that lives
 * would have prolonged it by the new time.
 */
const isHeld = ({ untilMs }: Lease, { nowMs, leaseMs }: LeaseRequest): boolean =>
  untilMs > nowMs && untilMs - nowMs <= leaseMs + MAX_CLOCK_SKEW_MS;

const leased = (task: Task, { worker, token, nowMs, leaseMs }: LeaseRequest): Task => ({
  ...task,
  status: 'IN_PROGRESS',
  lease: { token, worker, sinceMs: nowMs, untilMs: nowMs + leaseMs },
});

function movedTo(resources: TierName, task: Task): Task {
  const { lease: _, ...unleased } = task;
  return { ...unleased, status: 'PENDING', resources };
}

/** The evidence of the attempt that held this lease: a heartbeat from before it was another attempt's, maybe on another tier. */
function remainsOf(task: Task, lease: Lease): Remains {
  const { resources, attempts, lastError, telemetry } = task;
  const own = telemetry !== undefined && Date.parse(telemetry.lastHeartbeat) >= lease.sinceMs;
  return {
    resources,
    attempts,
    ...(lastError === undefined ? {} : { lastError }),
    ...(own ? { telemetry } : {}),
  };
}
