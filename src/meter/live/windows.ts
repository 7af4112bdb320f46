/**
 * Live windows of this process: of each organization and series the minutes that are still open, and what the current five minutes, quarter,
 * hour and day (UTC) came to so far. A minute is open until `graceMs` after its end; then it is handed out, to be written, and counts for the
 * longer windows. Memory is bounded: where there is none left, the series that was silent longest is let go. Pure.
 *
 * W1. A sample counts for the minute of its own time, or is refused and counted; none counts twice.
 * W2. Minutes of a series are closed in the order of time, so that what a counter gained between two of them counts for what they are in.
 * W3. What is let go is counted, with the minutes that were not handed out yet. Samples themselves are durable elsewhere.
 */
import type { Organization } from '../model/organization.ts';
import { Arena, type Handle, MIN_ARENA_BYTES, NONE } from './arena.ts';
import { MAX_SUMMAND } from './exact-sum.ts';
import { type Minute, MINUTE_MS, type SeriesKind, WindowFold, type WindowStats } from './minute.ts';
import { MinutePartWriter } from './minute-part.ts';
import { SeriesSlots, type Slot } from './series-slots.ts';
import { WindowRecords } from './window-record.ts';

/** Of 1 GB of an instance, or more, that does other things as well. */
export const DEFAULT_WINDOW_BYTES = 512 * 1_048_576;

/** How long after its end a minute takes samples: longer than clients wait before they send again. */
export const LATE_GRACE_MS = 60_000;

/** How far clocks of clients may be ahead. */
const AHEAD_MS = 60_000;

/** Minutes. */
export const WINDOWS = { '1m': 1, '5m': 5, '15m': 15, '1h': 60, '1d': 1_440 } as const;
export type WindowName = keyof typeof WINDOWS;

/** In the order of a slot's records. */
const LONGER = [WINDOWS['5m'], WINDOWS['15m'], WINDOWS['1h'], WINDOWS['1d']] as const;

const DEFAULT_QUANTILES: readonly number[] = [0.5, 0.9, 0.95, 0.99];

/** Minutes closed between two pauses: some milliseconds. */
const CLOSED_AT_ONCE = 200;

/** `unfit`: no finite number, or beyond 10^292, where a sum would leave the range of doubles. */
export type SampleOutcome = 'taken' | 'late' | 'early' | 'unfit';

export interface ClosedMinutes {
  readonly organization: Organization;
  /** Since 1970. */
  readonly minute: number;
  readonly series: number;
  /** Of `decodeMinutePart`. */
  readonly data: Uint8Array;
}

export interface WindowCounts {
  readonly series: number;
  readonly bytes: number;
  readonly taken: number;
  readonly late: number;
  readonly early: number;
  readonly unfit: number;
  /** Series, for want of memory … */
  readonly letGo: number;
  /** … and minutes of them that nobody was given. */
  readonly minutesLost: number;
}

export interface WindowOptions {
  /** 6 MiB at least. */
  readonly maxBytes?: number;
  readonly graceMs?: number;
}

export class LiveWindows {
  readonly #arena: Arena;
  readonly #records: WindowRecords;
  readonly #slots = new SeriesSlots(LONGER.length);
  readonly #graceMs: number;
  readonly #maxBytes: number;
  readonly #counts = { taken: 0, late: 0, early: 0, unfit: 0, letGo: 0, minutesLost: 0 };
  /** Minutes before this one are closed. */
  #closedUntil = 0;

  constructor({ maxBytes = DEFAULT_WINDOW_BYTES, graceMs = LATE_GRACE_MS }: WindowOptions = {}) {
    this.#maxBytes = Math.max(maxBytes, MIN_ARENA_BYTES);
    this.#arena = new Arena(() => this.#maxBytes - this.#slots.bytes);
    this.#records = new WindowRecords(this.#arena);
    this.#graceMs = graceMs;
  }

  /** `series` is a number that is its own within the process and the organization, small and dense. Times are milliseconds since 1970. */
  add(
    organization: Organization,
    series: number,
    sample: { readonly kind: SeriesKind; readonly atMs: number; readonly value: number },
    nowMs: number,
  ): SampleOutcome {
    const outcome = this.#judge(sample, nowMs);
    this.#counts[outcome]++;
    if (outcome !== 'taken') return outcome;
    const slot = this.#slots.find(organization, series) ?? this.#slots.add(organization, series, sample.kind);
    this.#slots.touch(slot);
    const minute = Math.floor(sample.atMs / MINUTE_MS);
    const kind = this.#slots.kindOf(slot);
    // A zero has no sign here: the sum would lose it anyway.
    const value = sample.value + 0;
    const record = this.#minuteOf(slot, minute);
    const atMs = Math.floor(sample.atMs);
    let placed = this.#records.add(record, kind, atMs, value);
    if (placed === NONE) placed = this.#allocated(slot, () => this.#records.add(record, kind, atMs, value));
    if (placed !== record) this.#relink(slot, record, placed);
    return outcome;
  }

  /** Of the window of that name that `atMs` lies in, as far as this process has it; undefined when it has nothing of it. */
  read(
    organization: Organization,
    series: number,
    window: WindowName,
    atMs: number,
    quantiles: readonly number[] = DEFAULT_QUANTILES,
  ): WindowStats | undefined {
    const slot = this.#slots.find(organization, series);
    if (slot === undefined) return undefined;
    const length = WINDOWS[window];
    const start = startOf(Math.floor(atMs / MINUTE_MS), length);
    const kind = this.#slots.kindOf(slot);
    const fold = this.#closedOf(slot, length, start) ?? new WindowFold(kind);
    for (const record of this.#minutesOf(slot))
      if (startOf(this.#records.startOf(record), length) === start) fold.add(this.#records.readMinute(record, kind));
    return fold.stats(length * MINUTE_MS, quantiles);
  }

  /** Series of an organization that this process has windows of. */
  seriesOf(organization: Organization): number[] {
    return this.#slots.seriesOf(organization);
  }

  /**
   * Closes minutes whose grace is over: hands them out, several documents where they are many, and counts them for the longer windows.
   * It pauses after some milliseconds, with nothing: go on when others had their turn. What was handed out is not kept here.
   */
  *close(
    nowMs: number,
    nameOf: (organization: Organization, series: number) => string,
  ): Generator<ClosedMinutes | undefined> {
    const until = this.#closableAt(nowMs);
    this.#closedUntil = Math.max(this.#closedUntil, until);
    const writers = new Map<string, { organization: Organization; minute: number; writer: MinutePartWriter }>();
    let closed = 0;
    for (const slot of this.#slots.all()) {
      const organization = this.#slots.organizationOf(slot);
      const series = this.#slots.seriesNumberOf(slot);
      // Nothing else happens to the series before all of these are closed.
      const minutes = this.#closeMinutes(slot, until);
      for (const [minute, of] of minutes) {
        const key = `${minute} ${organization}`;
        const open = writers.get(key) ?? { organization, minute, writer: new MinutePartWriter(minute) };
        writers.set(key, open);
        open.writer.add(nameOf(organization, series), of);
        if (!open.writer.isFull) continue;
        writers.delete(key);
        yield closedOf(open);
      }
      closed += minutes.length;
      if (closed < CLOSED_AT_ONCE) continue;
      closed = 0;
      yield undefined;
    }
    for (const open of writers.values()) yield closedOf(open);
  }

  counts(): WindowCounts {
    return { series: this.#slots.size, bytes: this.#arena.bytes + this.#slots.bytes, ...this.#counts };
  }

  #judge({ atMs, value }: { readonly atMs: number; readonly value: number }, nowMs: number): SampleOutcome {
    if (!(Math.abs(value) <= MAX_SUMMAND) || !Number.isFinite(atMs)) return 'unfit';
    if (atMs > nowMs + AHEAD_MS) return 'early';
    const minute = Math.floor(atMs / MINUTE_MS);
    return minute < Math.max(this.#closedUntil, this.#closableAt(nowMs)) ? 'late' : 'taken';
  }

  /** The first minute that is still open. */
  #closableAt(nowMs: number): number {
    return Math.floor((nowMs - this.#graceMs) / MINUTE_MS);
  }

  /** Made where there is none. */
  #minuteOf(slot: Slot, minute: number): Handle {
    for (let record = this.#slots.headOf(slot); record !== NONE; record = this.#records.nextOf(record))
      if (this.#records.startOf(record) === minute) return record;
    const made = this.#allocated(slot, () => this.#records.create(minute));
    this.#records.setNext(made, this.#slots.headOf(slot));
    this.#slots.setHead(slot, made);
    return made;
  }

  /** Open ones, in the order of time. */
  #minutesOf(slot: Slot): Handle[] {
    const records: Handle[] = [];
    for (let record = this.#slots.headOf(slot); record !== NONE; record = this.#records.nextOf(record))
      records.push(record);
    return records.sort((a, b) => this.#records.startOf(a) - this.#records.startOf(b));
  }

  /** Has what led to a record lead to another. */
  #relink(slot: Slot, record: Handle, other: Handle): void {
    if (this.#slots.headOf(slot) === record) {
      this.#slots.setHead(slot, other);
      return;
    }
    for (let before = this.#slots.headOf(slot); before !== NONE; before = this.#records.nextOf(before)) {
      if (this.#records.nextOf(before) !== record) continue;
      this.#records.setNext(before, other);
      return;
    }
  }

  #closedOf(slot: Slot, length: number, start: number): WindowFold | undefined {
    const which = LONGER.findIndex((one) => one === length);
    const record = which === -1 ? NONE : this.#slots.longerOf(slot, which);
    if (record === NONE || this.#records.startOf(record) !== start) return undefined;
    return this.#records.readFold(record, this.#slots.kindOf(slot));
  }

  #closeMinutes(slot: Slot, until: number): (readonly [minute: number, of: Minute])[] {
    const kind = this.#slots.kindOf(slot);
    const closing = this.#minutesOf(slot).filter((record) => this.#records.startOf(record) < until);
    return closing.map((record) => {
      const minute = this.#records.startOf(record);
      const of = this.#records.readMinute(record, kind);
      this.#relink(slot, record, this.#records.nextOf(record));
      this.#records.free(record);
      for (const [which, length] of LONGER.entries()) this.#count(slot, which, startOf(minute, length), of);
      return [minute, of] as const;
    });
  }

  #count(slot: Slot, which: number, start: number, minute: Minute): void {
    const before = this.#slots.longerOf(slot, which);
    this.#slots.setLonger(
      slot,
      which,
      this.#allocated(slot, () => this.#records.merge(before, start, minute)),
    );
  }

  /** Lets series go until there is room, but for the one that it is for. */
  #allocated(slot: Slot, allocate: () => Handle): Handle {
    for (;;) {
      const handle = allocate();
      if (handle !== NONE) return handle;
      const silent = this.#slots.silentLongest(slot);
      // The least arena that there is has room for what one series takes.
      if (silent === undefined) throw new RangeError('one series takes all memory of live windows');
      this.#letGo(silent);
    }
  }

  #letGo(slot: Slot): void {
    const minutes = this.#minutesOf(slot);
    this.#counts.letGo++;
    this.#counts.minutesLost += minutes.length;
    for (const record of minutes) this.#records.free(record);
    for (const which of LONGER.keys()) {
      const record = this.#slots.longerOf(slot, which);
      if (record !== NONE) this.#records.free(record);
    }
    this.#slots.remove(slot);
  }
}

/** Windows begin at multiples of their length since 1970. */
const startOf = (minute: number, length: number): number => minute - (minute % length);

const closedOf = (open: { organization: Organization; minute: number; writer: MinutePartWriter }): ClosedMinutes => ({
  organization: open.organization,
  minute: open.minute,
  series: open.writer.count,
  data: open.writer.bytes(),
});
