/**
 * The live state of runtimes as columns: a row a runtime, a column a key, and beside them which of it the store does not know yet. It ranks,
 * sorts and routes nothing. Pure: whoever holds it brings the time, and moves changes to the store (`MetricTable`).
 */
import { UserError } from '../../errors.ts';
import { smoothed, smoothedOverTime } from './averages.ts';
import type { HeartbeatAnswer, MetricChange, RefusedValue, StoredMetrics } from './metric-change.ts';
import { checkStrategy, DEFAULT_STRATEGIES, LAST_HEARTBEAT, MAX_KEYS, type MetricStrategy } from './metric-strategy.ts';

interface Column {
  readonly key: string;
  readonly strategy: MetricStrategy | { readonly kind: 'heartbeat' };
  readonly bit: number;
  /** NaN where there is none. */
  values: Float64Array;
  /** Of a counter: what was added since the changes were taken last. */
  deltas: Float64Array | undefined;
  /** Of an average over time: when its last value came. */
  times: Float64Array | undefined;
  /** Columns that take its values as well. */
  readonly fed: Column[];
}

const FIRST_ROWS = 64;
const TAKEN: HeartbeatAnswer = Object.freeze({ isLate: false, refused: Object.freeze([]) });
const LATE: HeartbeatAnswer = Object.freeze({ isLate: true, refused: Object.freeze([]) });

export class MetricRows {
  readonly #rows = new Map<string, number>();
  readonly #ids: string[] = [];
  readonly #columns = new Map<string, Column>();
  readonly #heartbeats: Column;
  readonly #gone = new Set<string>();
  readonly #free: number[] = [];
  #capacity = FIRST_ROWS;
  #used = 0;
  /** By row: bits of the columns that changed. */
  #changed = new Uint32Array(FIRST_ROWS);
  /** By row: whether it is among `#queue`. */
  #queued = new Uint8Array(FIRST_ROWS);
  /** By row: whether what the store had was taken over. */
  #adopted = new Uint8Array(FIRST_ROWS);
  /** Rows that may have changes. */
  readonly #queue: number[] = [];

  constructor(strategies: Iterable<readonly [string, MetricStrategy]> = DEFAULT_STRATEGIES) {
    this.#heartbeats = this.#addColumn(LAST_HEARTBEAT, { kind: 'heartbeat' });
    for (const [key, strategy] of strategies) this.registerStrategy(key, strategy);
  }

  /** @throws {UserError} BAD_ARGUMENT when the key has one already, or can have none. */
  registerStrategy(key: string, strategy: MetricStrategy): void {
    checkStrategy(key, strategy);
    if (this.#columns.has(key)) throw new UserError('BAD_ARGUMENT', `The metric "${key}" has a strategy already.`);
    if (this.#columns.size === MAX_KEYS)
      throw new UserError(
        'BAD_ARGUMENT',
        `"${key}" would be one metric more than ${MAX_KEYS}, which a runtime may have.`,
      );
    if (strategy.kind !== 'time-average' || strategy.of === undefined) this.#addColumn(key, strategy);
    else {
      const source = this.#columns.get(strategy.of);
      if (source === undefined)
        throw new UserError(
          'BAD_ARGUMENT',
          `"${key}" is of "${strategy.of}", which has no strategy yet: register it first.`,
        );
      source.fed.push(this.#addColumn(key, strategy));
    }
  }

  get size(): number {
    return this.#rows.size;
  }

  /** Of the columns. The ids, and the map that finds them, are V8's. */
  get bytes(): number {
    const bytesARow = [...this.#columns.values()].reduce(
      (sum, { deltas, times }) => sum + 8 + (deltas === undefined ? 0 : 8) + (times === undefined ? 0 : 8),
      this.#changed.BYTES_PER_ELEMENT + this.#queued.BYTES_PER_ELEMENT + this.#adopted.BYTES_PER_ELEMENT,
    );
    return bytesARow * this.#capacity;
  }

  hasStrategy(key: string): boolean {
    return this.#columns.has(key);
  }

  /**
   * A heartbeat of `atMs`, milliseconds since 1970, with what it says: of averages the value of this moment, of counters what came since
   * the heartbeat before. A runtime that was removed is back. @throws {UserError} BAD_ARGUMENT, on a time that is no number.
   */
  update(id: string, values: Readonly<Record<string, number>>, atMs: number): HeartbeatAnswer {
    if (!Number.isFinite(atMs))
      throw new UserError('BAD_ARGUMENT', `The heartbeat of ${id} has no time: ${atMs} is no number of milliseconds.`);
    const row = this.#rows.get(id) ?? this.#addRow(id);
    const last = this.#heartbeats.values[row] as number;
    if (atMs < last) return LATE;
    this.#heartbeats.values[row] = atMs;
    this.#mark(row, this.#heartbeats);
    let refused: RefusedValue[] | undefined;
    for (const key of Object.keys(values)) {
      const value = values[key] as number;
      const reason = this.reasonAgainst(key, value);
      if (reason !== undefined) (refused ??= []).push({ key, reason });
      else this.#advance(this.#columns.get(key) as Column, row, value, atMs);
    }
    return refused === undefined ? TAKEN : { isLate: false, refused };
  }

  /** Whether the value that this process has of it is all that there is to know. */
  knows(id: string, key: string): boolean {
    const row = this.#rows.get(id);
    const column = this.#columns.get(key);
    if (row === undefined || column === undefined) return this.#gone.has(id);
    return this.#adopted[row] === 1 || (column.strategy.kind !== 'counter' && !Number.isNaN(column.values[row]));
  }

  /** Whether what the store has of it was taken over. */
  hasAdopted(id: string): boolean {
    const row = this.#rows.get(id);
    return row !== undefined && this.#adopted[row] === 1;
  }

  value(id: string, key: string): number | undefined {
    const row = this.#rows.get(id);
    const value = row === undefined ? undefined : this.#columns.get(key)?.values[row];
    return value === undefined || Number.isNaN(value) ? undefined : value;
  }

  /** All that is known of it, by key; undefined when that is nothing. */
  read(id: string): StoredMetrics | undefined {
    const row = this.#rows.get(id);
    if (row === undefined) return undefined;
    const known: Record<string, number> = {};
    for (const { key, values } of this.#columns.values())
      if (!Number.isNaN(values[row])) known[key] = values[row] as number;
    return known;
  }

  /**
   * Takes over what the store has, to which all changes that were taken are added already: counters go on from there, and so does what no
   * later heartbeat has told here. A runtime that was removed stays removed.
   */
  adopt(id: string, stored: StoredMetrics): void {
    if (this.#gone.has(id)) return;
    const row = this.#rows.get(id) ?? this.#addRow(id);
    this.#adopted[row] = 1;
    const heardMs = stored[LAST_HEARTBEAT] ?? -Infinity;
    const isNewer = heardMs > (this.#heartbeats.values[row] as number);
    for (const { key, values, deltas, times } of this.#columns.values()) {
      const value = Object.hasOwn(stored, key) ? stored[key] : undefined;
      if (typeof value !== 'number' || !Number.isFinite(value)) continue;
      const isTaken = isNewer || Number.isNaN(values[row]);
      if (deltas !== undefined) values[row] = value + (deltas[row] as number);
      else if (isTaken) values[row] = value;
      if (times !== undefined && isTaken) times[row] = heardMs;
    }
  }

  /** Forgets a runtime, and remembers that the store has to. */
  remove(id: string): void {
    this.#gone.add(id);
    const row = this.#rows.get(id);
    if (row === undefined) return;
    this.#rows.delete(id);
    // It may be in the queue: without a change it is passed over there.
    this.#changed[row] = 0;
    this.#free.push(row);
  }

  /** Removed, and to be removed from the store. */
  get tombstones(): readonly string[] {
    return [...this.#gone];
  }

  /** The store has removed them. */
  buried(ids: readonly string[]): void {
    for (const id of ids) this.#gone.delete(id);
  }

  /** Runtimes with changes, at most. */
  get waiting(): number {
    return this.#queue.length;
  }

  /** What changed since they were taken last, of `most` runtimes: whoever takes them has them written, or keeps them. */
  takeChanges(most = Infinity): MetricChange[] {
    const changes: MetricChange[] = [];
    for (const row of this.#queue.splice(0, most)) {
      this.#queued[row] = 0;
      if (this.#changed[row] !== 0) changes.push(this.#takeRow(row));
    }
    return changes;
  }

  #takeRow(row: number): MetricChange {
    const set: Record<string, number> = {};
    const add: Record<string, number> = {};
    const max: Record<string, number> = {};
    const bits = this.#changed[row] as number;
    for (const column of this.#columns.values()) {
      if ((bits & column.bit) === 0) continue;
      if (column.deltas !== undefined) {
        add[column.key] = column.deltas[row] as number;
        column.deltas[row] = 0;
      } else if (column.strategy.kind === 'heartbeat') max[column.key] = column.values[row] as number;
      else set[column.key] = column.values[row] as number;
    }
    this.#changed[row] = 0;
    return { id: this.#ids[row] as string, set, add, max };
  }

  /** Why the value would be refused; undefined when it would be taken. */
  reasonAgainst(key: string, value: number): string | undefined {
    const column = this.#columns.get(key);
    if (column === undefined) return `"${key.slice(0, 100)}" has no strategy: register one, or leave it out`;
    const { strategy } = column;
    if (strategy.kind === 'heartbeat') return 'it is the time of the heartbeat itself: leave it out';
    if (strategy.kind === 'time-average' && strategy.of !== undefined)
      return `it is made of "${strategy.of}": send that, and leave it out`;
    if (typeof value !== 'number' || !Number.isFinite(value)) return 'it is no finite number';
    if (strategy.kind === 'counter' && value < 0)
      return `it counts what came since the last heartbeat, and ${value} is negative`;
    return undefined;
  }

  #advance(column: Column, row: number, value: number, atMs: number): void {
    const { strategy, values, deltas, times } = column;
    const known = values[row] as number;
    const before = Number.isNaN(known) ? undefined : known;
    if (deltas !== undefined) {
      // Nothing was added: the store need not be told.
      if (value === 0 && before !== undefined) return;
      values[row] = (before ?? 0) + value;
      deltas[row] = (deltas[row] as number) + value;
    } else if (strategy.kind === 'average') values[row] = smoothed(before, value, strategy.alpha);
    else if (strategy.kind === 'time-average' && times !== undefined) {
      const since = times[row] as number;
      const elapsedMs = Number.isNaN(since) ? 0 : atMs - since;
      values[row] = smoothedOverTime(before, value, { elapsedMs, tauMs: strategy.tauMs });
      times[row] = atMs;
    } else values[row] = value;
    if (values[row] !== known || deltas !== undefined) this.#mark(row, column);
    for (const fed of column.fed) this.#advance(fed, row, value, atMs);
  }

  #mark(row: number, { bit }: Column): void {
    this.#changed[row] = ((this.#changed[row] as number) | bit) >>> 0;
    if (this.#queued[row] === 1) return;
    this.#queued[row] = 1;
    this.#queue.push(row);
  }

  #addRow(id: string): number {
    this.#gone.delete(id);
    const row = this.#free.pop() ?? this.#used++;
    if (row >= this.#capacity) this.#grow();
    this.#rows.set(id, row);
    this.#ids[row] = id;
    this.#adopted[row] = 0;
    for (const { values, deltas, times } of this.#columns.values()) {
      values[row] = NaN;
      if (deltas !== undefined) deltas[row] = 0;
      if (times !== undefined) times[row] = NaN;
    }
    return row;
  }

  #addColumn(key: string, strategy: Column['strategy']): Column {
    const column: Column = {
      key,
      strategy,
      bit: (1 << this.#columns.size) >>> 0,
      values: new Float64Array(this.#capacity).fill(NaN),
      deltas: strategy.kind === 'counter' ? new Float64Array(this.#capacity) : undefined,
      times: strategy.kind === 'time-average' ? new Float64Array(this.#capacity).fill(NaN) : undefined,
      fed: [],
    };
    this.#columns.set(key, column);
    return column;
  }

  #grow(): void {
    this.#capacity *= 2;
    for (const column of this.#columns.values()) {
      column.values = grown(column.values, new Float64Array(this.#capacity));
      if (column.deltas !== undefined) column.deltas = grown(column.deltas, new Float64Array(this.#capacity));
      if (column.times !== undefined) column.times = grown(column.times, new Float64Array(this.#capacity));
    }
    this.#changed = grown(this.#changed, new Uint32Array(this.#capacity));
    this.#queued = grown(this.#queued, new Uint8Array(this.#capacity));
    this.#adopted = grown(this.#adopted, new Uint8Array(this.#capacity));
  }
}

function grown<A extends Float64Array | Uint32Array | Uint8Array>(from: A, to: A): A {
  to.set(from);
  return to;
}
