/** Which series of a day a selector means, those among them that are there only as a part of a histogram or a summary. */
import { type Labels, type MetricType, NAME_LABEL, type Series } from '../../model/series.ts';
import type { Dictionary, SeriesId } from '../../ports/day-store.ts';
import { literalsOf, seriesTest, testOf } from '../../promql/matchers.ts';
import type { Matcher } from '../../promql/selection.ts';

/** What of a compound value is meant: it is stored whole, and asked for as Prometheus shows it. */
export type Part = 'value' | 'bucket' | 'sum' | 'count' | 'quantile';

export interface WantedSeries {
  readonly id: SeriesId;
  readonly series: Series;
  readonly part: Part;
  /** As the answer has them; without `le` or `quantile`, which the values say. */
  readonly labels: Labels;
}

const PARTS: Readonly<Partial<Record<MetricType, readonly (readonly [suffix: string, part: Part])[]>>> = {
  histogram: [
    ['_bucket', 'bucket'],
    ['_sum', 'sum'],
    ['_count', 'count'],
  ],
  gaugehistogram: [
    ['_bucket', 'bucket'],
    ['_gsum', 'sum'],
    ['_gcount', 'count'],
  ],
  summary: [
    ['', 'quantile'],
    ['_sum', 'sum'],
    ['_count', 'count'],
  ],
};

/** The label that a value says, of its part. */
export const VALUE_LABEL: Readonly<Partial<Record<Part, string>>> = { bucket: 'le', quantile: 'quantile' };

/** @throws {QueryError} bad_data */
export function wantedSeries({ series, byName, metadata }: Dictionary, matchers: readonly Matcher[]): WantedSeries[] {
  const found: WantedSeries[] = [];
  const names = nameTest(matchers.filter(({ name }) => name === NAME_LABEL));
  const others = matchers.filter(({ name }) => name !== NAME_LABEL);
  const take = (name: string, as: string, part: Part): void => {
    const own = VALUE_LABEL[part];
    const fits = seriesTest(others.filter(({ name: label }) => label !== own));
    for (const id of byName.get(name) ?? []) {
      const one = series.get(id);
      if (one === undefined || !fits(one.labels)) continue;
      const labels = as === name ? one.labels : renamed(one.labels, as);
      found.push({ id, series: one, part, labels });
    }
  };
  for (const name of names.literals ?? byName.keys()) if (names.fits(name)) take(name, name, 'value');
  for (const { name, type } of metadata) {
    if (!byName.has(name)) continue;
    for (const [suffix, part] of PARTS[type] ?? []) if (names.fits(name + suffix)) take(name, name + suffix, part);
  }
  return found;
}

interface NameTest {
  readonly fits: (name: string) => boolean;
  /** All that can fit, where that is known. */
  readonly literals: readonly string[] | undefined;
}

function nameTest(matchers: readonly Matcher[]): NameTest {
  const tests = matchers.map(testOf);
  const literals = matchers.map(literalsOf).find((one) => one !== undefined);
  return { fits: (name) => tests.every((test) => test(name)), literals };
}

const renamed = (labels: Labels, name: string): Labels =>
  labels.map((label) => (label[0] === NAME_LABEL ? [NAME_LABEL, name] : label));
