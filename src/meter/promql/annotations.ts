/** What is told with an answer that may not mean what was meant: in the words of Prometheus 3, and where in the query it is. */
import { writtenNumber } from './evaluate/written-number.ts';
import type { Position } from './parse/ast.ts';
import { placeOf } from './parse/parse-error.ts';

/** Told at most, of each kind, as by Prometheus: of the others it is said how many they are. */
export const MAX_TOLD = 10;

/** Remembered at most, of each kind: of a query over very many metrics the rest is not counted. */
const MAX_KNOWN = 1_000;

const COUNTER_NAME = /_(?:total|sum|count|bucket)$/;

export class Annotations {
  readonly #warnings = new Set<string>();
  readonly #infos = new Set<string>();
  readonly #text: string;

  /** `text`: the query. */
  constructor(text: string) {
    this.#text = text;
  }

  get warnings(): readonly string[] {
    return told(this.#warnings, 'warning');
  }

  get infos(): readonly string[] {
    return told(this.#infos, 'info');
  }

  /** Of a metric that a counter's rate was asked of. */
  counter(metric: string, position: Position): void {
    if (metric === '' || COUNTER_NAME.test(metric)) return;
    this.#inform(
      `metric might not be a counter, name does not end in _total/_sum/_count/_bucket: ${JSON.stringify(metric)}`,
      position,
    );
  }

  quantile(q: number, position: Position): void {
    if (q >= 0 && q <= 1) return;
    this.#warn(`quantile value should be between 0 and 1, got ${writtenNumber(q)}`, position);
  }

  ratio(ratio: number, position: Position): void {
    if (ratio >= -1 && ratio <= 1) return;
    const got = `got ${writtenNumber(ratio)}, capping to ${ratio > 0 ? 1 : -1}`;
    this.#warn(`ratio value should be between -1 and 1, ${got}`, position);
  }

  /** Of a series that is to be a bucket of a histogram, and has no bound. */
  bucketLabel(value: string, metric: string, position: Position): void {
    const what = `bucket label "le" is missing or has a malformed value of ${JSON.stringify(value)}`;
    this.#warn(`${what}${ofMetric(metric)}`, position);
  }

  /** Of a histogram whose counts fell from a bucket to a larger one. */
  notMonotonic(metric: string, position: Position): void {
    const why =
      'input to histogram_quantile needed to be fixed for monotonicity (see https://prometheus.io/docs/prometheus/latest/querying/functions/#histogram_quantile)';
    this.#inform(`${why}${ofMetric(metric)}`, position);
  }

  #warn(message: string, position: Position): void {
    if (this.#warnings.size < MAX_KNOWN) this.#warnings.add(`PromQL warning: ${message} (${this.#place(position)})`);
  }

  #inform(message: string, position: Position): void {
    if (this.#infos.size < MAX_KNOWN) this.#infos.add(`PromQL info: ${message} (${this.#place(position)})`);
  }

  #place({ start }: Position): string {
    return placeOf(this.#text, start);
  }
}

const ofMetric = (metric: string): string => (metric === '' ? '' : ` for metric name ${JSON.stringify(metric)}`);

function told(known: ReadonlySet<string>, kind: string): readonly string[] {
  const shown = [...known].slice(0, MAX_TOLD);
  return known.size > MAX_TOLD ? [...shown, `${known.size - MAX_TOLD} more ${kind} annotations omitted`] : shown;
}
