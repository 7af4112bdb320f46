/** Samples as rows, a day at a time, in the order in which they lie: flat in memory, however many there are. */
import type { Column, Batch } from '../../../tables/table.ts';
import { BATCH_ROWS } from '../../../tables/table.ts';
import { writtenCompound } from '../../formats/json/write.ts';
import { metricName, NAME_LABEL } from '../../model/series.ts';
import type { Samples } from '../../model/samples.ts';
import type { DayKey, DayStore, SeriesId } from '../../ports/day-store.ts';
import type { Matcher } from '../../promql/selection.ts';
import { seriesTest } from '../../promql/matchers.ts';
import { sortKeyOf } from '../../rollups/sort-key.ts';

export const SAMPLE_COLUMNS: readonly Column[] = [
  { name: 'timestamp', type: 'time' },
  { name: 'name', type: 'text' },
  { name: 'labels', type: 'json' },
  { name: 'value', type: 'number' },
  // Of histograms and summaries, as POST /api/metrics takes them.
  { name: 'compound', type: 'json' },
];

export interface ExportPorts {
  readonly days: Pick<DayStore, 'dictionary' | 'segments' | 'events'>;
}

export interface SampleSelection {
  readonly matchers: readonly Matcher[];
  /** Milliseconds since 1970, both included. */
  readonly fromMs: number;
  readonly toMs: number;
}

interface Named {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** Of one day. Stale markers are left out: a series that ended has no more rows. */
export async function* sampleBatches(
  key: DayKey,
  { matchers, fromMs, toMs }: SampleSelection,
  { days }: ExportPorts,
): AsyncGenerator<Batch> {
  const named = await namesOf(key, matchers, days);
  if (named.size === 0) return;
  let batch = emptyBatch();
  for await (const { samples } of days.segments(key, { fromMs, toMs, keys: named.keys })) {
    for (let at = 0; at < samples.length; at++) {
      const own = named.byId.get(samples.series[at] as number);
      const time = samples.timestampsMs[at] as number;
      if (own === undefined || time < fromMs || time > toMs || samples.isStale(at)) continue;
      pushRow(batch, own, samples, at);
      if (batch[0].length < BATCH_ROWS) continue;
      yield batch;
      batch = emptyBatch();
    }
  }
  if (batch[0].length > 0) yield batch;
}

type SampleBatch = [number[], string[], object[], (number | undefined)[], unknown[]];

const emptyBatch = (): SampleBatch => [[], [], [], [], []];

function pushRow(
  [times, names, labels, values, compounds]: SampleBatch,
  own: Named,
  samples: Samples,
  at: number,
): void {
  const compound = samples.compoundAt(at);
  times.push(samples.timestampsMs[at] as number);
  names.push(own.name);
  labels.push(own.labels);
  values.push(samples.numberAt(at));
  compounds.push(compound === undefined ? undefined : writtenCompound(compound));
}

/** Series that match, by id, and their sort keys. */
export async function namesOf(
  key: DayKey,
  matchers: readonly Matcher[],
  days: Pick<DayStore, 'dictionary'>,
): Promise<{ readonly size: number; readonly byId: ReadonlyMap<SeriesId, Named>; readonly keys: readonly string[] }> {
  const { series } = await days.dictionary(key);
  const fits = seriesTest(matchers);
  const byId = new Map<SeriesId, Named>();
  const keys: string[] = [];
  for (const [id, one] of series) {
    if (!fits(one.labels)) continue;
    keys.push(sortKeyOf(one));
    const rest = one.labels.filter(([name]) => name !== NAME_LABEL);
    byId.set(id, { name: metricName(one.labels) ?? '', labels: Object.fromEntries(rest) });
  }
  return { size: byId.size, byId, keys: keys.sort() };
}
