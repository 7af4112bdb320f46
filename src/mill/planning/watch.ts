/**
 * The nightly watch: a few cells at rest are made again in shadow, so that a skip that was wrong is found whatever it was skipped for.
 * No cell has a record of its own. A computation remembers when it was looked at last, and how often; the number of the visit says
 * which of its days is next. Pure.
 */
import { type CellKey, cellName } from '../model/cell.ts';
import { NOTHING_STOPPED, pauseOf } from '../model/control.ts';
import { fromOrdinal } from '../../values/date.ts';
import { distrustIn, isHopelessToWatch } from '../model/distrust.ts';
import { hashOf } from '../../values/hash.ts';
import { behaviourOf } from '../model/vector.ts';
import { dayAt, dayCount, type DaySet } from './day-set.ts';
import type { Plan } from './plan.ts';

/** What the cells of a night may take together, by what such cells took before. One that takes more alone has a night to itself. */
export const WATCH_SECONDS = 60;
export const WATCH_READS = 1_000;

/** The golden ratio: of all steps around a circle it leaves the smallest gaps, however many are made (the three-gap theorem). */
const STEP = (Math.sqrt(5) - 1) / 2;

export interface WatchRequest {
  /** Of all passes. */
  readonly plan: Plan;
  /** How many cells. */
  readonly cells: number;
  /** What a cell of a computation takes. */
  readonly effortOf: (computation: string) => { readonly seconds: number; readonly reads: number };
}

export interface WatchedCell extends CellKey {
  /** Of its computation, this one among them. */
  readonly visits: number;
}

/** Those of tonight: computations that were not looked at for the longest come first, and of each the days that its visits point to. */
export function cellsToWatch({ plan, cells, effortOf }: WatchRequest): WatchedCell[] {
  const drawn: WatchedCell[] = [];
  const names = new Set<string>();
  let [seconds, reads] = [0, 0];
  const turns = inTurn(plan);
  for (let round = 0; drawn.length < cells && turns.some(({ days }) => round < dayCount(days)); round++) {
    for (const turn of turns) {
      if (drawn.length === cells) break;
      if (round >= dayCount(turn.days)) continue;
      const effort = effortOf(turn.computation);
      const isTooMuch = seconds + effort.seconds > WATCH_SECONDS || reads + effort.reads > WATCH_READS;
      if (drawn.length > 0 && isTooMuch) continue;
      let cell = nextOf(turn);
      // Of few days, several visits point to one.
      while (names.has(cellName(cell))) cell = nextOf(turn);
      names.add(cellName(cell));
      drawn.push(cell);
      seconds += effort.seconds;
      reads += effort.reads;
    }
  }
  return drawn;
}

interface Turn {
  readonly computation: string;
  readonly days: DaySet;
  visits: number;
}

/** What can be watched, the longest not looked at first. */
function inTurn(plan: Plan): Turn[] {
  const { manifest, state } = plan.request;
  const control = state.control ?? NOTHING_STOPPED;
  return manifest.computations
    .filter(({ name, fingerprint }) => {
      const distrust = distrustIn(state.distrusted, name, behaviourOf(fingerprint));
      return !isHopelessToWatch(distrust) && pauseOf(control, name) === undefined;
    })
    .map(({ name: computation }) => ({
      computation,
      days: plan.daysWith(computation, 'SKIP', 'STABLE'),
      watched: state.standings.get(computation)?.watched,
      ticket: hashOf(computation),
    }))
    .filter(({ days }) => days.length > 0)
    .sort((a, b) => compare(a.watched?.night ?? '', b.watched?.night ?? '') || compare(a.ticket, b.ticket))
    .map(({ computation, days, watched }) => ({ computation, days, visits: watched?.visits ?? 0 }));
}

const compare = (one: string, other: string): number => (one < other ? -1 : one > other ? 1 : 0);

/** Steps around the history, each computation from a place of its own: every part of it is come to after a few visits. */
function nextOf(turn: Turn): WatchedCell {
  const { computation, days } = turn;
  const start = Number.parseInt(hashOf(computation).slice(0, 8), 16) / 2 ** 32;
  const place = (start + turn.visits * STEP) % 1;
  turn.visits++;
  const day = dayAt(days, Math.floor(place * dayCount(days)));
  return { computation, date: fromOrdinal(day), visits: turn.visits };
}
