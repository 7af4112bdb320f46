/** Failures on demand, as data: which method, what, how likely. The same seed and calls give the same failures. */
import { status } from '@grpc/grpc-js';
import { seededRandom } from '../seeded-random.ts';
import { RpcError } from './rpc-error.ts';

export interface FaultPlan {
  readonly seed: number;
  readonly rules: readonly FaultRule[];
}

export interface FaultRule {
  /** RPC name such as `Commit`, or `*`. */
  readonly method: string;
  /** 0 to 1, for each call. */
  readonly probability: number;
  readonly fault:
    | { readonly kind: 'latency'; readonly milliseconds: number }
    /** The call does nothing. */
    | { readonly kind: 'aborted' | 'unavailable' | 'deadline-exceeded' }
    /** The call does all its work and its answer is lost: clients try again by themselves after UNAVAILABLE … */
    | { readonly kind: 'error-after' }
    /** … and tell their caller of DEADLINE_EXCEEDED. */
    | { readonly kind: 'deadline-exceeded-after' };
}

/** What one call is to suffer. */
export interface Fault {
  delayMs: number;
  before?: RpcError;
  after?: RpcError;
}

export function planFaults({ seed, rules }: FaultPlan = { seed: 0, rules: [] }): (method: string) => Fault {
  const random = seededRandom(seed);
  return (method) => {
    const suffered: Fault = { delayMs: 0 };
    for (const { method: wanted, probability, fault } of rules) {
      if ((wanted !== method && wanted !== '*') || random() >= probability) continue;
      if (fault.kind === 'latency') suffered.delayMs += fault.milliseconds;
      if (fault.kind === 'aborted') suffered.before = failure(status.ABORTED, `${method} aborted`);
      if (fault.kind === 'unavailable') suffered.before = failure(status.UNAVAILABLE, `${method} unavailable`);
      if (fault.kind === 'deadline-exceeded')
        suffered.before = failure(status.DEADLINE_EXCEEDED, `${method} took too long`);
      if (fault.kind === 'error-after')
        suffered.after = failure(status.UNAVAILABLE, `the answer of ${method} was lost`);
      if (fault.kind === 'deadline-exceeded-after')
        suffered.after = failure(status.DEADLINE_EXCEEDED, `the answer of ${method} came too late`);
    }
    return suffered;
  };
}

const failure = (code: status, what: string): RpcError => new RpcError(code, `Fault plan: ${what}.`);
