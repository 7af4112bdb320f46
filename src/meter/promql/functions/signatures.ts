/** What each function takes and gives. https://prometheus.io/docs/prometheus/latest/querying/functions/ */
import type { ValueType } from '../parse/ast.ts';

export interface Signature {
  readonly args: readonly ValueType[];
  /** How many of the last may be left out; of `more`, the last may also come any number of times. */
  readonly optional: number;
  readonly more: boolean;
  readonly returns: ValueType;
}

const of = (args: readonly ValueType[], returns: ValueType = 'vector', optional = 0, more = false): Signature => ({
  args,
  returns,
  optional,
  more,
});

const VECTOR = of(['vector']);
const MATRIX = of(['matrix']);
/** Of the evaluation's time when nothing is given. */
const TIME = of(['vector'], 'vector', 1);

const all = (names: string, signature: Signature): Record<string, Signature> =>
  Object.fromEntries(names.split(' ').map((name) => [name, signature]));

export const SIGNATURES: ReadonlyMap<string, Signature> = new Map(
  Object.entries({
    ...all('abs ceil exp floor ln log2 log10 sgn sqrt deg rad timestamp', VECTOR),
    ...all('sin cos tan asin acos atan sinh cosh tanh asinh acosh atanh', VECTOR),
    ...all('sort sort_desc absent', VECTOR),
    ...all('histogram_avg histogram_count histogram_sum histogram_stddev histogram_stdvar', VECTOR),
    ...all('rate increase delta irate idelta deriv changes resets absent_over_time present_over_time', MATRIX),
    ...all('avg_over_time min_over_time max_over_time sum_over_time count_over_time', MATRIX),
    ...all('stddev_over_time stdvar_over_time mad_over_time last_over_time first_over_time', MATRIX),
    ...all('ts_of_min_over_time ts_of_max_over_time ts_of_last_over_time ts_of_first_over_time', MATRIX),
    ...all('minute hour day_of_week day_of_month day_of_year days_in_month month year', TIME),
    quantile_over_time: of(['scalar', 'matrix']),
    predict_linear: of(['matrix', 'scalar']),
    ...all('double_exponential_smoothing holt_winters', of(['matrix', 'scalar', 'scalar'])),
    clamp: of(['vector', 'scalar', 'scalar']),
    ...all('clamp_min clamp_max', of(['vector', 'scalar'])),
    round: of(['vector', 'scalar'], 'vector', 1),
    histogram_quantile: of(['scalar', 'vector']),
    histogram_fraction: of(['scalar', 'scalar', 'vector']),
    histogram_quantiles: of(['vector', 'string', 'scalar'], 'vector', 0, true),
    label_replace: of(['vector', 'string', 'string', 'string', 'string']),
    label_join: of(['vector', 'string', 'string', 'string'], 'vector', 1, true),
    ...all('sort_by_label sort_by_label_desc', of(['vector', 'string'], 'vector', 1, true)),
    info: of(['vector', 'vector'], 'vector', 1),
    scalar: of(['vector'], 'scalar'),
    vector: of(['scalar']),
    ...all('time pi step range start end', of([], 'scalar')),
    ...all('min_of max_of', of(['scalar', 'scalar'], 'scalar')),
  }),
);

/** Aggregations that take a number, or a label's name, before the vector. */
export const AGGREGATIONS: ReadonlyMap<string, ValueType | undefined> = new Map<string, ValueType | undefined>([
  ['sum', undefined],
  ['avg', undefined],
  ['min', undefined],
  ['max', undefined],
  ['count', undefined],
  ['group', undefined],
  ['stddev', undefined],
  ['stdvar', undefined],
  ['topk', 'scalar'],
  ['bottomk', 'scalar'],
  ['limitk', 'scalar'],
  ['limit_ratio', 'scalar'],
  ['quantile', 'scalar'],
  ['count_values', 'string'],
]);
