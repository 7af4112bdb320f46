/** Random expressions of PromQL, as the grammar gives rise to them: mostly of something, and not all of them right. */
import {
  AGGREGATIONS,
  ARITHMETIC,
  COMPARISONS,
  ELEMENT_FUNCTIONS,
  OF_GAUGES,
  RANGE_FUNCTIONS,
  RANGES,
  SELECTORS,
} from './promql-expressions.ts';

/** The same numbers for the same seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

/** What is drawn from while one is made. */
interface Maker {
  readonly of: <T>(all: readonly T[]) => T;
  /** A vector that is less deep. */
  readonly vector: () => string;
  /** One that is evaluated within a subquery. */
  readonly within: () => string;
  readonly isWithin: boolean;
}

const OPERATORS = [...ARITHMETIC, ...COMPARISONS, ...COMPARISONS.map((operator) => `${operator} bool`)];
const GROUPINGS = ['job', 'instance', 'zone', 'job, zone', 'team', ''];
/** Of whose values no two are the same, so that it is clear which are the greatest. */
const UNLIKE = ['requests_total', 'rate(requests_total[7m])', 'temperature', 'avg_over_time(temperature[2m])'];

const PRODUCTIONS: readonly ((maker: Maker) => string)[] = [
  ({ of }) => of(SELECTORS),
  ({ of }) =>
    `${of(RANGE_FUNCTIONS)}(requests_total[${of(RANGES)}]${of(['', ' offset 2m', ' offset -1m', ' @ end()'])})`,
  ({ of }) => `${of(OF_GAUGES)}(${of(['load', 'temperature', 'gone'])}[${of(RANGES)}]${of(['', '', ' offset 4m'])})`,
  // Of subqueries in subqueries, steps would lie on ends of ranges, where 2.42 and 3 differ.
  ({ of, within, isWithin, vector }) =>
    isWithin
      ? vector()
      : `${of(OF_GAUGES)}((${within()})[${of(['5m', '12m'])}:${of(['1m', '75s', ''])}]${of(['', ' offset 2m'])})`,
  ({ of, vector }) => `${of(AGGREGATIONS)} ${of(['by', 'without'])} (${of(GROUPINGS)}) (${vector()})`,
  ({ of, vector }) =>
    `quantile ${of(['by', 'without'])} (${of(GROUPINGS)}) (${of(['0', '0.3', '1', '-1', 'scalar(temperature{job="a",instance="1"})'])}, ${vector()})`,
  ({ of }) => `${of(['topk', 'bottomk'])} ${of(['', 'by (job)'])} (${of(['1', '2', '5'])}, ${of(UNLIKE)})`,
  ({ of, vector }) => `count_values ${of(['', 'by (job)', 'without (zone)'])} ("is", round(${vector()}))`,
  ({ of, vector }) => `${of(ELEMENT_FUNCTIONS)}(${vector()})`,
  ({ of, vector }) => `(${vector()}) ${of(OPERATORS)} ${of(['1', '0.5', '10', 'time()', 'scalar(sum(load))', 'NaN'])}`,
  ({ of, vector }) => `${of(['2', '-0.5', 'scalar(max(temperature))'])} ${of(OPERATORS)} (${vector()})`,
  ({ of, vector }) =>
    `(${vector()}) ${of(OPERATORS)} ${of(['', 'on(job, instance, zone)', 'ignoring(zone)', 'on(job, instance)'])} (${vector()})`,
  ({ of, vector }) =>
    `(${vector()}) ${of(OPERATORS)} on(job) ${of(['group_left', 'group_left(team)'])} ${of(['owner', '(avg by (job) (load))', '(max by (job, team) (owner))'])}`,
  ({ of, vector }) =>
    `(sum by (job) (${vector()})) ${of(OPERATORS)} on(job) group_right ${of(['load', 'temperature'])}`,
  ({ of, vector }) =>
    `(${vector()}) ${of(['and', 'or', 'unless'])} ${of(['', 'on(job)', 'ignoring(instance)', 'on()'])} (${vector()})`,
  ({ of, vector }) => `clamp(${vector()}, ${of(['-1', '0'])}, ${of(['3', '100'])})`,
  ({ of }) =>
    `histogram_quantile(${of(['0.1', '0.5', '0.99', '2'])}, sum by (${of(['le', 'le, job'])}) (rate(latency_bucket[${of(RANGES)}])))`,
  ({ of, vector }) =>
    `label_replace(${vector()}, "${of(['to', 'zone'])}", "$1-", "${of(['job', 'instance', 'none'])}", "${of(['(.).*', '(a)', '(1|2)', '()'])}")`,
  ({ vector }) => `label_join(${vector()}, "all", "/", "job", "instance", "zone")`,
  ({ vector }) => `-(${vector()})`,
  ({ of, vector }) => `${of(['hour', 'minute', 'day_of_year'])}(timestamp(${vector()}))`,
  ({ vector }) => `vector(scalar(${vector()}))`,
  ({ of }) => `quantile_over_time(${of(['0.4', '1'])}, load[${of(RANGES)}])`,
  ({ of }) => `predict_linear(temperature[${of(RANGES)}], ${of(['60', '-3600'])})`,
  ({ of }) => `holt_winters(temperature[${of(RANGES)}], 0.3, ${of(['0.1', '0.9'])})`,
];

/** Vectors, within each other to some depth. */
export function randomExpression(random: () => number, depth = 3, isWithin = false): string {
  const of = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  if (depth <= 0) return of(SELECTORS);
  return of(PRODUCTIONS)({
    of,
    vector: () => randomExpression(random, depth - 1, isWithin),
    within: () => randomExpression(random, depth - 1, true),
    isWithin,
  });
}
