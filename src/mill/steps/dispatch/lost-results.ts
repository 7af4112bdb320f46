/** Results that the plan knows and that are not stored any more: a restore, a TTL or a hand took them. One count a computation a night finds them. */
import { daysAgain } from '../../planning/again.ts';
import { dayCount, type DaySet, daySetOfDays, NO_DAYS, subtract } from '../../planning/day-set.ts';
import { afterNoting, type Standing } from '../../planning/standing.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { Cells } from '../../ports/cells.ts';
import type { PlanningSnapshot } from '../../ports/planning.ts';
import { atMost } from '../../../process/at-most.ts';

/** By computation; nothing while runs are open, whose outcomes the standings do not know yet. */
export async function lostResults(
  { standings, open }: Pick<PlanningSnapshot, 'standings' | 'open'>,
  { manifest, cells }: { readonly manifest: Manifest; readonly cells: Pick<Cells, 'countMade' | 'daysMade'> },
): Promise<Map<string, DaySet>> {
  if (open.length > 0) return new Map();
  const found = await atMost(manifest.computations, async ({ name }): Promise<[string, DaySet]> => {
    const { made = NO_DAYS, again = [] } = standings.get(name) ?? {};
    const known = subtract(made, daysAgain(again));
    if (known.length === 0 || (await cells.countMade(name)) >= dayCount(made)) return [name, NO_DAYS];
    return [name, subtract(known, daySetOfDays(await cells.daysMade(name)))];
  });
  return new Map(found.filter(([, days]) => days.length > 0));
}

/** They are made again by the next dispatch. */
export function withLost(
  standings: ReadonlyMap<string, Standing>,
  lost: ReadonlyMap<string, DaySet>,
  sequence: number,
): Map<string, Standing> {
  const noted = new Map(standings);
  for (const [name, days] of lost) {
    const standing = standings.get(name);
    if (standing !== undefined)
      noted.set(name, afterNoting(standing, { reason: { why: 'LOST' }, days, since: sequence }));
  }
  return noted;
}
