/** Calls of functions that are no row of the tables of `element-functions.ts` and `range-functions.ts`, and of those that are. */
import type { Call, Expr } from '../parse/ast.ts';
import { bare } from '../parse/ast.ts';
import type { Evaluator } from '../evaluate/evaluate.ts';
import {
  changed,
  emptySeries,
  type Steps,
  timeAt,
  type Value,
  type VectorSeries,
  type VectorValue,
  withLabel,
} from '../evaluate/series.ts';
import { writtenNumber } from '../evaluate/written-number.ts';
import { absentOf } from './absent.ts';
import { type Bucket, bucketFraction, bucketQuantile, ofHistograms } from './classic-histograms.ts';
import { ELEMENT_FUNCTIONS, type ElementFunction } from './element-functions.ts';
import { infoSelectorOf, withInfo } from './info.ts';
import { labelJoin, labelReplace, sortedByLabel } from './label-functions.ts';
import { RANGE_FUNCTIONS } from './range-functions.ts';
import { ascending } from './sums.ts';

type Act = (call: Call, steps: Steps, evaluator: Evaluator) => Value;

export function callFunction(call: Call, steps: Steps, evaluator: Evaluator): Value {
  const { name } = call;
  const range = RANGE_FUNCTIONS[name];
  if (range !== undefined) {
    const expr = call.args.find((arg) => isRange(arg)) as Expr;
    const params = call.args.filter((arg) => !isRange(arg)).map((arg) => evaluator.scalar(arg, steps));
    const value = evaluator.overRanges(expr, steps, range, params);
    if (name === 'quantile_over_time' && value.series.length > 0) tellQuantiles(call.args[0], params[0], evaluator);
    return value;
  }
  const element = ELEMENT_FUNCTIONS[name];
  if (element !== undefined) return elementwise(call, element, steps, evaluator);
  return (OTHERS[name] as Act)(call, steps, evaluator);
}

const isRange = (expr: Expr): boolean => {
  const { kind } = bare(expr);
  return kind === 'matrix' || kind === 'subquery';
};

function elementwise(call: Call, act: ElementFunction, steps: Steps, evaluator: Evaluator): VectorValue {
  const [first, ...rest] = call.args;
  const [a, b] = [evaluator.scalar(rest[0], steps), evaluator.scalar(rest[1], steps)];
  const { series } = first === undefined ? vectorOf(timesOf(steps, evaluator)) : evaluator.vector(first, steps);
  return {
    type: 'vector',
    series: series.map((one) => {
      evaluator.budget.spend(one.has.length);
      const has = one.has.slice();
      const values = new Float64Array(has.length);
      for (let step = 0; step < has.length; step++) {
        if (has[step] !== 1) continue;
        const value = act(one.values[step] as number, a[step] as number, b[step] as number);
        if (value === undefined) has[step] = 0;
        else values[step] = value;
      }
      return { labels: one.labels, values, has, dropsName: true };
    }),
  };
}

function timesOf(steps: Steps, { budget }: Evaluator): Float64Array {
  budget.spend(steps.count);
  return new Float64Array(steps.count).map((_, step) => timeAt(steps, step) / 1_000);
}

function vectorOf(values: Float64Array): VectorValue {
  return {
    type: 'vector',
    series: [{ ...emptySeries([], values.length), values, has: new Uint8Array(values.length).fill(1) }],
  };
}

const number =
  (at: (evaluator: Evaluator) => number): Act =>
  (_, steps, evaluator) => {
    evaluator.budget.spend(steps.count);
    return { type: 'scalar', values: new Float64Array(steps.count).fill(at(evaluator)) };
  };

const argument = (call: Call, at: number): Expr => call.args[at] as Expr;

/** NaN comes last, whichever way; an order is of the instant alone, as is that by labels. */
const sorted =
  (sign: 1 | -1): Act =>
  (call, steps, evaluator) => {
    const { series } = evaluator.vector(argument(call, 0), steps);
    const value = ({ values }: VectorSeries): number => values[0] as number;
    const ordered = series.toSorted((a, b) => {
      const [left, right] = [value(a), value(b)];
      if (Number.isNaN(left) || Number.isNaN(right)) return Number(Number.isNaN(left)) - Number(Number.isNaN(right));
      return sign * ascending(left, right);
    });
    return { type: 'vector', series: ordered, isSorted: true };
  };

const byLabel =
  (sign: 1 | -1): Act =>
  (call, steps, evaluator) => {
    const { series } = evaluator.vector(argument(call, 0), steps);
    const names = call.args.slice(1).map((arg) => evaluator.text(arg, steps));
    return { type: 'vector', series: sortedByLabel(series, names, sign), isSorted: true };
  };

const ofScalars =
  (choose: (a: number, b: number) => number): Act =>
  (call, steps, evaluator) => {
    const [a, b] = [evaluator.scalar(argument(call, 0), steps), evaluator.scalar(argument(call, 1), steps)];
    evaluator.budget.spend(steps.count);
    return { type: 'scalar', values: a.map((value, step) => choose(value, b[step] as number)) };
  };

/** Of the one that there is. */
function scalarOf(call: Call, steps: Steps, evaluator: Evaluator): Value {
  const { series } = evaluator.vector(argument(call, 0), steps);
  evaluator.budget.spend(steps.count);
  const values = new Float64Array(steps.count).fill(NaN);
  for (let step = 0; step < steps.count; step++) {
    evaluator.budget.pass(series.length);
    const present = series.filter(({ has }) => has[step] === 1);
    if (present.length === 1) values[step] = (present[0] as VectorSeries).values[step] as number;
  }
  return { type: 'scalar', values };
}

function timestamps(call: Call, steps: Steps, evaluator: Evaluator): Value {
  const arg = bare(argument(call, 0));
  if (arg.kind === 'vector') {
    const series = evaluator.ownTimes(arg, steps).map((one) => changed(one, { dropsName: true }));
    return { type: 'vector', series };
  }
  const times = timesOf(steps, evaluator);
  const { series } = evaluator.vector(arg, steps);
  return { type: 'vector', series: series.map((one) => changed(one, { values: times, dropsName: true })) };
}

function tellQuantiles(arg: Expr | undefined, values: Float64Array | undefined, { annotations }: Evaluator): void {
  if (arg !== undefined) for (const q of values ?? []) annotations.quantile(q, arg.position);
}

/** What `arg` comes to, of the histograms whose buckets `of` has. */
function quantileSeries(arg: Expr, of: Expr, series: readonly VectorSeries[], steps: Steps, evaluator: Evaluator) {
  const { annotations, budget } = evaluator;
  const q = evaluator.scalar(arg, steps);
  if (series.length > 0) tellQuantiles(arg, q, evaluator);
  const act = (buckets: Bucket[], step: number, metric: string): number =>
    bucketQuantile(q[step] as number, buckets, () => annotations.notMonotonic(metric, of.position));
  const made = ofHistograms(series, steps.count, act, budget, noBound(of, evaluator));
  return { q, made };
}

const noBound =
  ({ position }: Expr, { annotations }: Evaluator) =>
  (le: string, metric: string): void =>
    annotations.bucketLabel(le, metric, position);

function quantiles(call: Call, steps: Steps, evaluator: Evaluator): Value {
  const { series } = evaluator.vector(argument(call, 0), steps);
  const label = evaluator.text(argument(call, 1), steps);
  return {
    type: 'vector',
    series: call.args.slice(2).flatMap((arg) => {
      const { q, made } = quantileSeries(arg, argument(call, 0), series, steps, evaluator);
      return made.map((one) => changed(one, { labels: withLabel(one.labels, label, writtenNumber(q[0] as number)) }));
    }),
  };
}

/** Of native histograms alone, which are none of what is here. */
const none: Act = (call, steps, evaluator) => {
  evaluator.vector(argument(call, 0), steps);
  return { type: 'vector', series: [] };
};

const OTHERS: Readonly<Record<string, Act>> = {
  time: (_, steps, evaluator) => ({ type: 'scalar', values: timesOf(steps, evaluator) }),
  pi: number(() => Math.PI),
  step: number(({ range }) => range.stepMs / 1_000),
  range: number(({ range }) => (range.endMs - range.startMs) / 1_000),
  start: number(({ range }) => range.startMs / 1_000),
  end: number(({ range }) => range.endMs / 1_000),
  min_of: ofScalars(Math.min),
  max_of: ofScalars(Math.max),
  scalar: scalarOf,
  vector(call, steps, evaluator) {
    evaluator.budget.spend(steps.count);
    return vectorOf(evaluator.scalar(argument(call, 0), steps));
  },
  timestamp: timestamps,
  sort: sorted(1),
  sort_desc: sorted(-1),
  sort_by_label: byLabel(1),
  sort_by_label_desc: byLabel(-1),
  absent(call, steps, evaluator) {
    const expr = argument(call, 0);
    return absentOf(expr, evaluator.vector(expr, steps), steps, evaluator.budget);
  },
  absent_over_time(call, steps, evaluator) {
    const expr = argument(call, 0);
    const present = evaluator.overRanges(expr, steps, { act: () => 1, keepsName: true }, []);
    return absentOf(expr, present, steps, evaluator.budget);
  },
  label_replace(call, steps, evaluator) {
    const texts = call.args.slice(1).map((arg) => evaluator.text(arg, steps)) as [string, string, string, string];
    return { type: 'vector', series: labelReplace(evaluator.vector(argument(call, 0), steps).series, texts) };
  },
  label_join(call, steps, evaluator) {
    const texts = call.args.slice(1).map((arg) => evaluator.text(arg, steps));
    return { type: 'vector', series: labelJoin(evaluator.vector(argument(call, 0), steps).series, texts) };
  },
  info(call, steps, evaluator) {
    const selector = infoSelectorOf(call);
    const infos = selector === undefined ? [] : evaluator.vector(selector, steps).series;
    const times = selector === undefined ? [] : evaluator.ownTimes(selector, steps);
    const { series } = evaluator.vector(argument(call, 0), steps);
    return { type: 'vector', series: withInfo(call, series, infos, times, evaluator.budget) };
  },
  histogram_quantile(call, steps, evaluator) {
    const of = argument(call, 1);
    const { series } = evaluator.vector(of, steps);
    return { type: 'vector', series: quantileSeries(argument(call, 0), of, series, steps, evaluator).made };
  },
  histogram_fraction(call, steps, evaluator) {
    const [lower, upper] = [evaluator.scalar(argument(call, 0), steps), evaluator.scalar(argument(call, 1), steps)];
    const { series } = evaluator.vector(argument(call, 2), steps);
    const act = (buckets: Bucket[], step: number): number =>
      bucketFraction(lower[step] as number, upper[step] as number, buckets);
    const told = noBound(argument(call, 2), evaluator);
    return { type: 'vector', series: ofHistograms(series, steps.count, act, evaluator.budget, told) };
  },
  histogram_quantiles: quantiles,
  histogram_avg: none,
  histogram_count: none,
  histogram_sum: none,
  histogram_stddev: none,
  histogram_stdvar: none,
};
