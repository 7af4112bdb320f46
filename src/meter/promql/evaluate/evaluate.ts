/** Evaluates an expression over samples that are in hand, node by node, each for all steps at once. Pure. */
import { NAME_LABEL } from '../../model/series.ts';
import type { Annotations } from '../annotations.ts';
import { bare, type Expr, type MatrixSelector, type Subquery, type VectorSelector } from '../parse/ast.ts';
import { aggregate } from '../aggregations/aggregate.ts';
import { callFunction } from '../functions/call.ts';
import type { RangeRow } from '../functions/range-functions.ts';
import { SET_OPERATORS } from '../parse/parse-binary.ts';
import { scalarsOf, vectorWithScalar } from '../operators/scalars.ts';
import { setOf } from '../operators/sets.ts';
import { vectorsOf } from '../operators/vectors.ts';
import type { SelectedSeries } from '../selection.ts';
import type { Budget } from './budget.ts';
import { atMs, DEFAULT_SUBQUERY_STEP_MS, durationMs, offsetMs, type QueryRange } from './query-range.ts';
import {
  emptySeries,
  labelOf,
  type ScalarValue,
  type Steps,
  timeAt,
  type Value,
  type VectorSeries,
  type VectorValue,
  withoutName,
} from './series.ts';
import { eachWindow, lastBefore, type Points, pointsOf, type Stretch } from './windows.ts';

/** What a range function is applied to: series, and how the window lies to the step. */
interface Ranges extends Stretch {
  readonly points: readonly Points[];
  /** One, where all of them see the same. */
  readonly steps: Steps;
}

export class Evaluator {
  readonly range: QueryRange;
  readonly budget: Budget;
  readonly annotations: Annotations;
  readonly #selected: ReadonlyMap<VectorSelector, readonly SelectedSeries[]>;

  constructor(
    range: QueryRange,
    selected: ReadonlyMap<VectorSelector, readonly SelectedSeries[]>,
    budget: Budget,
    annotations: Annotations,
  ) {
    this.range = range;
    this.#selected = selected;
    this.budget = budget;
    this.annotations = annotations;
    for (const series of selected.values()) for (const { timesMs } of series) budget.spend(timesMs.length);
  }

  /** @throws {QueryError} */
  evaluate(expr: Expr, steps: Steps): Value {
    switch (expr.kind) {
      case 'number':
        this.budget.spend(steps.count);
        return { type: 'scalar', values: new Float64Array(steps.count).fill(expr.value) };
      case 'string':
        return { type: 'string', text: expr.value };
      case 'paren':
        return this.evaluate(expr.expr, steps);
      case 'unary':
        return this.#signed(this.evaluate(expr.expr, steps), expr.operator);
      case 'vector':
        return { type: 'vector', series: this.#instant(expr, steps) };
      case 'aggregate': {
        const param = expr.param === undefined ? undefined : this.evaluate(expr.param, steps);
        return aggregate(expr, this.vector(expr.expr, steps), param, steps.count, this);
      }
      case 'binary':
        return this.#binary(expr, steps);
      case 'call':
        return callFunction(expr, steps, this);
      case 'matrix':
      case 'subquery':
        return { type: 'vector', series: [] };
    }
  }

  vector(expr: Expr, steps: Steps): VectorValue {
    const value = this.evaluate(expr, steps);
    return value.type === 'vector' ? value : { type: 'vector', series: [] };
  }

  /** One a step. */
  scalar(expr: Expr | undefined, steps: Steps): Float64Array {
    const value = expr === undefined ? undefined : this.evaluate(expr, steps);
    return value?.type === 'scalar' ? value.values : new Float64Array(steps.count).fill(NaN);
  }

  text(expr: Expr, steps: Steps): string {
    const value = this.evaluate(expr, steps);
    return value.type === 'string' ? value.text : '';
  }

  /** The times of samples, in seconds, where a selector is asked itself. */
  ownTimes(selector: VectorSelector, steps: Steps): readonly VectorSeries[] {
    return this.#instant(selector, steps, true);
  }

  /** A number a window, one row of the table over all series. */
  overRanges(
    expr: Expr,
    steps: Steps,
    { act, keepsName = false, needsStep = false, ofCounters = false }: RangeRow,
    params: readonly Float64Array[],
  ): VectorValue {
    const ranges = this.#ranges(expr, steps, needsStep || params.some((values) => !isLevel(values)));
    const seconds = ranges.rangeMs / 1_000;
    const [first, second] = params;
    const series = ranges.points.map((points) => {
      this.budget.spend(ranges.steps.count);
      const made = emptySeries(points.labels, ranges.steps.count, points.dropsName || !keepsName);
      eachWindow(points, ranges.steps, ranges, (window, step) => {
        this.budget.pass(window.to - window.from);
        const value = act(window, seconds, first?.[step] ?? NaN, second?.[step] ?? NaN);
        if (value === undefined) return;
        made.values[step] = value;
        made.has[step] = 1;
      });
      if (ofCounters && !points.dropsName && made.has.includes(1))
        this.annotations.counter(labelOf(points.labels, NAME_LABEL), expr.position);
      return this.#spread(made, steps.count);
    });
    return { type: 'vector', series };
  }

  /** What a subquery gives that is asked itself, at one step. */
  subqueryPoints(node: Subquery, steps: Steps): Points[] {
    const { points } = this.#ranges(node, steps);
    return points.map(({ labels, dropsName, timesMs, values, length }) => ({
      labels: dropsName ? withoutName(labels) : labels,
      dropsName: false,
      timesMs: timesMs.subarray(0, length),
      values: values.subarray(0, length),
      length,
    }));
  }

  #instant(selector: VectorSelector, steps: Steps, ownTimes = false): readonly VectorSeries[] {
    const { at } = selector;
    const own = at === undefined ? steps : { startMs: atMs(at, this.range), stepMs: 0, count: 1 };
    const shift = offsetMs(selector, this.range);
    const made: VectorSeries[] = [];
    for (const one of this.#selected.get(selector) ?? []) {
      this.budget.spend(own.count);
      const series = lastBefore(one, own, shift, this.range.lookbackMs, ownTimes);
      if (series.has.includes(1)) made.push(this.#spread(series, steps.count));
    }
    return made;
  }

  /** `needsStep`: what is seen is not all that the result depends on. */
  #ranges(expr: Expr, steps: Steps, needsStep = false): Ranges {
    const node = bare(expr) as MatrixSelector | Subquery;
    const shift = node.kind === 'matrix' ? node.vector : node;
    const fixedMs = shift.at === undefined ? undefined : atMs(shift.at, this.range);
    const seen = fixedMs === undefined ? steps : { startMs: fixedMs, stepMs: 0, count: 1 };
    const common = {
      rangeMs: durationMs(node.range, this.range),
      shiftMs: offsetMs(shift, this.range),
      fixedMs,
      steps: needsStep ? steps : seen,
    };
    if (node.kind === 'subquery') return { ...common, points: this.#subquery(node, seen, common) };
    return { ...common, points: (this.#selected.get(node.vector) ?? []).map(pointsOf) };
  }

  /** At multiples of its step since 1970, after the beginning of the first window. */
  #subquery(node: Subquery, steps: Steps, { rangeMs, shiftMs }: Stretch): Points[] {
    const stepMs = node.step === undefined ? DEFAULT_SUBQUERY_STEP_MS : durationMs(node.step, this.range);
    const fromMs = steps.startMs - shiftMs - rangeMs;
    const startMs = (Math.floor(fromMs / stepMs) + 1) * stepMs;
    const endMs = timeAt(steps, steps.count - 1) - shiftMs;
    const count = Math.floor((endMs - startMs) / stepMs) + 1;
    if (count <= 0) return [];
    this.budget.spend(count);
    const inner = { startMs, stepMs, count };
    const value = this.evaluate(node.expr, inner);
    const series =
      value.type === 'scalar'
        ? [{ ...emptySeries([], count), ...allOf(value) }]
        : value.type === 'vector'
          ? value.series
          : [];
    return series.map((one) => {
      this.budget.spend(count);
      return compact(one, inner);
    });
  }

  #binary(expr: Extract<Expr, { kind: 'binary' }>, steps: Steps): Value {
    const left = this.evaluate(expr.left, steps);
    const right = this.evaluate(expr.right, steps);
    if (left.type === 'string' || right.type === 'string') return { type: 'vector', series: [] };
    if (left.type === 'scalar')
      return right.type === 'scalar'
        ? scalarsOf(expr, left, right, this.budget)
        : vectorWithScalar(expr, right, left, true, this.budget);
    if (right.type === 'scalar') return vectorWithScalar(expr, left, right, false, this.budget);
    const { matching, operator } = expr;
    if (matching === undefined) return { type: 'vector', series: [] };
    return SET_OPERATORS.has(operator)
      ? setOf(operator, matching, left, right, steps.count, this.budget)
      : vectorsOf(expr, matching, left, right, this.budget);
  }

  #signed(value: Value, operator: '-' | '+'): Value {
    if (operator === '+' || value.type === 'string') return value;
    const negated = (values: Float64Array): Float64Array => {
      this.budget.spend(values.length);
      return values.map((one) => -one);
    };
    if (value.type === 'scalar') return { type: 'scalar', values: negated(value.values) };
    return {
      type: 'vector',
      series: value.series.map((one) => ({ ...one, values: negated(one.values), dropsName: true })),
    };
  }

  /** What holds for one time, for all steps. */
  #spread(series: VectorSeries, count: number): VectorSeries {
    if (series.has.length === count) return series;
    this.budget.spend(count);
    const made = { ...series, values: new Float64Array(count), has: new Uint8Array(count) };
    if (series.has[0] === 1) {
      made.values.fill(series.values[0] as number);
      made.has.fill(1);
    }
    return made;
  }
}

const allOf = ({ values }: ScalarValue): Pick<VectorSeries, 'values' | 'has'> => ({
  values,
  has: new Uint8Array(values.length).fill(1),
});

const isLevel = (values: Float64Array): boolean => values.every((value) => Object.is(value, values[0]));

function compact({ labels, values, has, dropsName }: VectorSeries, steps: Steps): Points {
  const timesMs = new Float64Array(steps.count);
  const kept = new Float64Array(steps.count);
  let length = 0;
  for (let step = 0; step < steps.count; step++) {
    if (has[step] !== 1) continue;
    timesMs[length] = timeAt(steps, step);
    kept[length++] = values[step] as number;
  }
  return { labels, dropsName, timesMs, values: kept, length };
}
