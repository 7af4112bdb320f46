/** Operators with a number on one side at least. */
import type { Binary } from '../parse/ast.ts';
import type { Budget } from '../evaluate/budget.ts';
import type { ScalarValue, VectorSeries, VectorValue } from '../evaluate/series.ts';
import { ARITHMETIC, COMPARE } from './arithmetic.ts';

export function scalarsOf({ operator }: Binary, left: ScalarValue, right: ScalarValue, budget: Budget): ScalarValue {
  budget.spend(left.values.length);
  const act = ARITHMETIC[operator];
  const holds = COMPARE[operator];
  const values = left.values.map((a, step) => {
    const b = right.values[step] as number;
    return act === undefined ? Number(holds?.(a, b) ?? false) : act(a, b);
  });
  return { type: 'scalar', values };
}

/** `isSwapped`: the number stands on the left. A comparison keeps what it holds for, as it is. */
export function vectorWithScalar(
  { operator, bool }: Binary,
  vector: VectorValue,
  scalar: ScalarValue,
  isSwapped: boolean,
  budget: Budget,
): VectorValue {
  const act = ARITHMETIC[operator];
  const holds = COMPARE[operator];
  const series = vector.series.map((one): VectorSeries => {
    budget.spend(one.values.length);
    const values = new Float64Array(one.values.length);
    const has = one.has.slice();
    for (let step = 0; step < has.length; step++) {
      if (has[step] !== 1) continue;
      const value = one.values[step] as number;
      const number = scalar.values[step] as number;
      const [a, b] = isSwapped ? [number, value] : [value, number];
      if (act !== undefined) values[step] = act(a, b);
      else if (bool) values[step] = Number(holds?.(a, b));
      else if (holds?.(a, b) === true) values[step] = value;
      else has[step] = 0;
    }
    return { labels: one.labels, values, has, dropsName: one.dropsName || act !== undefined || bool };
  });
  return { type: 'vector', series };
}
