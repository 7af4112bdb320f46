/**
 * Where a computation or a dataset stands, over all days, as ranges. With it a plan need not look at cells that nothing has
 * touched since they were last looked at, and a day on which nothing changed is planned without reading a single book.
 */
import { z } from 'zod';
import type { Settled } from '../model/cell.ts';
import type { PartialResult } from '../model/partial-result.ts';
import { Day } from '../../values/date.ts';
import { Hash, hashOfParts } from '../../values/hash.ts';
import { inputIdOf, type ManifestComputation } from '../model/manifest.ts';
import { Fingerprint } from '../model/vector.ts';
import { Again, NOTHING_AGAIN, noted } from './again.ts';
import { DateBreaker } from './date-breaker.ts';
import { ChangeLog, EMPTY_LOG, logged } from './change-log.ts';
import { afterSizesChanged } from './input-size.ts';
import { DaySet, daySetOfDays, NO_DAYS, subtract, unite } from './day-set.ts';
import { Typical } from './typical.ts';

/** Why a cell at rest does not run. */
export const RestReason = z.discriminatedUnion('why', [
  z.object({ why: z.literal('UNCHANGED') }),
  z.object({ why: z.literal('EARLY_CUTOFF'), inputs: z.array(z.string()).readonly() }),
  z.object({ why: z.literal('COSMETIC'), from: Hash }),
  z.object({ why: z.literal('NO_DATA'), dataset: z.string() }),
  z.object({ why: z.literal('UPSTREAM'), computation: z.string() }),
]);
export type RestReason = z.infer<typeof RestReason>;

export const isImpossible = (reason: { readonly why: string }): boolean =>
  reason.why === 'NO_DATA' || reason.why === 'UPSTREAM';

export const Rest = z.object({ reason: RestReason, days: DaySet });
export type Rest = z.infer<typeof Rest>;

export const Audits = z.object({
  /** Skipped cells that ran again in shadow … */
  checked: z.number().int(),
  /** … and gave another result. */
  wrong: z.number().int(),
  /** The day on which the first of them was counted. */
  since: Day.optional(),
});
export type Audits = z.infer<typeof Audits>;

/** What a computation remembers of the nightly watch (see watch.ts). */
export const Watched = z.object({
  /** The last night on which it was looked at. */
  night: Day,
  /** How many of its cells were drawn so far. */
  visits: z.number().int(),
});
export type Watched = z.infer<typeof Watched>;

export const Standing = z.object({
  /** What the days at rest were compared with. */
  fingerprint: Fingerprint,
  /** Hashes of the fingerprints before it, newest first: code that may be gone back to, and whose results may be alike (alike.ts). */
  before: z.array(Hash).readonly().optional(),
  /** Of the needs then: when a computation reads other things, nothing of it is at rest. */
  needs: Hash,
  /** The sequence of planning whose changes were seen when the days were last looked at. */
  seen: z.number().int(),
  /** The dispatch whose early cutoffs are named as such. */
  dispatchId: z.string().optional(),
  /** Days that need no look unless something changes: settled and unchanged, or impossible. Disjoint. */
  rest: z.array(Rest).readonly(),
  /** Days with a result in the book, at rest or not. */
  made: DaySet,
  /** Days whose last attempt failed. */
  failed: DaySet,
  /** Days whose result lacks entities that failed. */
  partial: DaySet.optional(),
  /** Days that are made again whatever they were made from. None of them is at rest. */
  again: z.array(Again).readonly().optional(),
  audits: Audits.optional(),
  watched: Watched.optional(),
  breaker: DateBreaker.optional(),
  /** When what readers see of it changed. */
  log: ChangeLog,
  /** What a cell of it takes; absent until one completed. */
  typical: Typical.optional(),
});
export type Standing = z.infer<typeof Standing>;

export const DatasetStanding = z.object({
  /** Days with data. */
  days: DaySet,
  log: ChangeLog,
  /** The days by how many entities they have; see input-size.ts. */
  sizes: z.record(z.string(), DaySet).optional(),
  /** Days that a worker found gone, or other than they were indexed: what would read them waits until the indexer has looked. */
  doubted: DaySet.optional(),
  /** The sequence in which the indexer last answered doubts. */
  looked: z.number().int().optional(),
});
export type DatasetStanding = z.infer<typeof DatasetStanding>;

export const NO_DATASET: DatasetStanding = { days: NO_DAYS, log: EMPTY_LOG };

export const needsHash = (computation: Pick<ManifestComputation, 'needs'>): Hash =>
  hashOfParts(computation.needs.map(inputIdOf));

/** A computation of which nothing is known but what is in its book. */
export const unknownStanding = (made: DaySet, failed: DaySet): Standing => ({
  fingerprint: { code: NOTHING, layer: NOTHING, infrastructure: NOTHING, epoch: 0 },
  needs: NOTHING,
  seen: 0,
  rest: [],
  made,
  failed,
  log: EMPTY_LOG,
});

const NOTHING: Hash = '0'.repeat(16);

export const NO_STANDING: Standing = unknownStanding(NO_DAYS, NO_DAYS);

/** After cells ended at `sequence`: they are looked at again, and so is what reads them. */
export function afterSettling(
  standing: Standing,
  settled: ReadonlyMap<Day, Pick<Settled, 'status'> & { readonly partial?: PartialResult | undefined }>,
  sequence: number,
): Standing {
  const all = daySetOfDays(settled.keys());
  const failed = daySetOfDays([...settled].filter(([, { status }]) => status === 'FAILED').map(([date]) => date));
  const partial = daySetOfDays([...settled].filter(([, one]) => one.partial !== undefined).map(([date]) => date));
  return {
    ...standing,
    ...partialAfter(standing, all, partial),
    rest: withoutDays(standing.rest, all),
    made: unite(subtract(standing.made, failed), subtract(all, failed)),
    failed: unite(subtract(standing.failed, all), failed),
    log: logged(standing.log, sequence, all),
  };
}

/** Absent where there are none, as almost everywhere. */
function partialAfter(standing: Standing, gone: DaySet, come: DaySet): Pick<Standing, 'partial'> {
  const before = standing.partial ?? NO_DAYS;
  if (before.length === 0 && come.length === 0) return {};
  return { partial: unite(subtract(before, gone), come) };
}

/** After days were found to have to be made again. */
export const afterNoting = (standing: Standing, one: Again): Standing => ({
  ...standing,
  rest: withoutDays(standing.rest, one.days),
  again: noted(standing.again ?? NOTHING_AGAIN, one),
});

/** After results were taken out of the book: nothing is settled on those days. That they are impossible is in `rest` already. */
export const afterRemoval = (standing: Standing, days: DaySet): Standing => ({
  ...standing,
  ...partialAfter(standing, days, NO_DAYS),
  made: subtract(standing.made, days),
  failed: subtract(standing.failed, days),
});

/** After days of root data came, changed (`there`) or went. */
export function afterDataChanged(
  standing: DatasetStanding,
  changed: ReadonlyMap<Day, { readonly there: boolean; readonly count?: number | undefined }>,
  sequence: number,
): DatasetStanding {
  const all = daySetOfDays(changed.keys());
  const there = daySetOfDays([...changed].filter(([, day]) => day.there).map(([date]) => date));
  return {
    ...standing,
    days: unite(subtract(standing.days, all), there),
    log: logged(standing.log, sequence, all),
    sizes: afterSizesChanged(standing.sizes ?? {}, changed),
  };
}

export const afterDoubting = (standing: DatasetStanding, days: DaySet): DatasetStanding => ({
  ...standing,
  doubted: unite(standing.doubted ?? NO_DAYS, days),
});

/** After the indexer looked at the doubted days: those that it did not find stay in doubt. */
export const afterLooking = (standing: DatasetStanding, lost: DaySet, sequence: number): DatasetStanding => {
  const { doubted: _, ...rest } = standing;
  return { ...rest, ...(lost.length === 0 ? {} : { doubted: lost }), looked: sequence };
};

/** After audits of it ended. */
export const afterAudits = (standing: Standing, found: Audits): Standing => ({
  ...standing,
  audits:
    standing.audits === undefined
      ? found
      : {
          ...standing.audits,
          checked: standing.audits.checked + found.checked,
          wrong: standing.audits.wrong + found.wrong,
        },
});

export const withoutDays = (rest: readonly Rest[], days: DaySet): Rest[] =>
  rest.map((one) => ({ ...one, days: subtract(one.days, days) })).filter((one) => one.days.length > 0);

export const restDays = (rest: readonly Rest[]): DaySet => unite(...rest.map(({ days }) => days));

export const impossibleDays = (rest: readonly Rest[]): DaySet =>
  unite(...rest.filter(({ reason }) => isImpossible(reason)).map(({ days }) => days));

/** One entry a reason. */
export function unitedRest(rest: readonly Rest[]): Rest[] {
  const byReason = Map.groupBy(rest, ({ reason }) => JSON.stringify(reason));
  return [...byReason.values()].map((same) => ({
    reason: (same[0] as Rest).reason,
    days: unite(...same.map(({ days }) => days)),
  }));
}
