/** Samples that Daymill itself makes: of heartbeats, and that a series has ended. They go the way of all others. */
import { dayOf } from '../../../values/date.ts';
import type { OrganizationLimits } from '../../model/limits.ts';
import { RUNTIME_LABEL } from '../../formats/json/item-reader.ts';
import type { Organization } from '../../model/organization.ts';
import type { Runtime } from '../../model/runtime.ts';
import { NAME_LABEL, type Series, seriesKey, sortedLabels } from '../../model/series.ts';
import type { Samples } from '../../model/samples.ts';
import type { SeriesResolver } from '../../model/series-resolver.ts';
import type { DayStore } from '../../ports/day-store.ts';
import { collectSamples, type CollectPorts } from './collect.ts';

export interface OwnSamplesPorts extends Omit<CollectPorts, 'days'> {
  readonly days: Pick<DayStore, 'claimed' | 'dictionary'>;
  readonly limitsOf: (organization: Organization) => Promise<OrganizationLimits>;
}

/** A heartbeat's metrics, as `runtime_cpu_ema{runtime_id, runtime_name, runtime_type}`. @throws {RetryableError} UNAVAILABLE */
export async function keepHeartbeat(
  organization: Organization,
  beat: { readonly runtime: Runtime; readonly metrics: Readonly<Record<string, number>>; readonly atMs: number },
  ports: OwnSamplesPorts,
): Promise<void> {
  const { runtime, metrics, atMs } = beat;
  await keepOwn(
    organization,
    { route: 'POST /api/runtime/heartbeat', atMs: ports.clock.now() },
    ports,
    (series, into) => {
      for (const [key, value] of Object.entries(metrics)) {
        const labels = sortedLabels([
          [NAME_LABEL, `runtime_${key}`],
          [RUNTIME_LABEL, runtime.runtime_id],
          ['runtime_name', runtime.name],
          ['runtime_type', runtime.type],
        ]);
        const number = labels === undefined ? undefined : numberOf(series, { labels });
        if (number !== undefined) into.pushDouble(number, atMs, value);
      }
    },
  );
}

/** Stale markers for all series of a runtime that the day knows. @throws {RetryableError} UNAVAILABLE */
export async function markSeriesStale(
  organization: Organization,
  { runtimeId, atMs }: { readonly runtimeId: string; readonly atMs: number },
  ports: OwnSamplesPorts,
): Promise<void> {
  const { series: known } = await ports.days.dictionary({ organization, day: dayOf(atMs) });
  const own = [...known.values()].filter(({ labels }) =>
    labels.some(([name, value]) => name === RUNTIME_LABEL && value === runtimeId),
  );
  if (own.length === 0) return;
  await keepOwn(organization, { route: 'a runtime that is gone', atMs: ports.clock.now() }, ports, (series, into) => {
    for (const one of own) {
      const number = numberOf(series, one);
      if (number !== undefined) into.pushStale(number, atMs);
    }
  });
}

/** Of series that `write` finds, or adds. @throws {RetryableError} UNAVAILABLE */
export async function keepOwn(
  organization: Organization,
  { route, atMs }: { readonly route: string; readonly atMs: number },
  ports: OwnSamplesPorts,
  write: (series: SeriesResolver, into: Samples) => void,
): Promise<void> {
  const limits = await ports.limitsOf(organization);
  await collectSamples(
    { organization, limits, route, idempotencyKey: undefined, receivedMs: atMs },
    (series, into) => {
      write(series, into);
      return { rejected: [], metadata: [] };
    },
    ports,
  );
}

/** Undefined when it is over a limit. */
export function numberOf(resolver: SeriesResolver, series: Series): number | undefined {
  const key = new TextEncoder().encode(seriesKey(series));
  const found = resolver.find(key, 0, key.byteLength);
  if (found >= 0) return found;
  const added = resolver.add(key, 0, key.byteLength, series);
  return typeof added === 'number' ? added : undefined;
}
