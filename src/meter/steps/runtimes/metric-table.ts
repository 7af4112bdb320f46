/**
 * The live state of an organization's runtimes, in memory, with the store behind it. What is written was taken from the rows in one piece,
 * and is written until the store has it, under one id: so a count is added once, whatever became of the first answer.
 *
 * M1. One question to the store at a time: what is read has all that was written before, and what is deleted is not written afterwards.
 * M2. Changes are in the rows, or in the batch that is being written, never in both.
 * M3. Counters are written as what was added; two tables that write add up. Of an average the store has what was written last.
 */
import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { UserError } from '../../../errors.ts';
import type { HeartbeatAnswer, MetricChange, RefusedValue, StoredMetrics } from '../../live/metric-change.ts';
import { MetricRows } from '../../live/metric-rows.ts';
import type { MetricStrategy } from '../../live/metric-strategy.ts';
import type { LiveMetrics, MetricBatch } from '../../ports/live-metrics.ts';

/** Runtimes whose changes are taken without a pause: it takes about a millisecond. */
const TAKEN_AT_ONCE = 1_000;

export interface MetricTableOptions extends Pick<LiveMetrics, 'fetch' | 'write' | 'delete'> {
  /** Those of `DEFAULT_STRATEGIES` when absent. */
  readonly strategies?: Iterable<readonly [key: string, strategy: MetricStrategy]>;
  /** Never the same twice, in any process. */
  readonly newBatchId?: () => string;
}

export class MetricTable {
  readonly #rows: MetricRows;
  readonly #store: Pick<LiveMetrics, 'fetch' | 'write' | 'delete'>;
  readonly #newBatchId: () => string;
  readonly #fetching = new Map<string, Promise<void>>();
  /** Taken from the rows, and not known to be written. */
  #pending: MetricBatch | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor({ strategies, newBatchId = randomUUID, ...store }: MetricTableOptions) {
    this.#rows = strategies === undefined ? new MetricRows() : new MetricRows(strategies);
    this.#store = store;
    this.#newBatchId = newBatchId;
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Of the columns; ids are beside them. */
  get bytes(): number {
    return this.#rows.bytes;
  }

  /** @throws {UserError} BAD_ARGUMENT when the key has one already, or can have none. */
  registerStrategy(key: string, strategy: MetricStrategy): void {
    this.#rows.registerStrategy(key, strategy);
  }

  /** A heartbeat, as the rows take it. @throws {UserError} BAD_ARGUMENT */
  updates(runtimeId: string, values: Readonly<Record<string, number>>, atMs: number): HeartbeatAnswer {
    return this.#rows.update(runtimeId, values, atMs);
  }

  /** What `updates` would refuse of these values, by key and reason. */
  refusals(values: Readonly<Record<string, number>>): RefusedValue[] {
    return Object.entries(values).flatMap(([key, value]) => {
      const reason = this.#rows.reasonAgainst(key, value);
      return reason === undefined ? [] : [{ key, reason }];
    });
  }

  /** Forgets a runtime; `dbDelete` has the store forget it. One that is heard of again until then stays. */
  deleteCoordinator(runtimeId: string): void {
    this.#rows.remove(runtimeId);
  }

  /**
   * From memory; what memory cannot know, such as a count to which others add, is fetched once. Undefined where there is none.
   * @throws {UserError} BAD_ARGUMENT, on a key without a strategy @throws what `fetch` throws
   */
  async fetchMetric(runtimeId: string, key: string): Promise<number | undefined> {
    if (!this.#rows.hasStrategy(key))
      throw new UserError('BAD_ARGUMENT', `There is no metric "${key}": register a strategy for it.`);
    if (!this.#rows.knows(runtimeId, key)) await this.load(runtimeId);
    return this.#rows.value(runtimeId, key);
  }

  /** Has this table go on from what the store has of a runtime, once. @throws what `fetch` throws */
  async load(runtimeId: string): Promise<void> {
    if (!this.#rows.hasAdopted(runtimeId)) await this.reload(runtimeId);
  }

  /** Once more: with what other tables have written since. @throws what `fetch` throws */
  async reload(runtimeId: string): Promise<void> {
    const fetching = this.#fetching.get(runtimeId) ?? this.#inTurn(() => this.#fetch(runtimeId));
    this.#fetching.set(runtimeId, fetching);
    try {
      await fetching;
    } finally {
      this.#fetching.delete(runtimeId);
    }
  }

  /** All that this process knows of a runtime, by key. */
  read(runtimeId: string): StoredMetrics | undefined {
    return this.#rows.read(runtimeId);
  }

  /** Writes what changed since the last time that it could be written; answers of how many runtimes. @throws what the store throws */
  write(): Promise<number> {
    return this.#inTurn(async () => {
      const before = await this.#settle();
      return before + (await this.#settle(await this.#takeChanges()));
    });
  }

  /** Has the store forget all that were deleted, in one batch; answers how many. When that fails they are kept. @throws what the store throws */
  dbDelete(): Promise<number> {
    return this.#inTurn(async () => {
      // A batch of before may name them, and would bring them back.
      await this.#settle();
      const gone = this.#rows.tombstones;
      if (gone.length === 0) return 0;
      await this.#store.delete(gone);
      this.#rows.buried(gone);
      return gone.length;
    });
  }

  async #fetch(runtimeId: string): Promise<void> {
    await this.#settle();
    const stored = await this.#store.fetch(runtimeId);
    if (stored !== undefined) this.#rows.adopt(runtimeId, stored);
    else if (this.#rows.read(runtimeId) !== undefined) this.#rows.adopt(runtimeId, {});
  }

  /** What comes meanwhile is left for the next time. */
  async #takeChanges(): Promise<MetricChange[]> {
    const changes: MetricChange[] = [];
    for (let left = this.#rows.waiting; left > 0; left -= TAKEN_AT_ONCE) {
      changes.push(...this.#rows.takeChanges(Math.min(left, TAKEN_AT_ONCE)));
      if (left > TAKEN_AT_ONCE) await setImmediate();
    }
    return changes;
  }

  /** Writes the batch that is under way, or else begins one. */
  async #settle(changes: readonly MetricChange[] = []): Promise<number> {
    if (changes.length > 0) this.#pending = { id: this.#newBatchId(), changes };
    if (this.#pending === undefined) return 0;
    const { length } = this.#pending.changes;
    await this.#store.write(this.#pending);
    this.#pending = undefined;
    return length;
  }

  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(act);
    this.#last = turn.catch(() => {});
    return turn;
  }
}
