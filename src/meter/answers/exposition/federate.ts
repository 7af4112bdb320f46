/** The last sample of each series that matches, as text that Prometheus scrapes. https://prometheus.io/docs/prometheus/latest/federation/ */
import { type ExposedFamily, writeExposition } from '../../formats/exposition/write.ts';
import type { DialectName } from '../../formats/exposition/dialect.ts';
import type { Organization } from '../../model/organization.ts';
import { metricName, NAME_LABEL } from '../../model/series.ts';
import type { Matcher } from '../../promql/selection.ts';
import { DEFAULT_LOOKBACK_MS, type QueryPorts } from '../query/query.ts';
import { lastBefore } from '../../promql/evaluate/windows.ts';

/** Families are of no type: of a counter the name alone would have to tell. @throws {QueryError} of a bound that is met */
export async function federate(
  organization: Organization,
  {
    matchers,
    nowMs,
    dialect,
  }: { readonly matchers: readonly (readonly Matcher[])[]; readonly nowMs: number; readonly dialect: DialectName },
  ports: QueryPorts,
  signal: AbortSignal,
): Promise<string> {
  const limits = await ports.limitsOf(organization);
  const times = { fromMs: nowMs - DEFAULT_LOOKBACK_MS, toMs: nowMs, firstMs: nowMs, stepMs: 0, rangeMs: 0 };
  const found = await Promise.all(
    matchers.map((one) => ports.select(organization, { ...times, matchers: one }, limits, signal)),
  );
  const families = new Map<string, ExposedFamily & { samples: ExposedFamily['samples'][number][] }>();
  const seen = new Set<string>();
  for (const series of found.flat()) {
    const key = JSON.stringify(series.labels);
    const { has } = lastBefore(series, { startMs: nowMs, stepMs: 0, count: 1 }, 0, DEFAULT_LOOKBACK_MS);
    if (seen.has(key) || has[0] !== 1) continue;
    seen.add(key);
    const name = metricName(series.labels) ?? '';
    const family = families.get(name) ?? { name, type: 'unknown' as const, samples: [] };
    families.set(name, family);
    const last = series.timesMs.findLastIndex((time) => time <= nowMs);
    family.samples.push({
      labels: series.labels.filter(([label]) => label !== NAME_LABEL),
      value: series.values[last] as number,
      timestampMs: series.timesMs[last],
    });
  }
  const sorted = [...families.values()].toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return writeExposition(sorted, dialect);
}
