/** Aggregations that keep some series of a group as they are. */
import { hash } from 'node:crypto';
import { QueryError } from '../query-error.ts';
import { labelsKey, type VectorSeries } from '../evaluate/series.ts';

/** The places of members that are kept at a step, in the order in which they are to be shown. `places` are those with a value. */
export type Choice = (
  members: readonly VectorSeries[],
  places: readonly number[],
  step: number,
  param: number,
) => readonly number[];

/** NaN is the last of all, whichever end is looked for. */
const byValue =
  (sign: 1 | -1): Choice =>
  (members, places, step, k) => {
    const most = countOf(k);
    if (most === 0) return [];
    const value = (at: number): number => (members[at] as VectorSeries).values[step] as number;
    return places
      .toSorted((a, b) => {
        const [left, right] = [value(a), value(b)];
        if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
        return left === right ? 0 : left < right ? sign : -sign;
      })
      .slice(0, most);
  };

/** @throws {QueryError} execution */
function countOf(k: number): number {
  if (Number.isNaN(k)) throw new QueryError('execution', 'Parameter value is NaN');
  if (k >= 2 ** 63) throw new QueryError('execution', `Scalar value ${k} overflows int64`);
  return Math.max(0, Math.trunc(k));
}

/** Where between 0 and 1 a series stands, the same at all times. */
const placeIn = new WeakMap<VectorSeries, number>();

function standing(series: VectorSeries): number {
  const known = placeIn.get(series);
  if (known !== undefined) return known;
  const made = hash('sha256', labelsKey(series.labels), 'buffer').readUInt32BE(0) / 2 ** 32;
  placeIn.set(series, made);
  return made;
}

/** A negative ratio keeps what its positive complement does not. */
const byRatio: Choice = (members, places, _, given) => {
  if (Number.isNaN(given)) throw new QueryError('execution', 'Ratio value is NaN');
  const ratio = Math.max(-1, Math.min(1, given));
  return places.filter((at) => {
    const standsAt = standing(members[at] as VectorSeries);
    return ratio >= 0 ? standsAt < ratio : standsAt >= 1 + ratio;
  });
};

/** Of all steps, also where there is nothing to choose from. @throws {QueryError} execution */
export function checkParams(operator: string, params: Float64Array): void {
  for (const param of params) {
    if (operator !== 'limit_ratio') countOf(param);
    else if (Number.isNaN(param)) throw new QueryError('execution', 'Ratio value is NaN');
  }
}

export const CHOICES: Readonly<Record<string, Choice>> = {
  topk: byValue(1),
  bottomk: byValue(-1),
  limitk: (_, places, __, k) => places.slice(0, countOf(k)),
  limit_ratio: byRatio,
};
