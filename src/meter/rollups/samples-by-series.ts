/** Numbers of each series, in the order of sort keys and of time, no time twice: of several values of one time the largest counts. Pure. */
import type { Samples } from '../model/samples.ts';
import type { Series } from '../model/series.ts';
import { sortKeyOf } from './sort-key.ts';

export interface SeriesNumbers {
  readonly id: number;
  readonly key: string;
  readonly timesMs: readonly number[];
  /** Undefined where the series has ended. */
  readonly valueAt: (at: number) => number | undefined;
}

interface Place {
  readonly part: Samples;
  readonly at: number;
  readonly time: number;
}

/** Those whose keys are after `after`, up to `upTo`. What is more than a number is left out. */
export function samplesBySeries(
  parts: readonly Samples[],
  series: ReadonlyMap<number, Series>,
  after: string,
  upTo: string,
): SeriesNumbers[] {
  const places = new Map<number, Place[] | undefined>();
  const keys = new Map<number, string>();
  for (const part of parts) {
    for (let at = 0; at < part.length; at++) {
      const id = part.series[at] as number;
      let own = places.get(id);
      if (own === undefined) {
        if (places.has(id)) continue;
        const one = series.get(id);
        const key = one === undefined ? undefined : sortKeyOf(one);
        own = key !== undefined && key > after && key <= upTo ? [] : undefined;
        places.set(id, own);
        if (own === undefined || key === undefined) continue;
        keys.set(id, key);
      }
      if (part.compoundAt(at) === undefined) own.push({ part, at, time: part.timestampsMs[at] as number });
    }
  }
  return [...keys]
    .toSorted(([, a], [, b]) => (a < b ? -1 : 1))
    .map(([id, key]) => numbersOf(id, key, places.get(id) ?? []));
}

function numbersOf(id: number, key: string, places: Place[]): SeriesNumbers {
  places.sort((a, b) => a.time - b.time);
  const timesMs: number[] = [];
  const values: (number | undefined)[] = [];
  for (const { part, at, time } of places) {
    const value = part.isStale(at) ? undefined : part.numberAt(at);
    const last = timesMs.length - 1;
    if (timesMs[last] !== time) {
      timesMs.push(time);
      values.push(value);
    } else if (isBetter(value, values[last])) values[last] = value;
  }
  return { id, key, timesMs, valueAt: (at) => values[at] };
}

const isBetter = (value: number | undefined, than: number | undefined): boolean =>
  value !== undefined && (than === undefined || Number.isNaN(than) || value > than);
