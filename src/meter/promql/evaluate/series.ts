/** What an expression comes to, for all steps at once: a column a series. */
import { type Label, type Labels, NAME_LABEL } from '../../model/series.ts';
import { QueryError } from '../query-error.ts';

/** The times that something is evaluated at. */
export interface Steps {
  readonly startMs: number;
  readonly stepMs: number;
  readonly count: number;
}

export const timeAt = ({ startMs, stepMs }: Steps, step: number): number => startMs + step * stepMs;

export interface VectorSeries {
  readonly labels: Labels;
  /** One a step; of no meaning where there is none. */
  readonly values: Float64Array;
  /** 1 where there is a value. */
  readonly has: Uint8Array;
  /** Whether the name is to go in the end: `rate` of a metric is another metric. Until then it can still be matched by. */
  readonly dropsName: boolean;
}

export interface ScalarValue {
  readonly type: 'scalar';
  readonly values: Float64Array;
}

export interface VectorValue {
  readonly type: 'vector';
  readonly series: readonly VectorSeries[];
  /** Whether the order means something. */
  readonly isSorted?: boolean;
}

export interface StringValue {
  readonly type: 'string';
  readonly text: string;
}

export type Value = ScalarValue | VectorValue | StringValue;

export function emptySeries(labels: Labels, count: number, dropsName = false): VectorSeries {
  return { labels, values: new Float64Array(count), has: new Uint8Array(count), dropsName };
}

/** Values are shared with the series that it is made of: nobody writes into them. */
export const changed = (series: VectorSeries, over: Partial<VectorSeries>): VectorSeries => ({ ...series, ...over });

/** A text that is equal for equal labels. */
export function labelsKey(labels: Labels): string {
  let key = '';
  for (const [name, value] of labels) key += `${name}\u0000${value}\u0001`;
  return key;
}

export const labelOf = (labels: Labels, name: string): string => {
  for (const [own, value] of labels) if (own === name) return value;
  return '';
};

export const withoutName = (labels: Labels): Labels => labels.filter(([name]) => name !== NAME_LABEL);

/** Sorted; an empty value takes the label away. */
export function withLabel(labels: Labels, name: string, value: string): Labels {
  const others = labels.filter(([own]) => own !== name);
  if (value === '') return others;
  const at = others.findIndex(([own]) => own > name);
  const label: Label = [name, value];
  return at < 0 ? [...others, label] : [...others.slice(0, at), label, ...others.slice(at)];
}

/** As Prometheus writes it in messages. */
export const writtenLabels = (labels: Labels): string => {
  const name = labelOf(labels, NAME_LABEL);
  const rest = withoutName(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return name !== '' && rest.length === 0 ? name : `${name}{${rest.join(', ')}}`;
};

/**
 * Names that are to go are gone, and series that are one then are joined.
 * @throws {QueryError} execution, where two of them have a value at once
 */
export function settled(series: readonly VectorSeries[]): readonly VectorSeries[] {
  if (series.length < 2 && !series.some(({ dropsName }) => dropsName)) return series;
  const named = series.map((one) =>
    one.dropsName ? { ...one, labels: withoutName(one.labels), dropsName: false } : one,
  );
  return joined(named);
}

/** @throws {QueryError} execution */
export function joined(series: readonly VectorSeries[]): readonly VectorSeries[] {
  const byKey = new Map<string, VectorSeries>();
  const shared = new Set<string>();
  for (const one of series) {
    const key = labelsKey(one.labels);
    const found = byKey.get(key);
    if (found === undefined) {
      byKey.set(key, one);
      continue;
    }
    // What is another node's is not written into.
    const into = shared.has(key) ? found : { ...found, values: found.values.slice(), has: found.has.slice() };
    shared.add(key);
    byKey.set(key, into);
    for (let step = 0; step < one.has.length; step++) {
      if (one.has[step] !== 1) continue;
      if (into.has[step] === 1)
        throw new QueryError('execution', 'vector cannot contain metrics with the same labelset');
      into.has[step] = 1;
      into.values[step] = one.values[step] as number;
    }
  }
  return byKey.size === series.length ? series : [...byKey.values()];
}
