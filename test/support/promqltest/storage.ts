/** The samples that a test script has loaded. */
import { STALE_BITS } from '../../../src/meter/model/samples.ts';
import type { Labels } from '../../../src/meter/model/series.ts';
import { seriesTest } from '../../../src/meter/promql/matchers.ts';
import type { SelectedSeries, Selection } from '../../../src/meter/promql/selection.ts';
import { durationOf } from './evaluation.ts';
import { readSeries, Unsupported } from './notation.ts';

interface Stored {
  readonly labels: Labels;
  readonly points: Map<number, number | 'stale'>;
}

export class Storage {
  readonly #series = new Map<string, Stored>();
  /** What of the loaded is not here. */
  lacking: string | undefined;

  clear(): void {
    this.#series.clear();
    this.lacking = undefined;
  }

  /** `load 5m` and the series below it. */
  load(head: string, body: readonly string[]): void {
    const [command, step = ''] = head.split(/\s+/);
    const stepMs = durationOf(step);
    if (command !== 'load') this.lacking = command;
    for (const text of body)
      try {
        if (text.startsWith('@')) throw new Unsupported('start timestamps');
        this.#add(text, stepMs);
      } catch (thrown) {
        if (!(thrown instanceof Unsupported)) throw thrown;
        this.lacking = thrown.message;
      }
  }

  #add(text: string, stepMs: number): void {
    const { labels, values } = readSeries(text);
    const key = JSON.stringify(labels);
    const series = this.#series.get(key) ?? { labels, points: new Map() };
    this.#series.set(key, series);
    for (const [at, value] of values.entries()) if (value !== undefined) series.points.set(at * stepMs, value);
  }

  select({ matchers, fromMs, toMs }: Selection): SelectedSeries[] {
    const fits = seriesTest(matchers);
    return [...this.#series.values()].flatMap(({ labels, points }) => {
      if (!fits(labels)) return [];
      const within = [...points].filter(([time]) => time > fromMs && time <= toMs).toSorted(([a], [b]) => a - b);
      if (within.length === 0) return [];
      const values = new Float64Array(within.length);
      const bits = new BigUint64Array(values.buffer);
      for (const [at, [, value]] of within.entries())
        if (value === 'stale') bits[at] = STALE_BITS;
        else values[at] = value;
      return [{ labels, timesMs: Float64Array.from(within, ([time]) => time), values }];
    });
  }
}
