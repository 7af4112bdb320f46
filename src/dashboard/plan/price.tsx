/** What a plan costs, part by part, and what planning spared. */
import type { PlanAnswer } from '../../mill/answers/plan.ts';
import { count, dollars, seconds } from '../ui/format.ts';
import { type Cost, sumOf } from './reasons.ts';

interface Row {
  readonly name: string;
  readonly title: string;
  readonly cost: Cost;
  readonly isSum?: boolean;
}

export function PriceTable({ plan: { cost } }: { readonly plan: PlanAnswer }) {
  const { certain, pipeline, watch, conditional, most, proofs } = cost;
  const rows: Row[] = [
    { name: 'Cells', title: 'Those that are sure to run', cost: certain },
    { name: 'Pipeline', title: 'The workflow, its dispatches and their books', cost: pipeline },
    ...(watch.cells === 0 ? [] : [{ name: 'Watch', title: 'Cells that are made again in shadow', cost: watch }]),
    { name: 'For sure', title: 'The sum of these', cost: sumOf(certain, pipeline, watch), isSum: true },
    ...(conditional.cells === 0
      ? []
      : [{ name: 'Perhaps', title: 'If what they read turns out different', cost: conditional }]),
    { name: 'At most', title: 'A bound of all of it, with heartbeats, audits and loading', cost: most, isSum: true },
  ];
  return (
    <section class="panel">
      <h2>Price</h2>
      <CostTable label="Price" rows={rows} />
      <p class="quiet">
        At list prices ({cost.prices}).
        {proofs.cells === 0
          ? ''
          : ` Trying new proofs on ${count(proofs.cells)} stored cells took ${count(proofs.reads)} reads, ${dollars(proofs.dollars)}.`}
      </p>
    </section>
  );
}

export function SavedTable({ plan: { cost } }: { readonly plan: PlanAnswer }) {
  const { unchanged, cutOff, stable } = cost.saved;
  return (
    <section class="panel">
      <h2>Spared</h2>
      <CostTable
        label="Spared"
        rows={[
          { name: 'Unchanged', title: 'Nothing that they read has changed', cost: unchanged },
          { name: 'Cut off', title: 'What they read ran again with the same result', cost: cutOff },
          { name: 'Stable', title: 'Their code changed, but not what it does', cost: stable },
          { name: 'Together', title: 'The sum of these', cost: sumOf(unchanged, cutOff, stable), isSum: true },
        ]}
      />
    </section>
  );
}

const COLUMNS: readonly (readonly [string, (cost: Cost) => string])[] = [
  ['Cells', ({ cells }) => count(cells)],
  ['Tasks', ({ tasks }) => count(tasks)],
  ['Reads', ({ reads }) => count(reads)],
  ['Writes', ({ writes }) => count(writes)],
  ['Work', (cost) => (cost.seconds === 0 ? '0' : seconds(cost.seconds))],
  ['$', (cost) => dollars(cost.dollars)],
];

const CostTable = ({ label, rows }: { readonly label: string; readonly rows: readonly Row[] }) => (
  <div class="scroll" tabIndex={0} role="region" aria-label={label}>
    <table class="costs">
      <thead>
        <tr>
          <th scope="col">
            <span class="hidden">Part</span>
          </th>
          {COLUMNS.map(([name]) => (
            <th key={name} scope="col" class="number">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {rows.map(({ name, title, cost, isSum }) => (
          <tr key={name} class={isSum === true ? 'sum' : undefined}>
            <th scope="row" title={title}>
              {name}
            </th>
            {COLUMNS.map(([column, text]) => (
              <td key={column} class={isNothing(cost) ? 'number quiet' : 'number'}>
                {text(cost)}
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  </div>
);

const isNothing = ({ cells, reads, writes }: Cost): boolean => cells + reads + writes === 0;
