/** Samples whose time nobody can have measured are refused; most requests have none, and are taken as they are. */
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Rejection } from '../../model/rejection.ts';
import { Samples } from '../../model/samples.ts';
import { itemOf } from '../../formats/json/write.ts';
import { takenTimes, timeProblem } from './check-times.ts';
import type { KnownSeries } from './contribution.ts';

export interface Timely {
  readonly samples: Samples;
  readonly untimely: readonly Rejection[];
}

export function dropUntimely(
  all: Samples,
  {
    series,
    nowMs,
    limits,
  }: { readonly series: Pick<KnownSeries, 'get'>; readonly nowMs: number; readonly limits: OrganizationLimits },
): Timely {
  const { fromMs, toMs } = takenTimes(nowMs, limits);
  const isTimely = (at: number): boolean => {
    const time = all.timestampsMs[at] as number;
    return time >= fromMs && time <= toMs;
  };
  let first = 0;
  while (first < all.length && isTimely(first)) first++;
  if (first === all.length) return { samples: all, untimely: [] };
  const samples = new Samples();
  const untimely: Rejection[] = [];
  const places = new Map<number, number>();
  for (let at = 0; at < all.length; at++) {
    const problem = timeProblem(all.timestampsMs[at] as number, nowMs, limits);
    if (problem === undefined) {
      places.set(at, samples.length);
      samples.copy(all, at, all.series[at] as number);
    } else untimely.push({ index: at, ...problem, item: itemOf(series.get(all.series[at] as number), all, at) });
  }
  for (const { sample, ...exemplar } of all.exemplars) {
    const now = sample < 0 ? -1 : places.get(sample);
    if (now !== undefined) samples.exemplars.push({ ...exemplar, sample: now });
  }
  return { samples, untimely };
}
