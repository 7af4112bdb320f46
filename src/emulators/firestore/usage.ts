/** Counters of billed operations, in all and by the caller's label. */

export interface Usage {
  reads: number;
  writes: number;
  deletes: number;
  rpcs: number;
}

const none = (): Usage => ({ reads: 0, writes: 0, deletes: 0, rpcs: 0 });

export class UsageCounters {
  #total = none();
  #callers = new Map<string, Usage>();

  add(caller: string | undefined, used: Partial<Usage>): void {
    this.#total = sum(this.#total, used);
    if (caller !== undefined) this.#callers.set(caller, sum(this.#callers.get(caller) ?? none(), used));
  }

  total = (): Usage => ({ ...this.#total });

  byCaller = (): Record<string, Usage> => Object.fromEntries(this.#callers);

  reset = (): void => {
    this.#total = none();
    this.#callers.clear();
  };
}

const sum = (a: Usage, b: Partial<Usage>): Usage => ({
  reads: a.reads + (b.reads ?? 0),
  writes: a.writes + (b.writes ?? 0),
  deletes: a.deletes + (b.deletes ?? 0),
  rpcs: a.rpcs + (b.rpcs ?? 0),
});
