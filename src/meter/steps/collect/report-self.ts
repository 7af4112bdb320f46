/** The collecting function as a runtime of its own organization: its requests, latencies, memory and queue go the way of all samples. */
import { DEFAULT_LIMITS } from '../../model/limits.ts';
import type { Organization } from '../../model/organization.ts';
import { runtimeIdOf, RuntimeRegistration } from '../../model/runtime.ts';
import { RUNTIME_LABEL } from '../../formats/json/item-reader.ts';
import { NAME_LABEL, sortedLabels } from '../../model/series.ts';
import { heartbeat, type HeartbeatPorts } from '../runtimes/heartbeat.ts';
import { registerRuntime, type RegisterPorts } from '../runtimes/register-runtime.ts';
import type { Figures } from './figures.ts';
import type { GroupCommit } from './group-commit.ts';
import { keepOwn, numberOf, type OwnSamplesPorts } from './own-samples.ts';

/** One of a deployment, however many instances it has: they come and go. */
const NAME = 'daymill-collect';

const SELF = RuntimeRegistration.parse({ name: NAME, type: 'server_api' });

const MIB = 1_048_576;

export interface ReportSelfPorts extends OwnSamplesPorts, HeartbeatPorts, Omit<RegisterPorts, 'limits'> {
  readonly figures: Pick<Figures, 'read'>;
  readonly group: Pick<GroupCommit, 'add' | 'waiting'>;
}

/** `instance`: as logs name the process. `residentBytes`: what it takes. @throws {RetryableError} UNAVAILABLE */
export async function reportSelf(
  {
    organization,
    instance,
    residentBytes,
  }: { readonly organization: Organization; readonly instance: string; readonly residentBytes: number },
  ports: ReportSelfPorts,
): Promise<void> {
  const runtimeId = runtimeIdOf(NAME);
  if ((await ports.known.read(organization, runtimeId)) === undefined)
    await registerRuntime(organization, SELF, { ...ports, limits: DEFAULT_LIMITS });
  const { samples, events, rejected, requests, latency } = ports.figures.read();
  const waiting = ports.group.waiting().samples;
  const told: Readonly<Record<string, number>> = {
    daymill_collected_samples_total: samples,
    daymill_collected_events_total: events,
    daymill_rejected_items_total: rejected,
    daymill_requests_total: requests,
    daymill_request_seconds_p50: latency.p50 / 1_000,
    daymill_request_seconds_p99: latency.p99 / 1_000,
    daymill_resident_bytes: residentBytes,
    daymill_waiting_samples: waiting,
  };
  const atMs = ports.clock.now();
  await keepOwn(organization, { route: 'its own metrics', atMs }, ports, (series, into) => {
    for (const [name, value] of Object.entries(told)) {
      const labels = sortedLabels([
        [NAME_LABEL, name],
        [RUNTIME_LABEL, runtimeId],
        ['instance', instance],
      ]);
      const number = labels === undefined ? undefined : numberOf(series, { labels });
      if (number !== undefined) into.pushDouble(number, atMs, value);
    }
  });
  const metrics = { memory_ema: residentBytes / MIB, queue_len_ema: waiting };
  await heartbeat(organization, { runtimeId, beat: { metrics } }, ports);
}
