/** The cost of a plan, for people: a row a computation, what it comes to, and what planning saved. */
import type { Ports } from '../compose.ts';
import type { Config } from '../config/config.ts';
import { tierRouter } from '../mill/tiers/tier-router.ts';
import { type Cost, NOTHING, sum } from '../mill/planning/cost.ts';
import { estimate, type Estimate } from '../mill/planning/estimate.ts';
import type { CellKey } from '../mill/model/cell.ts';
import type { Foresight } from './foresee.ts';
import { counted } from './counted.ts';
import { table } from './table.ts';

export interface PlanCost extends Estimate {
  /** The price table's name; `package.json` for the project's own. */
  readonly prices: string;
  /** What it took to try new proofs on stored cells; a run tries them once more, and keeps what that says. */
  readonly proofs: { readonly cells: number; readonly reads: number; readonly dollars: number };
}

/** Where tasks would start is read from what was learned of memory: one document, and none when nothing would run or be watched. */
export async function planCost(
  { plan, snapshot, remade }: Pick<Foresight, 'plan' | 'snapshot' | 'remade'>,
  computations: readonly string[],
  { prices, tiers }: Pick<Config, 'prices' | 'tiers'>,
  { planning, clock }: Pick<Ports, 'planning' | 'clock'>,
  watched: readonly CellKey[] = [],
): Promise<PlanCost> {
  const runs = watched.length > 0 || computations.some((name) => plan.daysWith(name, 'RUN', 'RERUN').length > 0);
  const memory = runs ? await planning.memory(snapshot) : new Map();
  const { tierOf } = tierRouter(memory, tiers, clock.now());
  const proofs = { ...remade, dollars: remade.reads * prices.table.firestore.read };
  return {
    prices: prices.name,
    proofs,
    ...estimate({ plan, computations, prices: prices.table, tierOf, tiers, watched }),
  };
}

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

/** Two digits that matter: most runs cost less than a cent. */
const money = (dollars: number): string =>
  `$${dollars >= 1 || dollars === 0 ? dollars.toFixed(2) : dollars.toFixed(Math.min(9, 1 - Math.floor(Math.log10(dollars))))}`;
