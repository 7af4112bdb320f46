/** The cost of a plan, for people: a row a computation, what it comes to, and what planning saved. */
import type { PlanCost } from '../mill/answers/plan-cost.ts';
import { type Cost, NOTHING, sum } from '../mill/planning/cost.ts';
import { counted } from './counted.ts';
import type { Output } from './output.ts';
import { paint } from './paint.ts';
import type { Column } from './table.ts';
import { duration, money } from './units.ts';

const right = (title: string) => ({ title, align: 'right' as const });

/** What sums up. */
const IN_ALL = 'in all';
const AT_MOST = 'at most';

const COLUMNS: readonly Column[] = [
  { title: 'cost', paint: (name) => ([IN_ALL, AT_MOST].includes(name) ? paint.strong(name) : name) },
  { title: 'tier', yields: 3 },
  right('cells'),
  { ...right('reads'), yields: 1 },
  { ...right('writes'), yields: 2 },
  { ...right('deletes'), yields: 4 },
  right('time'),
  {
    ...right('dollars'),
    paint: (price, [name = '']) => ([IN_ALL, AT_MOST].includes(name) ? paint.strong(price) : price),
  },
];

/** Nothing when nothing would run and nothing was saved; an empty line after it. */
export function printCost(cost: PlanCost, output: Output): void {
  const { computations, certain, pipeline, watch, most, prices } = cost;
  if (computations.length > 0 || most.cells > watch.cells) {
    const rows = computations.flatMap(({ computation, tier, guess, certain: sure, conditional: maybe }) => [
      ...(sure.cells > 0 ? [row(`${computation}${guess ? ' ~' : ''}`, tier, sure)] : []),
      ...(maybe.cells > 0 ? [row(`${computation}?${guess ? ' ~' : ''}`, tier, maybe)] : []),
    ]);
    rows.push(row('the day itself', '', pipeline));
    if (watch.cells > 0) rows.push(row('the nightly watch', '', watch));
    rows.push(row(IN_ALL, '', sum(certain, pipeline, watch)));
    rows.push(row(AT_MOST, '', most));
    output.table(COLUMNS, rows);
    const guessed = computations.some(({ guess }) => guess) ? ' ~ never ran: taken to be like the others.' : '';
    output.line(
      paint.quiet(
        `Estimated from what cells took before, at list prices of ${prices}, free quotas left out; time is of workers at work, one after another.${guessed} The most holds while nothing fails.`,
      ),
    );
  }
  const lines = describeSpared(cost);
  for (const line of lines) output.line(line);
  if (computations.length + lines.length > 0) output.line();
}

/** What is not run, and what proofs and the watch take. */
function describeSpared({ saved, proofs, watch }: PlanCost): string[] {
  const lines: string[] = [];
  const all = sum(saved.unchanged, saved.cutOff, saved.stable);
  if (all.cells > 0) {
    const by = [
      ['unchanged', saved.unchanged],
      ['early cutoff', saved.cutOff],
      ['stable', saved.stable],
    ] as const;
    const parts = by.filter(([, { cells }]) => cells > 0).map(([why, { cells }]) => `${cells} ${why}`);
    lines.push(
      `Saved: ${counted(all.cells, 'cell')} that would have cost ${time(all)} and ${money(all.dollars)} (${parts.join(', ')}).`,
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
        `${watch.writes} writes, ${time(watch)} and ${money(watch.dollars)}.`,
    );
  }
  return lines;
}

const row = (name: string, tier: string, cost: Cost): string[] => [
  name,
  tier,
  cost.cells === NOTHING.cells ? '' : String(cost.cells),
  ...[cost.reads, cost.writes, cost.deletes].map(String),
  time(cost),
  money(cost.dollars),
];

const time = ({ seconds }: Cost): string => duration(seconds * 1_000);
