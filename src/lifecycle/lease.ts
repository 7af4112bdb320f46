/** What a worker may do with a task that was delivered to it: take the lease, wait, leave it, move it, or give it up. Pure. */
import type { CellError } from '../model/cell.ts';
import type { Lease, Resources, Task } from '../model/task.ts';
import { isTerminal } from '../model/task.ts';
import { MAX_ATTEMPTS } from './limits.ts';
import { type MemoryOfTier, type Remains, routeAfterDeath } from './routing.ts';
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
  readonly tier: Resources;
  readonly nowMs: number;
  readonly leaseMs: number;
  readonly memory: MemoryOfTier;
}

export function decideLease(task: Task, request: LeaseRequest): LeaseDecision {
  if (isTerminal(task)) return { kind: 'done', task };
  const { lease, ...unleased } = task;
  let because: string | undefined;
  const leased: Task = {
    ...task,
    status: 'IN_PROGRESS',
    lease: {
      token: request.token,
      worker: request.worker,
      sinceMs: request.nowMs,
      untilMs: request.nowMs + request.leaseMs,
    },
  };
  let resources = task.resources;
  if (task.status === 'IN_PROGRESS' && lease !== undefined) {
    if (lease.untilMs > request.nowMs) return { kind: 'busy', untilMs: lease.untilMs };
    if (isDivisible(task)) {
      const { task: half, part } = halve(task);
      return { ...decideLease(half, request), parts: [part] };
    }
    const route = routeAfterDeath(remainsOf(task, lease), request.memory);
    because = route.because;
    if (route.to === 'none') {
      return {
        kind: 'give-up',
        save: leased,
        error: { code: 'OUT_OF_TIERS', message: `out of memory on the largest tier: ${route.because}` },
      };
    }
    if (route.to !== resources) {
      const moved: Task = { ...unleased, status: 'PENDING', resources: route.to };
      if (task.attempts < MAX_ATTEMPTS) return { kind: 'reroute', save: moved, because: route.because ?? 'moved' };
    }
    resources = route.to;
  }
  if (task.attempts >= MAX_ATTEMPTS) {
    const last =
      task.lastError === undefined
        ? (because ?? 'it died without a word')
        : `${task.lastError.code}: ${task.lastError.message}`;
    return {
      kind: 'give-up',
      save: leased,
      error: { code: 'ATTEMPTS_EXHAUSTED', message: `${task.attempts} attempts failed; the last: ${last}` },
    };
  }
  if (resources !== request.tier)
    return { kind: 'reroute', save: { ...unleased, status: 'PENDING' }, because: `it belongs on ${resources}` };
  // What the last attempt left behind says nothing of this one.
  const { lastError: _, telemetry: __, ...fresh } = leased;
  return { kind: 'run', save: { ...fresh, attempts: task.attempts + 1 } };
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
