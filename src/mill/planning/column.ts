/**
 * The column of one computation: every day of the grid, decided. Only days that something has touched are looked at; the others
 * stay at rest. A day is looked at for one of three reasons, which say how closely: a hash that it was made from may differ (its
 * books are needed), the fingerprint differs (the standing says how), or what it reads is about to be made.
 */
import type { CellKey } from '../model/cell.ts';
import { fromOrdinal } from '../../values/date.ts';
import type { Decision } from '../model/decision.ts';
import { isChained, type ManifestComputation } from '../model/manifest.ts';
import { fingerprintHash } from '../model/vector.ts';
import { againOn, daysAgain, NOTHING_AGAIN } from './again.ts';
import { isOpen } from './date-breaker.ts';
import { DayDecider } from './day-decider.ts';
import {
  daysByValue,
  dayCount,
  daySetOf,
  daysWhere,
  type DaySet,
  hasDay,
  intersect,
  lastBefore,
  NO_DAYS,
  ordinalsOf,
  rangesOf,
  sameDays,
  subtract,
  unite,
} from './day-set.ts';
import type { Grid } from './grid.ts';
import { InputReader } from './input-reader.ts';
import {
  impossibleDays,
  type Rest,
  restDays,
  type Standing,
  unitedRest,
  unknownStanding,
  withoutDays,
} from './standing.ts';
import { LOOK, ownFollowers, restNow, touchedDays } from './touched.ts';
import { atRest, parked, restReasonOf, type Verdict, VerdictTable } from './verdict.ts';
import { type ColumnView, type GridIndex, VIEW, type View } from './view.ts';

export class Column implements ColumnView {
  readonly computation: ManifestComputation;
  readonly grid: Grid;
  readonly standing: Standing;
  readonly pending: DaySet;
  readonly turned: DaySet;
  /** Days at rest, on and off the grid, after this plan. */
  readonly rest: readonly Rest[];
  /** By index from the grid's first day, into the table; absent when nothing was looked at. */
  readonly #marks: Uint16Array | undefined;
  readonly #table = new VerdictTable();
  readonly #reader: InputReader;
  #views: Uint8Array | undefined;
  readonly #decider: DayDecider;

  constructor(computation: ManifestComputation, grid: Grid) {
    this.computation = computation;
    this.grid = grid;
    this.standing = grid.state.standings.get(computation.name) ?? unknownStanding(NO_DAYS, NO_DAYS);
    this.#reader = new InputReader(this, grid);
    this.#decider = new DayDecider(this, grid, this.#reader, this.#table);
    const span = grid.span;
    const { clean, rerun, parts } = restNow(computation, this.standing, grid);
    const { dirty, awaits } = touchedDays(computation, this.standing, grid);
    const kept = withoutDays(clean, unite(dirty, daysAgain(this.standing.again ?? NOTHING_AGAIN)));
    const settled = intersect(restDays(kept), span);
    const codeChanged = subtract(intersect(rerun, span), dirty);
    const waiting = intersect(unite(awaits, this.#inFlight()), span);
    if (sameDays(settled, span) && waiting.length === 0) {
      this.rest = kept;
      this.pending = NO_DAYS;
      this.turned = NO_DAYS;
      return;
    }
    const look = new Uint8Array(grid.days);
    const mark = (days: DaySet, how: number): void => {
      for (const [first, last] of rangesOf(days))
        for (let day = first; day <= last; day++) look[grid.indexOf(day)] = (look[grid.indexOf(day)] as number) | how;
    };
    mark(subtract(subtract(span, settled), codeChanged), LOOK.hashes);
    mark(codeChanged, LOOK.fingerprint);
    mark(waiting, LOOK.awaits);
    const marks = new Uint16Array(grid.days);
    this.#views = new Uint8Array(grid.days);
    this.#marks = marks;
    for (const { reason, days } of kept) {
      const index = this.#table.indexOf(JSON.stringify(reason), () => atRest(reason));
      const view = this.#table.at(index).view;
      for (const [first, last] of rangesOf(intersect(days, span))) {
        marks.fill(index, grid.indexOf(first), grid.indexOf(last) + 1);
        this.#views.fill(view, grid.indexOf(first), grid.indexOf(last) + 1);
      }
    }
    this.#sweep(look, marks, this.#views, parts);
    const views = this.#views;
    this.#park(marks, views);
    const was = grid.fill(impossibleDays(this.standing.rest));
    this.pending = this.#daysWhere((index) => (views[index] as number) >= VIEW.comingNow);
    this.turned = this.#daysWhere((index) => (views[index] === VIEW.none) !== (was[index] === 1));
    const turnedBeyond = ownFollowers(computation, this.standing, this.turned);
    // A day that merely waits has not changed: it rests again when what it waits for turns out the same.
    const resting = this.#daysWhere((index) => look[index] === LOOK.awaits && !this.#restsAt(index, marks));
    const decided = unite(subtract(span, resting), turnedBeyond);
    this.rest = unitedRest([...withoutDays(kept, decided), ...this.#restOnGrid(marks)]);
  }

  get name(): string {
    return this.computation.name;
  }

  viewAt(index: GridIndex): View {
    if (index < 0) {
      const day = this.grid.dayAt(index);
      if (!hasDay(this.standing.made, day)) return VIEW.none;
      // Before the grid nothing is made: what is lost there is waited for until a grid begins earlier.
      return againOn(this.standing.again ?? NOTHING_AGAIN, day)?.reason.why === 'LOST' ? VIEW.held : VIEW.there;
    }
    if (this.#views === undefined) {
      this.#views = new Uint8Array(this.grid.days).fill(VIEW.there);
      this.grid.fill(impossibleDays(this.rest), this.#views, VIEW.none);
    }
    return (this.#views[index] ?? VIEW.none) as View;
  }

  previousOf(index: GridIndex): number | undefined {
    for (let before = index - 1; before >= 0; before--) if (this.viewAt(before) !== VIEW.none) return before;
    const day = lastBefore(this.standing.made, this.grid.dayAt(Math.min(0, index)));
    return day === undefined ? undefined : this.grid.indexOf(day);
  }

  /** Whether the day was looked at, and found different from what readers knew of it. */
  verdictAt(index: GridIndex): Verdict {
    if (this.#marks !== undefined) return this.#table.at(this.#marks[index] as number);
    const day = this.grid.dayAt(index);
    const rest = this.rest.find(({ days }) => hasDay(days, day));
    if (rest === undefined) throw new Error(`${this.name} is not planned on ${fromOrdinal(day)}`);
    return atRest(rest.reason);
  }

  decisionAt(index: GridIndex): Decision {
    const verdict = this.verdictAt(index);
    const reason = 'reason' in verdict ? verdict.reason : this.#dailyReason(verdict, index);
    return { ...this.#cellAt(index), outcome: verdict.outcome, reason } as Decision;
  }

  /** The days of each verdict, in order of their first days. */
  stretches(): { readonly verdict: Verdict; readonly days: DaySet }[] {
    const marks = this.#marks;
    if (marks === undefined) {
      const span = this.grid.span;
      return this.rest
        .map(({ reason, days }) => ({ verdict: atRest(reason), days: intersect(days, span) }))
        .filter(({ days }) => days.length > 0);
    }
    return [...daysByValue(this.grid.first, marks)].map(([mark, days]) => ({ verdict: this.#table.at(mark), days }));
  }

  /** Whether its book says how the cell ended last. */
  hasSettled(index: GridIndex): boolean {
    return this.#decider.hasEnded(index);
  }

  get reader(): InputReader {
    return this.#reader;
  }

  #sweep(look: Uint8Array, marks: Uint16Array, views: Uint8Array, parts: readonly string[]): void {
    const was = this.grid.fill(impossibleDays(this.standing.rest));
    const windows = this.computation.needs.map((need) => (need.kind === 'own-history' ? need.days : 0));
    const window = Math.max(0, ...windows);
    const isPrevious = this.computation.needs.some(({ kind }) => kind === 'previous');
    let previous = this.previousOf(0);
    for (let index = 0; index < this.grid.days; index++) {
      const how = look[index] as number;
      if (how !== 0) {
        const mark = this.#decider.decide(index, how, previous, parts, marks);
        const { view } = this.#table.at(mark);
        marks[index] = mark;
        views[index] = view;
        const turned = (view === VIEW.none) !== (was[index] === 1);
        const passedOn = turned ? LOOK.hashes : view >= VIEW.comingNow ? LOOK.awaits : 0;
        const reach = passedOn === 0 ? 0 : window;
        for (let ahead = 1; ahead <= reach; ahead++) addTo(look, index + ahead, passedOn);
        // A day without a result hands on what came before it.
        if (isPrevious) addTo(look, index + 1, view === VIEW.none ? passedOn | how : passedOn);
      }
      if (views[index] !== VIEW.none) previous = index;
    }
  }

  /** Leaves one of the days that would run, when dates of it fail alike: one that was not tried yet, if there is any. */
  #park(marks: Uint16Array, views: Uint8Array): void {
    const { breaker } = this.standing;
    if (!isOpen(breaker, fingerprintHash(this.computation.fingerprint))) return;
    const running = this.#daysWhere((index) => views[index] === VIEW.comingNow);
    // Days of a chain can only be tried in their order.
    const fresh = isChained(this.computation) ? running : subtract(running, breaker.dates);
    const hadItsTrial = breaker.dispatchId === this.grid.request.dispatchId;
    const trial = hadItsTrial ? undefined : (fresh[0] ?? running[0]);
    const mark = this.#table.indexOf('parked', () => parked(breaker.error, dayCount(breaker.dates)));
    for (const day of ordinalsOf(running)) {
      if (day === trial) continue;
      marks[this.grid.indexOf(day)] = mark;
      views[this.grid.indexOf(day)] = VIEW.held;
    }
  }

  #cellAt(index: number): CellKey {
    return { computation: this.name, date: fromOrdinal(this.grid.dayAt(index)) };
  }

  #dailyReason(verdict: Extract<Verdict, { daily: string }>, index: number): Decision['reason'] {
    const day = this.grid.dayAt(index);
    switch (verdict.daily) {
      case 'IN_FLIGHT':
        return { why: 'IN_FLIGHT', runId: this.grid.state.inFlight.get(this.name)?.get(day) ?? '' };
      case 'WAITING_FOR':
        return { why: 'WAITING_FOR', cell: this.#reader.culprit(verdict.need ?? 0, index, 'blocks') };
      case 'HELD':
        return { why: 'WAITING_FOR', cell: this.#reader.culprit(verdict.need ?? 0, index, 'held') };
      case 'FAILED':
        return { why: 'FAILED', cell: this.#reader.culprit(verdict.need ?? 0, index, 'failed') };
      case 'FAILED_BEFORE':
      case 'FAILED_IN_THIS_DISPATCH': {
        const settled = this.grid.state.shelf.settled(this.name, day);
        if (settled?.status !== 'FAILED') throw new Error(`${this.name}@${fromOrdinal(day)} has not failed`);
        return { why: verdict.daily, error: settled.error };
      }
    }
  }

  #daysWhere(holds: (index: number) => boolean): DaySet {
    return daysWhere(this.grid.first, this.grid.days, holds);
  }

  #restsAt(index: number, marks: Uint16Array): boolean {
    return restReasonOf(this.#table.at(marks[index] as number)) !== undefined;
  }

  #inFlight(): DaySet {
    return daySetOf([...(this.grid.state.inFlight.get(this.name)?.keys() ?? [])].sort((a, b) => a - b));
  }

  #restOnGrid(marks: Uint16Array): Rest[] {
    return [...daysByValue(this.grid.first, marks)].flatMap(([mark, days]) => {
      const reason = restReasonOf(this.#table.at(mark));
      return reason === undefined ? [] : [{ reason, days }];
    });
  }
}

function addTo(look: Uint8Array, index: number, how: number): void {
  if (how !== 0 && index < look.length) look[index] = (look[index] as number) | how;
}
