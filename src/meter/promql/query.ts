/** What a query answers, in the words of Prometheus's HTTP API. */
import type { Labels } from '../model/series.ts';
import { Annotations } from './annotations.ts';
import { parse } from './parse/parse.ts';
import type { Expr, VectorSelector } from './parse/ast.ts';
import { bare } from './parse/ast.ts';
import { Budget, MAX_STEPS, type QueryLimits } from './evaluate/budget.ts';
import { Evaluator } from './evaluate/evaluate.ts';
import { atMs, durationMs, offsetMs, type QueryRange, selectionsOf } from './evaluate/query-range.ts';
import { settled, type Steps, timeAt, type Value, type VectorSeries } from './evaluate/series.ts';
import { pointsOf } from './evaluate/windows.ts';
import { QueryError } from './query-error.ts';
import type { SelectedSeries, Selection } from './selection.ts';

export interface ResultSeries {
  readonly labels: Labels;
  /** Milliseconds since 1970, ascending. */
  readonly timesMs: Float64Array;
  readonly values: Float64Array;
}

export type QueryResult =
  /** At one time, the first of each series. */
  | { readonly type: 'vector' | 'matrix'; readonly series: readonly ResultSeries[] }
  | { readonly type: 'scalar'; readonly timeMs: number; readonly value: number }
  | { readonly type: 'string'; readonly timeMs: number; readonly text: string };

export interface QueryOutcome {
  readonly result: QueryResult;
  /** That were read, and made on the way. */
  readonly samples: number;
  /** See `Annotations`. */
  readonly warnings: readonly string[];
  readonly infos: readonly string[];
}

export interface PreparedQuery {
  readonly text: string;
  readonly expr: Expr;
  readonly range: QueryRange;
  /** What it needs; the answers are given to `run` by the same keys. */
  readonly selections: ReadonlyMap<VectorSelector, Selection>;
}

/** `stepMs` of 0: an instant query. @throws {QueryError} bad_data */
export function prepare(text: string, range: QueryRange): PreparedQuery {
  const expr = parse(text);
  const { kind } = bare(expr);
  const isRange = kind === 'matrix' || kind === 'subquery';
  if (range.stepMs > 0) {
    if (isRange || kind === 'string')
      throw new QueryError(
        'bad_data',
        `invalid expression type "${isRange ? 'range vector' : 'string'}" for range query, must be Scalar or instant Vector`,
      );
    if (stepsOf(range).count > MAX_STEPS)
      throw new QueryError(
        'bad_data',
        `exceeded maximum resolution of ${MAX_STEPS} points per timeseries. Try increasing the value of the step parameter`,
      );
  }
  return { text, expr, range, selections: selectionsOf(expr, range) };
}

const stepsOf = ({ startMs, endMs, stepMs }: QueryRange): Steps => ({
  startMs,
  stepMs,
  count: stepMs === 0 ? 1 : Math.floor((endMs - startMs) / stepMs) + 1,
});

/** @throws {QueryError} */
export function run(
  { text, expr, range }: PreparedQuery,
  selected: ReadonlyMap<VectorSelector, readonly SelectedSeries[]>,
  limits: QueryLimits,
  checkTime?: () => void,
): QueryOutcome {
  const budget = new Budget(limits, checkTime);
  const annotations = new Annotations(text);
  const evaluator = new Evaluator(range, selected, budget, annotations);
  const result = resultOf(expr, evaluator, stepsOf(range), selected);
  return { result, samples: budget.samples, warnings: annotations.warnings, infos: annotations.infos };
}

function resultOf(
  expr: Expr,
  evaluator: Evaluator,
  steps: Steps,
  selected: ReadonlyMap<VectorSelector, readonly SelectedSeries[]>,
): QueryResult {
  const node = bare(expr);
  if (node.kind === 'matrix' || node.kind === 'subquery')
    return { type: 'matrix', series: rawMatrix(node, evaluator, steps, selected) };
  const value = evaluator.evaluate(expr, steps);
  return evaluator.range.stepMs === 0 ? instantOf(value, evaluator.range) : rangeOf(value, steps);
}

/** Of a range selector that is asked itself: the samples as they are. */
function rawMatrix(
  node: Extract<Expr, { kind: 'matrix' | 'subquery' }>,
  evaluator: Evaluator,
  steps: Steps,
  selected: ReadonlyMap<VectorSelector, readonly SelectedSeries[]>,
): ResultSeries[] {
  const { range } = evaluator;
  if (node.kind === 'subquery')
    return evaluator.subqueryPoints(node, steps).filter(({ timesMs }) => timesMs.length > 0);
  const { vector } = node;
  const endMs = (vector.at === undefined ? steps.startMs : atMs(vector.at, range)) - offsetMs(vector, range);
  const startMs = endMs - durationMs(node.range, range);
  return (selected.get(vector) ?? []).flatMap((one) => {
    const { labels, timesMs, values } = pointsOf(one);
    const from = timesMs.findIndex((time) => time > startMs);
    const to = timesMs.findLastIndex((time) => time <= endMs) + 1;
    return from < 0 || from >= to
      ? []
      : [{ labels, timesMs: timesMs.subarray(from, to), values: values.subarray(from, to) }];
  });
}

function instantOf(value: Value, { startMs }: QueryRange): QueryResult {
  if (value.type === 'scalar') return { type: 'scalar', timeMs: startMs, value: value.values[0] as number };
  if (value.type === 'string') return { type: 'string', timeMs: startMs, text: value.text };
  const timesMs = Float64Array.of(startMs);
  const series = settled(value.series).filter(({ has }) => has[0] === 1);
  return { type: 'vector', series: series.map(({ labels, values }) => ({ labels, timesMs, values })) };
}

function rangeOf(value: Value, steps: Steps): QueryResult {
  if (value.type === 'string') return { type: 'string', timeMs: steps.startMs, text: value.text };
  const series: readonly VectorSeries[] =
    value.type === 'scalar'
      ? [{ labels: [], values: value.values, has: new Uint8Array(steps.count).fill(1), dropsName: false }]
      : settled(value.series);
  return { type: 'matrix', series: series.flatMap((one) => present(one, steps)) };
}

function present({ labels, values, has }: VectorSeries, steps: Steps): ResultSeries[] {
  let count = 0;
  for (const there of has) count += there;
  if (count === 0) return [];
  const made = { labels, timesMs: new Float64Array(count), values: new Float64Array(count) };
  let at = 0;
  for (let step = 0; step < steps.count; step++) {
    if (has[step] !== 1) continue;
    made.timesMs[at] = timeAt(steps, step);
    made.values[at++] = values[step] as number;
  }
  return [made];
}
