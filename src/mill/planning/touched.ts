/** Which days of a computation may have another fate than when they were last looked at. All others stay at rest. */
import { daysAfter } from '../../values/date.ts';
import { isChained, type ManifestComputation, type ManifestNeed, readsData } from '../model/manifest.ts';
import { behaviourOf, fingerprintHash, fingerprintParts } from '../model/vector.ts';
import { changedAfter } from './change-log.ts';
import { ALWAYS, type DaySet, daySpan, followers, intersect, NO_DAYS, rangesOf, unite, untilNext } from './day-set.ts';
import type { Grid } from './grid.ts';
import {
  impossibleDays,
  isImpossible,
  needsHash,
  type Rest,
  type RestReason,
  type Standing,
  unitedRest,
} from './standing.ts';

/** How closely a day is looked at. */
export const LOOK = {
  /** A hash that it was made from may differ: its books are needed. */
  hashes: 1,
  /** The fingerprint differs; the standing says how. */
  fingerprint: 2,
  /** Something that it reads is about to be made, or will not be. */
  awaits: 4,
} as const;

export interface RestNow {
  /** Still at rest under the fingerprint of now. */
  readonly clean: readonly Rest[];
  /** Settled days whose fingerprint alone has changed … */
  readonly rerun: DaySet;
  /** … in these parts. */
  readonly parts: readonly string[];
}

export function restNow(computation: ManifestComputation, standing: Standing, grid: Grid): RestNow {
  if (standing.needs !== needsHash(computation)) return { clean: [], rerun: NO_DAYS, parts: [] };
  const now = computation.fingerprint;
  const parts = fingerprintParts(standing.fingerprint, now);
  const comparable = parts.every((part) => part === 'code' || part === 'layer');
  const own = behaviourOf(standing.fingerprint);
  const isBack = standing.before?.includes(fingerprintHash(now)) === true;
  const clean: Rest[] = [];
  const rerun: DaySet[] = [];
  for (const { reason, days } of standing.rest) {
    const from = reason.why === 'COSMETIC' ? reason.from : own;
    if (isImpossible(reason)) clean.push({ reason, days });
    // Whether it may be cut off is asked anew: a closer look says.
    else if (isCutOff(reason, standing, grid) && isDistrusted(grid, computation)) continue;
    else if (comparable && from === behaviourOf(now)) clean.push({ reason: reasonNow(reason, standing, grid), days });
    else if (comparable && isEquivalent(grid, computation, from))
      clean.push({ reason: { why: 'COSMETIC', from }, days });
    // A cosmetic one's vector is of yet another version, and code that was gone back to may have made the same: their books say so.
    else if (reason.why !== 'COSMETIC' && !isBack) rerun.push(days);
  }
  return { clean: unitedRest(clean), rerun: unite(...rerun), parts };
}

const reasonNow = (reason: RestReason, standing: Standing, grid: Grid): RestReason =>
  isCutOff(reason, standing, grid) ? reason : { why: 'UNCHANGED' };

/** An early cutoff is one in the dispatch that it happened in. */
const isCutOff = (reason: RestReason, standing: Standing, grid: Grid): boolean =>
  reason.why === 'EARLY_CUTOFF' && standing.dispatchId === grid.request.dispatchId;

/** Whether code of this behaviour was proven to do what the computation's code does now: one class holds both. */
export function isEquivalent(grid: Grid, computation: ManifestComputation, behaviour: string): boolean {
  const proven = grid.state.equivalents.get(computation.name) ?? [];
  const both = proven.includes(behaviour) && proven.includes(behaviourOf(computation.fingerprint));
  return both && !isDistrusted(grid, computation);
}

/** Whether it has no right to be skipped because of proofs and cutoffs. */
export const isDistrusted = (grid: Grid, { name, fingerprint }: ManifestComputation): boolean =>
  grid.state.distrusted.get(name)?.behaviour === behaviourOf(fingerprint);

/** Days with inputs whose hashes may be others than when they were last looked at, and days with inputs that are about to be made. */
export function touchedDays(
  computation: ManifestComputation,
  standing: Standing,
  grid: Grid,
): { dirty: DaySet; awaits: DaySet } {
  const { seen } = standing;
  const dirty: DaySet[] = [ownFollowers(computation, standing, changedAfter(standing.log, seen) ?? ALWAYS)];
  const awaits: DaySet[] = [];
  for (const need of computation.needs) {
    if (need.kind === 'previous' || need.kind === 'own-history') continue;
    const reach = (days: DaySet): DaySet => reachOf(need, days, grid);
    const column = readsData(need) ? undefined : grid.columns.get(need.of);
    const log = readsData(need) ? grid.dataset(need.of).log : column?.standing.log;
    dirty.push(reach((log && changedAfter(log, seen)) ?? ALWAYS));
    if (column === undefined) continue;
    dirty.push(reach(column.turned));
    awaits.push(reach(column.pending));
  }
  return { dirty: unite(...dirty), awaits: unite(...awaits) };
}

/** The days that read these days of what is needed. */
function reachOf(need: ManifestNeed, days: DaySet, grid: Grid): DaySet {
  if (need.kind === 'history') return followers(days, need.days);
  return need.kind === 'latest' ? untilNext(days, grid.dataset(need.of).days) : days;
}

/** The days that read these days of its own. */
export function ownFollowers(computation: ManifestComputation, standing: Standing, days: DaySet): DaySet {
  if (days.length === 0 || !isChained(computation)) return NO_DAYS;
  const impossible = impossibleDays(standing.rest);
  const reading = computation.needs.map((need): DaySet => {
    if (need.kind === 'own-history') return followers(days, need.days);
    if (need.kind !== 'previous') return NO_DAYS;
    // Up to the next day that can have a result.
    const next = followers(days, 1);
    const blank = rangesOf(impossible).filter((range) => intersect(next, range).length > 0);
    return unite(next, ...blank.map(([first, last]) => daySpan(first, daysAfter(last, 1))));
  });
  return unite(...reading);
}
