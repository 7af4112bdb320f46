/** `absent()` and `absent_over_time()`: that there is nothing, with the labels that it would have. */
import { type Labels, NAME_LABEL } from '../../model/series.ts';
import { bare, type Expr } from '../parse/ast.ts';
import { anyOf } from '../operators/matching.ts';
import type { Budget } from '../evaluate/budget.ts';
import { emptySeries, type Steps, type VectorValue, withLabel } from '../evaluate/series.ts';

export function absentOf(expr: Expr, { series }: VectorValue, steps: Steps, budget: Budget): VectorValue {
  budget.spend(steps.count);
  const there = anyOf(series, steps.count);
  const made = emptySeries(labelsOf(expr), steps.count);
  for (let step = 0; step < steps.count; step++) {
    if (there[step] === 1) continue;
    made.has[step] = 1;
    made.values[step] = 1;
  }
  return { type: 'vector', series: made.has.includes(1) ? [made] : [] };
}

/** Those that the selector names once, and exactly. */
function labelsOf(expr: Expr): Labels {
  const node = bare(expr);
  const matchers = node.kind === 'vector' ? node.matchers : node.kind === 'matrix' ? node.vector.matchers : [];
  let labels: Labels = [];
  for (const { name, operator, value } of matchers) {
    const isOnce = matchers.filter((one) => one.name === name).length === 1;
    if (name !== NAME_LABEL && operator === '=' && isOnce) labels = withLabel(labels, name, value);
  }
  return labels;
}
