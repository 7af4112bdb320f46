/** The cost of a plan, for people: a row a computation, what it comes to, and what planning saved. */
import type { PlanCost } from '../mill/answers/plan-cost.ts';
import { type Cost, NOTHING, sum } from '../mill/planning/cost.ts';
import { counted } from './counted.ts';
import { table } from './table.ts';
import { money } from './units.ts';

const right = (title: string) => ({ title, align: 'right' as const });

const COLUMNS = [
  { title: 'cost' },
  { title: 'tier' },
  ...['cells', 'reads', 'writes', 'deletes', 'seconds', 'dollars'].map(right),
];

/** Empty when nothing would run and nothing was saved. */
export function describeCost({
  computations,
  certain,
  conditional,
  pipeline,
  watch,
  saved,
  prices,
  proofs,
}: PlanCost): string[] {
  const lines: string[] = [];
  if (computations.length > 0) {
    const rows = computations.flatMap(({ computation, tier, guess, certain: sure, conditional: maybe }) => [
      ...(sure.cells > 0 ? [row(`${computation}${guess ? ' ~' : ''}`, tier, sure)] : []),
      ...(maybe.cells > 0 ? [row(`${computation}?${guess ? ' ~' : ''}`, tier, maybe)] : []),
    ]);
    rows.push(row('the day itself', '', pipeline));
    if (watch.cells > 0) rows.push(row('the nightly watch', '', watch));
    rows.push(row('in all', '', sum(certain, pipeline, watch)));
    if (conditional.cells > 0) rows.push(row('at most', '', sum(certain, conditional, pipeline, watch)));
    lines.push(...table(COLUMNS, rows));
    const guessed = computations.some(({ guess }) => guess) ? ' ~ never ran: taken to be like the others.' : '';
    lines.push(`Estimated from what cells took before, at list prices of ${prices}, free quotas left out.${guessed}`);
  }
  const all = sum(saved.unchanged, saved.cutOff, saved.stable);
  if (all.cells > 0) {
    const by = [
      ['unchanged', saved.unchanged],
      ['early cutoff', saved.cutOff],
      ['proven cosmetic', saved.stable],
    ] as const;
    const parts = by.filter(([, { cells }]) => cells > 0).map(([why, { cells }]) => `${cells} ${why}`);
    lines.push(
      `Saved: ${counted(all.cells, 'cell')} that would have cost ${amount(all.seconds)} s and ${money(all.dollars)} (${parts.join(', ')}).`,
    );
  }
  if (proofs.cells > 0)
    lines.push(
      `Proofs: ${counted(proofs.cells, 'stored cell')} made again and compared: ${counted(proofs.reads, 'document')} read, ` +
        `${money(proofs.dollars)}, here and once in the run.`,
    );
  if (watch.cells > 0) {
    lines.push(
      `Nightly watch: ${counted(watch.cells, 'settled cell')} will be made again in shadow, up to ${watch.reads} reads, ` +
        `${watch.writes} writes, ${amount(watch.seconds)} s and ${money(watch.dollars)}.`,
    );
  }
  return lines;
}

const row = (name: string, tier: string, { cells, reads, writes, deletes, seconds, dollars }: Cost): string[] => [
  name,
  tier,
  cells === NOTHING.cells ? '' : String(cells),
  ...[reads, writes, deletes].map(String),
  amount(seconds),
  money(dollars),
];

const amount = (seconds: number): string => (seconds < 10 ? seconds.toFixed(1) : String(Math.round(seconds)));
