/** What series there are: for who completes names, and for who looks around. */
import pLimit from 'p-limit';
import type { Organization } from '../../model/organization.ts';
import { type Labels, type Metadata, NAME_LABEL } from '../../model/series.ts';
import type { DayStore, Dictionary } from '../../ports/day-store.ts';
import { labelsKey } from '../../promql/evaluate/series.ts';
import type { Matcher } from '../../promql/selection.ts';
import { daysOf } from './select-samples.ts';
import { type Part, wantedSeries } from './wanted-series.ts';

export interface KnownSeriesPorts {
  readonly days: Pick<DayStore, 'dictionary'>;
}

export interface Asked {
  readonly organization: Organization;
  /** One of them has to fit; all series when there is none. */
  readonly matchers: readonly (readonly Matcher[])[];
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the answer; whatever is beyond is left out. */
  readonly limit: number;
}

const DAYS_AT_ONCE = 8;

/** Any series at all. */
const ALL: readonly Matcher[] = [{ name: NAME_LABEL, operator: '=~', value: '.*' }];

/** Days of which names are looked for, the last ones: `labels` of the last year would read a year's dictionaries. */
const MAX_DAYS = 31;

async function dictionariesOf(
  { organization, fromMs, toMs }: Asked,
  { days }: KnownSeriesPorts,
): Promise<Dictionary[]> {
  const atOnce = pLimit(DAYS_AT_ONCE);
  const wanted = daysOf({ fromMs, toMs }).slice(-MAX_DAYS);
  return Promise.all(wanted.map((day) => atOnce(() => days.dictionary({ organization, day }))));
}

/** Sorted by their labels. Of buckets and quantiles that are stored as one value, one without `le` or `quantile`. */
export async function knownSeries(asked: Asked, ports: KnownSeriesPorts): Promise<Labels[]> {
  const found = new Map<string, Labels>();
  for (const { labels } of await matching(asked, ports)) {
    found.set(labelsKey(labels), labels);
    if (found.size >= asked.limit) break;
  }
  return [...found.values()];
}

export async function labelNames(asked: Asked, ports: KnownSeriesPorts): Promise<string[]> {
  const names = new Set<string>();
  for (const { labels, part } of await matching(asked, ports)) {
    for (const [name] of labels) names.add(name);
    if (part === 'bucket') names.add('le');
    if (part === 'quantile') names.add('quantile');
  }
  return [...names].toSorted().slice(0, asked.limit);
}

export async function labelValues(label: string, asked: Asked, ports: KnownSeriesPorts): Promise<string[]> {
  const values = new Set<string>();
  for (const { labels } of await matching(asked, ports))
    for (const [name, value] of labels) if (name === label) values.add(value);
  return [...values].toSorted().slice(0, asked.limit);
}

/** By the metric's name, what was said last. */
export async function knownMetadata(
  asked: Asked,
  metric: string | undefined,
  ports: KnownSeriesPorts,
): Promise<Metadata[]> {
  const found = new Map<string, Metadata>();
  for (const { metadata } of await dictionariesOf(asked, ports))
    for (const one of metadata) if (metric === undefined || one.name === metric) found.set(one.name, one);
  return [...found.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1)).slice(0, asked.limit);
}

async function matching(
  asked: Asked,
  ports: KnownSeriesPorts,
): Promise<readonly { readonly labels: Labels; readonly part: Part }[]> {
  const sets = asked.matchers.length === 0 ? [ALL] : asked.matchers;
  const dictionaries = await dictionariesOf(asked, ports);
  return dictionaries.flatMap((dictionary) => sets.flatMap((matchers) => wantedSeries(dictionary, matchers)));
}
