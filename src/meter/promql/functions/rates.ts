/**
 * How fast something changes. What lies between the first and the last sample is extended to the ends of the range: up to half a distance of samples
 * where the series seems to begin or end in it, and never below zero for a counter. As Prometheus does it: https://prometheus.io/docs/prometheus/latest/querying/functions/#rate
 */
import { weightOf, type Window } from '../evaluate/windows.ts';

/** Samples that are no farther from an end than this share of their mean distance belong to a series that goes on there. */
const CLOSE = 1.1;

function extended(window: Window, isCounter: boolean): number | undefined {
  const { times, values, from, to, startMs, endMs } = window;
  const last = to - 1;
  const intervals = weightOf(window) - 1;
  if (intervals < 1 || last === from) return undefined;
  const [first, firstMs, lastMs] = [values[from] as number, times[from] as number, times[last] as number];
  let change = (values[last] as number) - first;
  if (isCounter) {
    const corrections = window.corrections();
    if (corrections !== undefined) {
      const lost = (corrections[last] as number) - (corrections[from] as number);
      // Beyond an infinity the sums say nothing any more.
      change += Number.isFinite(lost) ? lost : lostIn(window);
    }
  }
  const sampled = (lastMs - firstMs) / 1_000;
  const distance = sampled / intervals;
  let before = (firstMs - startMs) / 1_000;
  let after = (endMs - lastMs) / 1_000;
  if (before >= distance * CLOSE) before = distance / 2;
  if (isCounter && change > 0 && first >= 0) before = Math.min(before, sampled * (first / change));
  if (after >= distance * CLOSE) after = distance / 2;
  return change * ((sampled + before + after) / sampled);
}

function lostIn({ values, from, to }: Window): number {
  let lost = 0;
  for (let at = from + 1; at < to; at++)
    if ((values[at] as number) < (values[at - 1] as number)) lost += values[at - 1] as number;
  return lost;
}

export function rate(window: Window, rangeSeconds: number): number | undefined {
  const change = extended(window, true);
  return change === undefined ? undefined : change / rangeSeconds;
}

export const increase = (window: Window): number | undefined => extended(window, true);

export const delta = (window: Window): number | undefined => extended(window, false);

/** Of the last two samples; a counter that fell has begun anew at 0. */
export function irate({ times, values, from, to }: Window): number | undefined {
  if (to - from < 2) return undefined;
  const [before, value] = [values[to - 2] as number, values[to - 1] as number];
  const seconds = ((times[to - 1] as number) - (times[to - 2] as number)) / 1_000;
  return seconds === 0 ? undefined : (value < before ? value : value - before) / seconds;
}

export const idelta = ({ values, from, to }: Window): number | undefined =>
  to - from < 2 ? undefined : (values[to - 1] as number) - (values[to - 2] as number);
