/** What is to become of one day of a computation that must be looked at. */
import { isPassing } from '../../errors.ts';
import { daysAfter, fromOrdinal } from '../../values/date.ts';
import { inputIdOf, isSeed, type ManifestNeed, readsData } from '../model/manifest.ts';
import { NOTHING_STOPPED, pauseOf } from '../model/control.ts';
import { behaviourOf, changedParts, type Fingerprint } from '../model/vector.ts';
import { againOn, NOTHING_AGAIN } from './again.ts';
import { vectorFor } from './alike.ts';
import { type DaySet, daySpan, intersect, NO_DAYS } from './day-set.ts';
import type { Grid } from './grid.ts';
import { type InputReader, isUnread } from './input-reader.ts';
import type { RestReason } from './standing.ts';
import { isDistrusted, isEquivalent, LOOK } from './touched.ts';
import {
  again,
  atRest,
  changed,
  daily,
  dataLost,
  distrusted,
  held,
  NEW,
  paused,
  upstreamRuns,
  type VerdictTable,
} from './verdict.ts';
import { type ColumnView, VIEW } from './view.ts';

const MADE = 1;
const FAILED = 2;

export class DayDecider {
  readonly #column: ColumnView;
  readonly #grid: Grid;
  readonly #reader: InputReader;
  readonly #table: VerdictTable;
  #status: Uint8Array | undefined;

  constructor(column: ColumnView, grid: Grid, reader: InputReader, table: VerdictTable) {
    this.#column = column;
    this.#grid = grid;
    this.#reader = reader;
    this.#table = table;
  }

  /** As a number of the table. The order of the questions is the order in which answers matter to people. */
  decide(
    index: number,
    how: number,
    previous: number | undefined,
    parts: readonly string[],
    marks: Uint16Array,
  ): number {
    const mark = this.#unlessPaused(this.#decide(index, how, previous, parts, marks));
    return this.#unlessDoubted(index, previous, mark);
  }

  /** Whether its book says how the cell ended last. */
  hasEnded(index: number): boolean {
    return this.#statusAt(index) !== undefined;
  }

  #decide(
    index: number,
    how: number,
    previous: number | undefined,
    parts: readonly string[],
    marks: Uint16Array,
  ): number {
    const { needs } = this.#column.computation;
    let failed = -1;
    let blocker = -1;
    let holder = -1;
    const awaited: number[] = [];
    for (let need = 0; need < needs.length; need++) {
      const found = this.#reader.look(need, index, previous);
      if (found.noData) {
        const { of } = needs[need] as { of: string };
        return this.#table.indexOf(`no data ${need}`, () => atRest({ why: 'NO_DATA', dataset: of }));
      }
      if (found.impossible) {
        const { of } = needs[need] as { of: string };
        return this.#table.indexOf(`upstream ${need}`, () => atRest({ why: 'UPSTREAM', computation: of }));
      }
      if (found.failed && failed < 0) failed = need;
      if (found.blocks && blocker < 0) blocker = need;
      if (found.held && holder < 0) holder = need;
      if (found.coming) awaited.push(need);
    }
    const day = this.#grid.dayAt(index);
    if (this.#grid.state.inFlight.get(this.#column.computation.name)?.has(day) === true)
      return this.#table.indexOf('in flight', () => daily('IN_FLIGHT'));
    if (failed >= 0) return this.#table.indexOf(`failed ${failed}`, () => daily('FAILED', failed));
    if (holder >= 0) return this.#table.indexOf(`held ${holder}`, () => held(holder));
    if (this.#grid.request.mode === 'dispatch' && blocker >= 0)
      return this.#table.indexOf(`waits ${blocker}`, () => daily('WAITING_FOR', blocker));
    const status = this.#statusAt(index);
    if (status === undefined) return this.#table.indexOf('new', () => NEW);
    if (status === FAILED || (how & LOOK.hashes) !== 0) return this.#compare(index, awaited, previous);
    if ((how & LOOK.fingerprint) !== 0) return this.#table.indexOf(`changed ${parts.join()}`, () => changed(parts));
    // A day that comes to have one before it reads its seed no more: that has changed, and the book says whether it did.
    if (awaited.some((need) => needs[need]?.kind === 'previous') && needs.some(isSeed))
      return this.#compare(index, awaited, previous);
    if (awaited.length > 0) return this.#awaits(awaited);
    // Nothing that it reads is awaited after all: it rests as before.
    return marks[index] as number;
  }

  /** What would run and may not; days of a chain that wait for a paused day are paused themselves. */
  #unlessPaused(mark: number): number {
    const pause = pauseOf(this.#grid.state.control ?? NOTHING_STOPPED, this.#column.computation.name);
    if (pause === undefined) return mark;
    const verdict = this.#table.at(mark);
    const kind = 'daily' in verdict && verdict.daily === 'HELD' ? this.#kindOf(verdict.need) : undefined;
    const waitsForItself = kind === 'previous' || kind === 'own-history';
    return verdict.view === VIEW.comingNow || waitsForItself
      ? this.#table.indexOf('paused', () => paused(pause))
      : mark;
  }

  /** What would run on root data that a worker could not read, or read as another. */
  #unlessDoubted(index: number, previous: number | undefined, mark: number): number {
    if (this.#table.at(mark).view !== VIEW.comingNow) return mark;
    for (const need of this.#column.computation.needs) {
      if (!readsData(need) || isUnread(need, previous)) continue;
      const { doubted = NO_DAYS } = this.#grid.dataset(need.of);
      if (doubted.length === 0) continue;
      const [lost] = intersect(doubted, this.#dataDays(need, index));
      if (lost === undefined) continue;
      const [of, date] = [need.of, fromOrdinal(lost)];
      return this.#table.indexOf(`lost ${of} ${date}`, () => dataLost(of, date));
    }
    return mark;
  }

  /** The days of root data that it may read. */
  #dataDays(need: ManifestNeed, index: number): DaySet {
    const day = this.#grid.dayAt(index);
    if (need.kind === 'history') return daySpan(daysAfter(day, -need.days), daysAfter(day, -1));
    const read = need.kind === 'latest' ? this.#grid.newestData(need.of, index) : day;
    return read === undefined ? NO_DAYS : daySpan(read, read);
  }

  #kindOf(need: number | undefined): ManifestNeed['kind'] | undefined {
    return need === undefined ? undefined : this.#column.computation.needs[need]?.kind;
  }

  #awaits(awaited: readonly number[]): number {
    return this.#table.indexOf(`awaits ${awaited.join()}`, () => upstreamRuns(this.#idsOf(awaited)));
  }

  #idsOf(needs: readonly number[]): string[] {
    return [...new Set(needs.map((need) => inputIdOf(this.#column.computation.needs[need] as ManifestNeed)))];
  }

  /** Looks into the books: the vector that the cell was made from beside that of now. */
  #compare(index: number, awaited: readonly number[], previous: number | undefined): number {
    const settled = this.#grid.state.shelf.settled(this.#column.computation.name, this.#grid.dayAt(index));
    // Its book is not at hand: whoever asked for this plan will ask again with it.
    if (settled === undefined && this.#isUnwritten(index)) return this.#table.indexOf('new', () => NEW);
    if (settled === undefined) return this.#table.indexOf('unknown', () => daily('WAITING_FOR', 0));
    const { dispatchId, sweep } = this.#grid.request;
    if (settled.status === 'FAILED' && settled.dispatchId === dispatchId)
      return this.#table.indexOf('failed now', () => daily('FAILED_IN_THIS_DISPATCH'));
    const waits = new Set(this.#idsOf(awaited));
    const { inputs, ranNow } = this.#reader.hashes(index, awaited, previous);
    const fingerprint = this.#column.computation.fingerprint;
    const made = vectorFor(settled, fingerprint);
    const parts =
      made === undefined ? [] : changedParts(made, { fingerprint, inputs }).filter((part) => !waits.has(part));
    const cosmetic = settled.status === 'COMPLETED' && this.#isCosmetic(settled.vector.fingerprint, parts);
    if (parts.length > 0 && !cosmetic) return this.#table.indexOf(`changed ${parts.join()}`, () => changed(parts));
    if (settled.status === 'FAILED') {
      return sweep === true && !isPassing(settled.error.code)
        ? this.#table.indexOf('failed now', () => daily('FAILED_IN_THIS_DISPATCH'))
        : this.#table.indexOf('failed before', () => daily('FAILED_BEFORE'));
    }
    const noted = againOn(this.#column.standing.again ?? NOTHING_AGAIN, this.#grid.dayAt(index));
    if (noted !== undefined) return this.#table.indexOf(JSON.stringify(noted.reason), () => again(noted.reason));
    if (awaited.length > 0) return this.#awaits(awaited);
    if (cosmetic) {
      const from = behaviourOf(settled.vector.fingerprint);
      return this.#table.indexOf(JSON.stringify({ why: 'COSMETIC', from }), () => atRest({ why: 'COSMETIC', from }));
    }
    const cutOff = settled.dispatchId === dispatchId ? [] : ranNow;
    if (cutOff.length > 0 && isDistrusted(this.#grid, this.#column.computation))
      return this.#table.indexOf(`distrusted ${cutOff.join()}`, () => distrusted(cutOff));
    const reason: RestReason = cutOff.length > 0 ? { why: 'EARLY_CUTOFF', inputs: cutOff } : { why: 'UNCHANGED' };
    return this.#table.indexOf(JSON.stringify(reason), () => atRest(reason));
  }

  /** Whether its book is at hand and does not have it, whatever the standing says: the book was lost, and made from what is stored. */
  #isUnwritten(index: number): boolean {
    return this.#grid.state.shelf.isAtHand(this.#column.computation.name, this.#grid.dayAt(index));
  }

  /** Whether nothing but the code differs, and that was proven to do the same. */
  #isCosmetic(before: Fingerprint, parts: readonly string[]): boolean {
    return (
      parts.length > 0 &&
      parts.every((part) => part === 'code' || part === 'layer') &&
      isEquivalent(this.#grid, this.#column.computation, behaviourOf(before))
    );
  }

  #statusAt(index: number): typeof MADE | typeof FAILED | undefined {
    this.#status ??= this.#grid.fill(this.#column.standing.failed, this.#grid.fill(this.#column.standing.made), FAILED);
    const status = this.#status[index];
    return status === MADE || status === FAILED ? status : undefined;
  }
}
