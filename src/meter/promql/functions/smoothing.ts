/** Holt's double exponential smoothing: a level, and a trend. */
import type { Window } from '../evaluate/windows.ts';
import { QueryError } from '../query-error.ts';

/** @throws {QueryError} execution, for factors that are not between 0 and 1 */
export function doubleExponentialSmoothing(
  { values, from, to }: Window,
  _: number,
  smoothing: number,
  trend: number,
): number | undefined {
  for (const [name, factor] of [
    ['smoothing', smoothing],
    ['trend', trend],
  ] as const)
    if (!(factor > 0 && factor < 1))
      throw new QueryError('execution', `invalid ${name} factor. Expected: 0 < ${name[0]}f < 1, got: ${factor}`);
  if (to - from < 2) return undefined;
  let before = 0;
  let level = values[from] as number;
  let slope = (values[from + 1] as number) - level;
  for (let at = from + 1; at < to; at++) {
    if (at > from + 1) slope = trend * (level - before) + (1 - trend) * slope;
    const next = smoothing * (values[at] as number) + (1 - smoothing) * (level + slope);
    before = level;
    level = next;
  }
  return level;
}
