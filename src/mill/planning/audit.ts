/**
 * Audited skips: of the cells that a proof (STABLE) or an early cutoff has just spared, a small sample runs again in shadow. A skip
 * that was wrong is found by chance, and then once: the computation loses the right to be skipped so (hazard 12).
 */
import type { CellKey } from '../model/cell.ts';
import type { AuditPolicy } from '../model/audit-policy.ts';
import { cellName } from '../model/cell.ts';
import { hashOf } from '../../values/hash.ts';
import { daysOfSet } from './day-set.ts';
import type { Plan } from './plan.ts';

/** `seed` decides which; the same plan and seed give the same sample. By computation and date. */
export function cellsToAudit(
  plan: Plan,
  computations: Iterable<string>,
  policy: Pick<AuditPolicy, 'share' | 'most'>,
  seed: string,
): CellKey[] {
  const sample = [...computations].flatMap((computation) => {
    const spared = daysOfSet(plan.spared(computation)).map((date): CellKey => ({ computation, date }));
    return drawn(spared, Math.ceil(spared.length * policy.share), seed);
  });
  return sample.length <= policy.most ? sample : drawn(sample, policy.most, seed);
}

/** By the order of hashes: as good as chance, and the same each time. */
function drawn(cells: readonly CellKey[], count: number, seed: string): CellKey[] {
  if (count >= cells.length) return [...cells];
  const tickets = cells.map((cell, index) => ({ cell, index, ticket: hashOf(`${seed} ${cellName(cell)}`) }));
  tickets.sort((a, b) => (a.ticket < b.ticket ? -1 : 1));
  return tickets
    .slice(0, count)
    .sort((a, b) => a.index - b.index)
    .map(({ cell }) => cell);
}
