/** Answers of the query API, as rows of a plot and a table. Pure. */

export type Labels = Readonly<Record<string, string>>;
type Point = readonly [seconds: number, value: string];

/** As GET /api/v1/query and query_range answer. https://prometheus.io/docs/prometheus/latest/querying/api/ */
export interface QueryAnswer {
  readonly data:
    | { readonly resultType: 'matrix'; readonly result: readonly Ranged[]; readonly stats?: Stats }
    | { readonly resultType: 'vector'; readonly result: readonly Instant[]; readonly stats?: Stats }
    | { readonly resultType: 'scalar' | 'string'; readonly result: Point; readonly stats?: Stats };
  readonly warnings?: readonly string[];
  readonly infos?: readonly string[];
}

export interface Stats {
  readonly timings: { readonly evalTotalTime: number };
  readonly samples: { readonly totalQueryableSamples: number };
}

export interface Ranged {
  readonly metric: Labels;
  readonly values: readonly Point[];
}

interface Instant {
  readonly metric: Labels;
  readonly value: Point;
}

/** A series of an answer: at one time it is a series of one point. */
export interface Row {
  /** Its own among those of the answer, the same in the next: a link remembers by it what is not shown. */
  readonly key: string;
  readonly metric: Labels;
  readonly last: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly values: readonly Point[];
}

export function rowsOf({ data }: QueryAnswer): readonly Row[] {
  if (data.resultType === 'matrix') return data.result.map(({ metric, values }) => rowOf(metric, values));
  if (data.resultType === 'vector') return data.result.map(({ metric, value }) => rowOf(metric, [value]));
  return data.resultType === 'scalar' ? [rowOf({}, [data.result])] : [];
}

function rowOf(metric: Labels, values: readonly Point[]): Row {
  let [min, max, sum, count] = [Infinity, -Infinity, 0, 0];
  for (const [, text] of values) {
    const value = numberOf(text);
    if (Number.isNaN(value)) continue;
    min = Math.min(min, value);
    max = Math.max(max, value);
    sum += value;
    count++;
  }
  const none = count === 0 ? { min: NaN, max: NaN, mean: NaN } : { min, max, mean: sum / count };
  return { key: keyOf(metric), metric, values, last: numberOf(values.at(-1)?.[1] ?? 'NaN'), ...none };
}

const numberOf = (text: string): number => (text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text));

/** FNV-1a: short, and good enough to tell the series of one answer apart. http://www.isthe.com/chongo/tech/comp/fnv/ */
export function keyOf(metric: Labels): string {
  let hash = 0x811c9dc5;
  for (const c of JSON.stringify(Object.entries(metric).toSorted(([a], [b]) => (a < b ? -1 : 1))))
    hash = Math.imul(hash ^ (c.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0).toString(36);
}

export interface Grid {
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
}

/** Times in seconds, then a column a row; null where it has no value, so that a gap is a gap. */
export function columnsOf(rows: readonly Row[], { startMs, endMs, stepMs }: Grid): [number[], ...(number | null)[][]] {
  const length = Math.floor((endMs - startMs) / stepMs) + 1;
  const times = Array.from({ length }, (_, at) => (startMs + at * stepMs) / 1_000);
  const columns = rows.map(({ values }) => {
    const column: (number | null)[] = Array.from({ length }, () => null);
    for (const [seconds, text] of values) {
      const value = numberOf(text);
      const at = Math.round((seconds * 1_000 - startMs) / stepMs);
      if (Number.isFinite(value) && at >= 0 && at < length) column[at] = value;
    }
    return column;
  });
  return [times, ...columns];
}

/** What it is at that time; undefined where it is nothing. */
export function valueAt({ values }: Row, seconds: number): number | undefined {
  const found = values.find(([at]) => Math.abs(at - seconds) < 0.001);
  return found === undefined ? undefined : numberOf(found[1]);
}

/** Names of labels that any has: the metric's first, then those that differ. */
export function labelsOf(rows: readonly Row[]): {
  readonly all: readonly string[];
  readonly differing: readonly string[];
} {
  const values = new Map<string, Set<string>>();
  for (const { metric } of rows) for (const name of Object.keys(metric)) values.set(name, new Set());
  for (const { metric } of rows) for (const [name, own] of values) own.add(metric[name] ?? '');
  const all = [...values.keys()].toSorted(
    (a, b) => Number(b === '__name__') - Number(a === '__name__') || (a < b ? -1 : 1),
  );
  return { all, differing: all.filter((name) => (values.get(name)?.size ?? 0) > 1) };
}

/** As it is written in PromQL; of several series only what tells them apart. */
export function textOf(metric: Labels, names: readonly string[] = Object.keys(metric)): string {
  const labels = names.filter((name) => name !== '__name__' && metric[name] !== undefined);
  const inner = labels.map((name) => `${name}=${JSON.stringify(metric[name])}`).join(', ');
  const name = names.includes('__name__') ? (metric['__name__'] ?? '') : '';
  return inner === '' ? name || '{}' : `${name}{${inner}}`;
}
