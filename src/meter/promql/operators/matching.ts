/** Which series of two vectors belong together. https://prometheus.io/docs/prometheus/latest/querying/operators/#vector-matching */
import { type Labels, NAME_LABEL } from '../../model/series.ts';
import type { Matching } from '../parse/ast.ts';
import { labelsKey, type VectorSeries } from '../evaluate/series.ts';

export type KeyOf = (labels: Labels) => string;

/** What of labels is matched by, as a text. */
export function matchKey({ on, labels: names }: Matching): KeyOf {
  const listed = new Set(names);
  return on
    ? (labels) => labelsKey(labels.filter(([name]) => listed.has(name)))
    : (labels) => labelsKey(labels.filter(([name]) => name !== NAME_LABEL && !listed.has(name)));
}

export function byKey(series: readonly VectorSeries[], keyOf: KeyOf): Map<string, VectorSeries[]> {
  const found = new Map<string, VectorSeries[]>();
  for (const one of series) {
    const key = keyOf(one.labels);
    const own = found.get(key);
    if (own === undefined) found.set(key, [one]);
    else own.push(one);
  }
  return found;
}

/** 1 at each step at which one of them has a value. */
export function anyOf(series: readonly VectorSeries[] | undefined, count: number): Uint8Array {
  const has = new Uint8Array(count);
  for (const one of series ?? [])
    for (let step = 0; step < count; step++) has[step] = (has[step] ?? 0) | (one.has[step] ?? 0);
  return has;
}
