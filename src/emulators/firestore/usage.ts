/** Counters of billed operations, in all and by the caller's label. */

export interface Usage {
  reads: number;
  writes: number;
  deletes: number;
  rpcs: number;
}

/** Metadata that names the caller, for example the part of a program that the cost belongs to. */
export const CALLER_HEADER = 'x-daymill-caller';

export class UsageCounters {
  #total = none();
  #callers = new Map<string, Usage>();

  add(caller: string | undefined, used: Partial<Usage>): void {
    const mine = caller === undefined ? [] : [this.#callers.get(caller) ?? none()];
    if (caller !== undefined && mine[0]) this.#callers.set(caller, mine[0]);
    for (const usage of [this.#total, ...mine]) {
      usage.reads += used.reads ?? 0;
      usage.writes += used.writes ?? 0;
      usage.deletes += used.deletes ?? 0;
      usage.rpcs += used.rpcs ?? 0;
    }
  }

  total = (): Usage => ({ ...this.#total });

  byCaller = (): Record<string, Usage> =>
    Object.fromEntries([...this.#callers].map(([caller, usage]) => [caller, { ...usage }]));

  reset(): void {
    this.#total = none();
    this.#callers = new Map();
  }
}

const none = (): Usage => ({ reads: 0, writes: 0, deletes: 0, rpcs: 0 });
