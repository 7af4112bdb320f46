/** In which order series lie in chunks: by the metric's name, then by labels, so that what is asked for together lies together. Pure. */
import { hash } from 'node:crypto';
import { metricName, NAME_LABEL, type Series, seriesKey } from '../model/series.ts';

/** Characters of the labels; beyond them the hash decides. Keys stand in the index of chunks, two for each. */
const LABEL_CHARACTERS = 80;

const known = new WeakMap<Series, string>();

/** Two series have one key only if they are the same, but for a chance of 2^-64. */
export function sortKeyOf(series: Series): string {
  const found = known.get(series);
  if (found !== undefined) return found;
  const labels = series.labels
    .filter(([name]) => name !== NAME_LABEL)
    .map(([name, value]) => `${name}=${value}`)
    .join(',');
  const key = `${metricName(series.labels) ?? ''}\u0000${labels.slice(0, LABEL_CHARACTERS)}\u0000${hash('sha256', seriesKey(series)).slice(0, 16)}`;
  known.set(series, key);
  return key;
}
