/** `and`, `or`, `unless`: of which series there are values, whatever they are. */
import type { Matching } from '../parse/ast.ts';
import type { Budget } from '../evaluate/budget.ts';
import type { VectorSeries, VectorValue } from '../evaluate/series.ts';
import { anyOf, byKey, matchKey } from './matching.ts';

export function setOf(
  operator: string,
  matching: Matching,
  left: VectorValue,
  right: VectorValue,
  count: number,
  budget: Budget,
): VectorValue {
  const keyOf = matchKey(matching);
  if (operator === 'or') {
    const hidden = byKey(left.series, keyOf);
    return { type: 'vector', series: [...left.series, ...kept(right.series, hidden, false)] };
  }
  return { type: 'vector', series: kept(left.series, byKey(right.series, keyOf), operator === 'and') };

  /** Those values at whose step one of the others with the same key has one, or none has. */
  function kept(
    series: readonly VectorSeries[],
    others: ReadonlyMap<string, readonly VectorSeries[]>,
    wanted: boolean,
  ): VectorSeries[] {
    const masks = new Map<string, Uint8Array>();
    return series.flatMap((one) => {
      budget.spend(count);
      const key = keyOf(one.labels);
      const mask = masks.get(key) ?? anyOf(others.get(key), count);
      masks.set(key, mask);
      const has = one.has.map((there, step) => (there === 1 && (mask[step] === 1) === wanted ? 1 : 0));
      return has.includes(1) ? [{ ...one, has }] : [];
    });
  }
}
