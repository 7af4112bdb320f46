/** What a plan keeps of a column: where its computation stands afterwards, and whether that is news. */
import type { ManifestComputation } from '../model/manifest.ts';
import { type Fingerprint, fingerprintHash, fingerprintParts } from '../model/vector.ts';
import { NOTHING_AGAIN, withoutAgain } from './again.ts';
import { MAX_ALIKE } from './alike.ts';
import { logged } from './change-log.ts';
import { type DaySet, intersect, NO_DAYS, subtract, unite } from './day-set.ts';
import type { Grid } from './grid.ts';
import { impossibleDays, needsHash, type Rest, restDays, type Standing, unitedRest } from './standing.ts';

/** A column, decided. */
export interface Decided {
  readonly computation: ManifestComputation;
  readonly grid: Grid;
  /** Before this plan. */
  readonly standing: Standing;
  /** Days at rest, on and off the grid, after this plan. */
  readonly rest: readonly Rest[];
  /** Days that have become possible, or impossible. */
  readonly turned: DaySet;
}

/** As it stands after this plan, committed as `sequence`. */
export function standingAfter(
  { computation, grid, standing: before, rest, turned }: Decided,
  sequence: number,
): Standing {
  const { dispatchId } = grid.request;
  const { again: noted, ...standing } = before;
  // What is impossible has no result any more: should its data come, it is new.
  const again = withoutAgain(noted ?? NOTHING_AGAIN, impossibleDays(rest));
  return {
    ...standing,
    ...(again.length === 0 ? {} : { again }),
    fingerprint: computation.fingerprint,
    ...beforeNow(before, computation.fingerprint),
    needs: needsHash(computation),
    seen: sequence,
    ...(dispatchId === undefined ? {} : { dispatchId }),
    rest,
    log: logged(before.log, sequence, turned),
  };
}

/** What it was compared with before, where that is another. */
function beforeNow({ fingerprint, before = [], made }: Standing, now: Fingerprint): Pick<Standing, 'before'> {
  const [past, hash] = [fingerprintHash(fingerprint), fingerprintHash(now)];
  if (past === hash || made.length === 0) return {};
  return { before: [past, ...before].filter((one) => one !== hash).slice(0, MAX_ALIKE) };
}

/** Days of the grid that a proof or an early cutoff spares, and did not before this plan. */
export function sparedDays({ grid, standing, rest }: Decided): DaySet {
  const { dispatchId } = grid.request;
  return unite(
    ...rest.map(({ reason, days }) => {
      if (reason.why !== 'COSMETIC' && reason.why !== 'EARLY_CUTOFF') return NO_DAYS;
      const before = standing.rest.filter(({ reason: known }) =>
        reason.why === 'COSMETIC'
          ? known.why === 'COSMETIC' && known.from === reason.from
          : known.why === 'EARLY_CUTOFF' && standing.dispatchId === dispatchId,
      );
      return subtract(intersect(days, grid.span), restDays(before));
    }),
  );
}

/** Whether what is at rest has changed; who was cut off in which dispatch is no news. */
export function isNews({ computation, standing, rest, turned }: Decided): boolean {
  if (turned.length > 0 || standing.needs !== needsHash(computation)) return true;
  if (fingerprintParts(standing.fingerprint, computation.fingerprint).length > 0) return true;
  return textOf(rest) !== textOf(standing.rest);
}

const textOf = (rest: readonly Rest[]): string =>
  JSON.stringify(
    unitedRest(rest.map((one) => (one.reason.why === 'EARLY_CUTOFF' ? { ...one, reason: { why: 'UNCHANGED' } } : one)))
      .map((one) => JSON.stringify(one))
      .sort(),
  );
