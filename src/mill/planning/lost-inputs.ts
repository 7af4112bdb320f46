/**
 * What workers found not to be stored as the plan says. A result is noted to be made again; a day of root data, which nobody here can
 * make again, is doubted until the indexer has looked at it: what reads it waits. Pure.
 */
import type { CellKey, Settled } from '../model/cell.ts';
import { toOrdinal } from '../../values/date.ts';
import type { LostInput } from '../model/place.ts';
import { againOn, NOTHING_AGAIN } from './again.ts';
import { daySetOf, hasDay } from './day-set.ts';
import {
  afterDoubting,
  afterNoting,
  type DatasetStanding,
  NO_DATASET,
  NO_STANDING,
  type Standing,
} from './standing.ts';

/** By a task of a run that was claimed in this sequence. */
export interface LossReport {
  readonly claimedIn: number;
  readonly lost: LostInput;
}

export interface Known {
  readonly sequence: number;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly datasets: ReadonlyMap<string, DatasetStanding>;
  readonly settled: (cell: CellKey) => Settled | undefined;
}

/** As of `sequence`. What was made, noted or indexed since the report's run was claimed has answered it. */
export function afterLosses(
  reports: readonly LossReport[],
  { sequence, settled, ...known }: Known,
): Pick<Known, 'standings' | 'datasets'> {
  const standings = new Map(known.standings);
  const datasets = new Map(known.datasets);
  for (const { claimedIn, lost } of reports) {
    const { place, found } = lost;
    const day = toOrdinal(place.date);
    const days = daySetOf([day]);
    if (place.kind === 'root') {
      const standing = datasets.get(place.dataset) ?? NO_DATASET;
      if ((standing.looked ?? 0) <= claimedIn) datasets.set(place.dataset, afterDoubting(standing, days));
      continue;
    }
    const standing = standings.get(place.computation) ?? NO_STANDING;
    const noted = againOn(standing.again ?? NOTHING_AGAIN, day);
    const made = settled(place);
    const isAnswered = (noted?.since ?? 0) > claimedIn || (made?.foldedIn ?? 0) > claimedIn;
    // The books may have lost it too.
    const isMade =
      made === undefined ? hasDay(standing.made, day) : made.status === 'COMPLETED' && made.resultHash !== found;
    if (isAnswered || !isMade) continue;
    standings.set(place.computation, afterNoting(standing, { reason: { why: 'LOST' }, days, since: sequence }));
  }
  return { standings, datasets };
}
