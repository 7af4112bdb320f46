/** Failures on demand, as data: which method, what, how likely. The same seed and calls give the same failures. */
import { status } from '@grpc/grpc-js';
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
    /** After `error-after` the call has done all its work and its answer is lost: the client sees UNAVAILABLE. */
    | { readonly kind: 'aborted' | 'unavailable' | 'error-after' };
}

/** What one call is to suffer. */
export interface Fault {
  delayMs: number;
  before?: RpcError;
  after?: RpcError;
}

export function planFaults({ seed, rules }: FaultPlan = { seed: 0, rules: [] }): (method: string) => Fault {
  const random = mulberry32(seed);
  return (method) => {
    const suffered: Fault = { delayMs: 0 };
    for (const { method: wanted, probability, fault } of rules) {
      if ((wanted !== method && wanted !== '*') || random() >= probability) continue;
      if (fault.kind === 'latency') suffered.delayMs += fault.milliseconds;
      if (fault.kind === 'aborted') suffered.before = failure(status.ABORTED, `${method} aborted`);
      if (fault.kind === 'unavailable') suffered.before = failure(status.UNAVAILABLE, `${method} unavailable`);
      if (fault.kind === 'error-after')
        suffered.after = failure(status.UNAVAILABLE, `the answer of ${method} was lost`);
    }
    return suffered;
  };
}

const failure = (code: status, what: string): RpcError => new RpcError(code, `Fault plan: ${what}.`);

/** Tommy Ettinger's mulberry32: a 32-bit generator, good enough to choose calls. */
function mulberry32(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
