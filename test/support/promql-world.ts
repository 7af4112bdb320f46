/** Samples to ask two engines about: counters that begin anew, gauges with gaps and ends, buckets, and numbers that are none. */
import { type Labels, NAME_LABEL, sortedLabels } from '../../src/meter/model/series.ts';
import { STALE_BITS } from '../../src/meter/model/samples.ts';
import { seriesTest } from '../../src/meter/promql/matchers.ts';
import type { SelectedSeries, Selection } from '../../src/meter/promql/selection.ts';
import { bitsOf } from './plain-resolver.ts';

export interface WorldSeries {
  readonly labels: Labels;
  /** In order of time. */
  readonly samples: readonly { readonly timestampMs: number; readonly bits: bigint }[];
}

export const WORLD_START_MS = Date.parse('2026-03-01T00:00:00Z');
/** Two hours. */
const SAMPLES = 480;
/** Times are this much after a multiple of 15 s, so that none is the end of a range that is asked for. */
const LATE_MS = 7_000;

/** Undefined: none. */
type Value = number | 'stale' | undefined;

export function worldOf(random: () => number): WorldSeries[] {
  const series: WorldSeries[] = [];
  const add = (name: string, labels: Readonly<Record<string, string>>, valueAt: (at: number) => Value): void => {
    const samples = Array.from({ length: SAMPLES }, (_, at) => ({ at, value: valueAt(at) })).flatMap(
      ({ at, value }) => {
        const timestampMs = WORLD_START_MS + at * 15_000 + LATE_MS;
        return value === undefined ? [] : [{ timestampMs, bits: value === 'stale' ? STALE_BITS : bitsOf(value) }];
      },
    );
    series.push({ labels: sortedLabels([[NAME_LABEL, name], ...Object.entries(labels)]) ?? [], samples });
  };
  for (const job of ['a', 'b']) {
    for (const instance of ['1', '2', '3']) {
      add('requests_total', { job, instance }, gapped(random, 0.03, counter(random)));
      for (const zone of ['x1', 'y'])
        add(
          'load',
          { job, instance, zone },
          ended(random, () => Math.round(random() * 1_000) / 100),
        );
      let level = 10;
      const walk = (): number => (level += random() - 0.5);
      add('temperature', { job, instance }, gapped(random, instance === '3' ? 0.4 : 0, walk));
    }
    const counts = [1e6, 2e6, 3e6, 4e6];
    for (const [at, le] of ['0.1', '0.5', '1', '+Inf'].entries())
      add('latency_bucket', { job, le }, () => (counts[at] = (counts[at] as number) + (at + 1) * 3));
    add('owner', { job, team: job === 'a' ? 'red' : 'blue' }, () => 1);
    add(
      'odd',
      { job },
      gapped(random, 0.2, () => ODD[Math.floor(random() * ODD.length)] as number),
    );
    add('gone', { job }, (at) => (at < 200 ? at : at === 200 && job === 'a' ? 'stale' : undefined));
  }
  return series;
}

const ODD = [NaN, Infinity, -Infinity, -0, 0, 1, -2.5, 1e-300, 7];

/** Far from 0, near which Prometheus 2 and 3 differ. */
function counter(random: () => number): () => number {
  let count = 1e6 * (1 + random());
  return () => (count = random() < 0.01 ? count / 2 : count + random() * 50);
}

const gapped = (random: () => number, share: number, valueAt: () => number) => (): Value => {
  const value = valueAt();
  return random() < share ? undefined : value;
};

/** Now and then it ends, by a stale marker, and begins again. */
function ended(random: () => number, valueAt: () => number): () => Value {
  let away = 0;
  return () => {
    const value = valueAt();
    if (away > 0) {
      away--;
      return undefined;
    }
    if (random() >= 0.02) return value;
    away = Math.floor(random() * 12);
    return 'stale';
  };
}

export function selectOf(world: readonly WorldSeries[]): (selection: Selection) => SelectedSeries[] {
  return ({ matchers, fromMs, toMs }) => {
    const fits = seriesTest(matchers);
    return world.flatMap(({ labels, samples }) => {
      if (!fits(labels)) return [];
      const within = samples.filter(({ timestampMs }) => timestampMs > fromMs && timestampMs <= toMs);
      if (within.length === 0) return [];
      const bits = BigUint64Array.from(within, ({ bits: own }) => own);
      const timesMs = Float64Array.from(within, ({ timestampMs }) => timestampMs);
      return [{ labels, timesMs, values: new Float64Array(bits.buffer) }];
    });
  };
}
