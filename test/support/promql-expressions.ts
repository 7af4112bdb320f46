/** Expressions of every function, operator and aggregation that Prometheus 2.42 has, and random ones that the grammar gives rise to. */

/** The same numbers for the same seed. https://en.wikipedia.org/wiki/Linear_congruential_generator */
export function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

const RANGE_FUNCTIONS =
  'rate increase delta irate idelta deriv changes resets avg_over_time min_over_time max_over_time sum_over_time count_over_time stddev_over_time stdvar_over_time last_over_time present_over_time absent_over_time'.split(
    ' ',
  );
/** What counts from 0 is of counters, which are far from it: Prometheus 2.42 and 3 differ near it. */
const OF_GAUGES = RANGE_FUNCTIONS.filter((name) => name !== 'rate' && name !== 'increase');
const ELEMENT_FUNCTIONS =
  'abs ceil floor exp ln log2 log10 sgn sqrt deg rad sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh round timestamp minute hour day_of_week day_of_month day_of_year days_in_month month year sort sort_desc absent'.split(
    ' ',
  );
const AGGREGATIONS = 'sum avg min max count group stddev stdvar'.split(' ');
const ARITHMETIC = '+ - * / % ^'.split(' ');
const COMPARISONS = '== != > >= < <='.split(' ');
const SELECTORS = [
  'requests_total',
  'requests_total{job="a"}',
  'requests_total{job=~"a|b",instance!="1"}',
  'load{zone!~"x.*"}',
  'load',
  '{__name__=~"load|temperature"}',
  'temperature',
  'temperature offset 3m',
  'nothing_at_all',
];
const RANGES = ['45s', '2m', '7m', '30m'];

/** Each function, operator and aggregation by itself. */
export const EVERY_KIND: readonly string[] = [
  ...OF_GAUGES.flatMap((name) => RANGES.slice(1).map((range) => `${name}(load[${range}])`)),
  ...['rate', 'increase', 'irate', 'resets'].flatMap((name) =>
    RANGES.map((range) => `${name}(requests_total[${range}])`),
  ),
  'quantile_over_time(0.3, load[7m])',
  'predict_linear(load[7m], 600)',
  'holt_winters(load[7m], 0.3, 0.6)',
  ...OF_GAUGES.map((name) => `${name}(load[10m:1m])`),
  'max_over_time(sum(rate(requests_total[2m]))[20m:90s])',
  'sum_over_time(load[5m:30s] offset 2m)',
  ...ELEMENT_FUNCTIONS.map((name) => `${name}(temperature)`),
  'clamp(temperature, 1, 20)',
  'clamp_min(temperature, 5)',
  'clamp_max(temperature, 5)',
  'round(temperature, 0.25)',
  ...AGGREGATIONS.flatMap((name) => [`${name}(load)`, `${name} by (job) (load)`, `${name} without (instance) (load)`]),
  'topk(2, load)',
  'bottomk(2, load)',
  'topk by (job) (1, load)',
  'quantile(0.7, load)',
  'count_values("v", sgn(load))',
  ...ARITHMETIC.flatMap((op) => [`load ${op} 3`, `3 ${op} load`, `load ${op} temperature`, `2 ${op} 3`]),
  ...COMPARISONS.flatMap((op) => [
    `load ${op} 5`,
    `5 ${op} load`,
    `load ${op} bool 5`,
    `load ${op} bool temperature`,
    `1 ${op} bool 2`,
  ]),
  'load and temperature',
  'load or temperature',
  'load unless on(job) temperature{job="a"}',
  'load or on() vector(1)',
  'load * on(instance, job) temperature',
  'load / ignoring(zone) group_left sum without(zone)(load)',
  'load * on(job) group_left(team) owner',
  'owner * on(job) group_right(team) load',
  'sum(load) by (job) / on(job) group_left(team) owner',
  'load * on(job) load',
  'histogram_quantile(0.5, latency_bucket)',
  'histogram_quantile(0.9, sum by (le) (rate(latency_bucket[5m])))',
  'histogram_quantile(0.99, sum by (le, job) (increase(latency_bucket[10m])))',
  'histogram_quantile(1.5, latency_bucket)',
  'label_replace(load, "host", "$1-x", "instance", "(.).*")',
  'label_join(load, "both", "/", "job", "instance")',
  'absent(load{job="z"})',
  'absent(sum(nothing_at_all))',
  'scalar(load{job="a",instance="1",zone="x1"})',
  'vector(time())',
  'time() - timestamp(load)',
  '-load',
  '-(2 ^ 2)',
  'sum(load) without ()',
  'load @ end()',
  'rate(requests_total[5m] @ start())',
  'sum_over_time(load[5m] @ end() offset 1m)',
  'pi() * 2',
  '1 / 0',
  '0 / 0',
  'load{job=""}',
  '{job="a",__name__!="load"}',
  '1 > bool 0 == bool 1',
  'load > 2 < 8',
  'avg(load) - avg(load offset 5m)',
];

/** Vectors, within each other to some depth. Of subqueries in subqueries, steps would lie on ends of ranges, where 2.42 and 3 differ. */
export function randomExpression(random: () => number, depth = 3, isInner = false): string {
  const of = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const inner = (): string => randomExpression(random, depth - 1, isInner);
  if (depth <= 0) return of(SELECTORS);
  switch (Math.floor(random() * 9)) {
    case 0:
      return random() < 0.5
        ? `${of(RANGE_FUNCTIONS)}(requests_total[${of(RANGES)}])`
        : `${of(OF_GAUGES)}(${of(['load', 'temperature'])}[${of(RANGES)}])`;
    case 1:
      if (isInner) return of(SELECTORS);
      return `${of(OF_GAUGES)}((${randomExpression(random, depth - 1, true)})[${of(['5m', '12m'])}:${of(['1m', '75s'])}])`;
    case 2:
      return `${of(AGGREGATIONS)} ${of(['by', 'without'])} (${of(['job', 'instance', 'zone', 'job, zone', ''])}) (${inner()})`;
    case 3:
      return `${of(ELEMENT_FUNCTIONS.filter((name) => !name.startsWith('sort')))}(${inner()})`;
    case 4:
      return `(${inner()}) ${of([...ARITHMETIC, ...COMPARISONS])} ${of(['1', '0.5', '10', 'time()', 'scalar(sum(load))'])}`;
    case 5:
      return `(${inner()}) ${of([...ARITHMETIC, ...COMPARISONS])} ${of(['', 'on(job, instance, zone)', 'ignoring(zone)'])} (${inner()})`;
    case 6:
      return `(${inner()}) ${of(['and', 'or', 'unless'])} ${of(['', 'on(job)', 'ignoring(instance)'])} (${inner()})`;
    case 7:
      return `clamp_max(${inner()}, ${of(['3', '100'])})`;
    default:
      return of(SELECTORS);
  }
}
