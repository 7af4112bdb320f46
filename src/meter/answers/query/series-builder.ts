/** Samples of one series as they come out of segments, in whatever order, until they are a column. */
import { STALE_BITS } from '../../model/samples.ts';
import type { Labels } from '../../model/series.ts';
import type { SelectedSeries } from '../../promql/selection.ts';

const FIRST_CAPACITY = 64;

/** What a delta is before its first sample, where nothing says since when. */
const MINUTE_MS = 60_000;

export class SeriesBuilder {
  readonly labels: Labels;
  length = 0;
  #times = new Float64Array(FIRST_CAPACITY);
  #values = new Float64Array(FIRST_CAPACITY);
  /** Of those that stand for more than themselves: how many, and what a counter lost since the one before. Undefined while there are none. */
  #weights: Map<number, { readonly weight: number; readonly lost: number }> | undefined;
  /** Where samples begin that are not after those before them: each segment is in order by itself. */
  #runs: number[] = [];

  constructor(labels: Labels) {
    this.labels = labels;
  }

  push(timeMs: number, value: number): void {
    const at = this.length;
    if (at === this.#times.length) this.#grow();
    if (at > 0 && timeMs <= (this.#times[at - 1] as number)) this.#runs.push(at);
    this.#times[at] = timeMs;
    this.#values[at] = value;
    this.length++;
  }

  /** Ascending in time, with the values' bits: many at once. */
  pushRun(timesMs: Float64Array, values: Float64Array): void {
    if (timesMs.length === 0) return;
    const start = this.length;
    while (start + timesMs.length > this.#times.length) this.#grow();
    if (start > 0 && (timesMs[0] as number) <= (this.#times[start - 1] as number)) this.#runs.push(start);
    this.#times.set(timesMs, start);
    this.#values.set(values, start);
    this.length += timesMs.length;
  }

  /** What the one that was pushed last stands for. */
  weigh(weight: number, lost: number): void {
    this.#weights ??= new Map();
    // By time: places change when they are sorted.
    this.#weights.set(this.#times[this.length - 1] as number, { weight, lost });
  }

  pushStale(timeMs: number): void {
    this.push(timeMs, NaN);
    new BigInt64Array(this.#values.buffer)[this.length - 1] = STALE_BITS;
  }

  /** `holdsMs`: see `SelectedSeries`. */
  build(holdsMs?: number): SelectedSeries {
    if (this.#runs.length > 0 && !this.#joinRuns()) this.#sort();
    this.#runs = [];
    return {
      labels: this.labels,
      timesMs: this.#times.subarray(0, this.length),
      values: this.#values.subarray(0, this.length),
      ...(holdsMs === undefined ? {} : { holdsMs }),
      ...this.#columns(),
    };
  }

  #columns(): Pick<SelectedSeries, 'weights' | 'corrections'> {
    if (this.#weights === undefined) return {};
    const weights = new Float64Array(this.length).fill(1);
    const corrections = new Float64Array(this.length);
    let lost = 0;
    for (let at = 0; at < this.length; at++) {
      const known = this.#weights.get(this.#times[at] as number);
      const before = at === 0 ? -Infinity : (this.#values[at - 1] as number);
      if (known !== undefined) weights[at] = known.weight;
      lost += known === undefined ? ((this.#values[at] as number) < before ? before : 0) : known.lost;
      corrections[at] = lost;
    }
    return { weights, corrections };
  }

  /** Of deltas, summed up to what a counter would have said. */
  buildSummed(): SelectedSeries {
    const { labels, timesMs, values } = this.build();
    if (timesMs.length === 0) return { labels, timesMs, values };
    const first = timesMs[0] as number;
    const sums = new SeriesBuilder(labels);
    sums.push(first - ((timesMs[1] ?? first + MINUTE_MS) - first), 0);
    let sum = 0;
    for (let at = 0; at < timesMs.length; at++) {
      const value = values[at] as number;
      if (Number.isNaN(value)) continue;
      sum += value;
      sums.push(timesMs[at] as number, sum);
    }
    return sums.build();
  }

  /** False where they overlap. */
  #joinRuns(): boolean {
    const starts = [0, ...this.#runs];
    const runs = starts
      .map((start, at) => ({ start, end: starts[at + 1] ?? this.length }))
      .sort((a, b) => (this.#times[a.start] as number) - (this.#times[b.start] as number));
    for (const [at, { start }] of runs.entries()) {
      const before = runs[at - 1];
      if (before !== undefined && (this.#times[before.end - 1] as number) >= (this.#times[start] as number))
        return false;
    }
    const times = new Float64Array(this.length);
    const values = new Float64Array(this.length);
    let length = 0;
    for (const { start, end } of runs) {
      times.set(this.#times.subarray(start, end), length);
      values.set(this.#values.subarray(start, end), length);
      length += end - start;
    }
    this.#times = times;
    this.#values = values;
    return true;
  }

  /** Of several values of one time the largest counts, so that it is the same in whatever order they came; a value before none. */
  #sort(): void {
    const order = Uint32Array.from({ length: this.length }, (_, at) => at).sort(
      (a, b) => (this.#times[a] as number) - (this.#times[b] as number) || a - b,
    );
    const times = new Float64Array(this.length);
    const values = new Float64Array(this.length);
    const from = new BigInt64Array(this.#values.buffer);
    const to = new BigInt64Array(values.buffer);
    let length = 0;
    for (const at of order) {
      const time = this.#times[at] as number;
      const isRepeat = length > 0 && times[length - 1] === time;
      const before = isRepeat ? (values[length - 1] as number) : NaN;
      if (isRepeat && !Number.isNaN(before) && !((this.#values[at] as number) > before)) continue;
      if (!isRepeat) length++;
      times[length - 1] = time;
      to[length - 1] = from[at] as bigint;
    }
    this.#times = times;
    this.#values = values;
    this.length = length;
  }

  #grow(): void {
    const [times, values] = [this.#times, this.#values];
    this.#times = new Float64Array(times.length * 2);
    this.#values = new Float64Array(times.length * 2);
    this.#times.set(times);
    this.#values.set(values);
  }
}
