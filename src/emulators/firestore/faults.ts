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
    | { readonly kind: 'aborted' }
    | { readonly kind: 'unavailable' }
    /** The call does all its work and its answer is lost: the client sees UNAVAILABLE. */
    | { readonly kind: 'error-after' };
}

export interface Fault {
  readonly delayMs: number;
  readonly before?: RpcError;
  readonly after?: RpcError;
}

/** Answers what a call of the method is to suffer. */
export function planFaults(plan: FaultPlan | undefined): (method: string) => Fault {
  const random = mulberry32(plan?.seed ?? 0);
  return (method) => {
    const fault: { delayMs: number; before?: RpcError; after?: RpcError } = { delayMs: 0 };
    for (const rule of plan?.rules ?? []) {
      if ((rule.method !== method && rule.method !== '*') || random() >= rule.probability) continue;
      switch (rule.fault.kind) {
        case 'latency':
          fault.delayMs += rule.fault.milliseconds;
          break;
        case 'aborted':
          fault.before = new RpcError(status.ABORTED, `Fault plan: ${method} aborted.`);
          break;
        case 'unavailable':
          fault.before = new RpcError(status.UNAVAILABLE, `Fault plan: ${method} unavailable.`);
          break;
        case 'error-after':
          fault.after = new RpcError(status.UNAVAILABLE, `Fault plan: the answer of ${method} was lost.`);
          break;
        default:
          rule.fault satisfies never;
      }
    }
    return fault;
  };
}

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
