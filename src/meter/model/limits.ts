/** What an organization may send, under the names that Mimir's operators know. https://grafana.com/docs/mimir/latest/configure/configuration-parameters/#limits */
import { z } from 'zod';

const count = z.number().int().positive();

/** What nobody drops goes by itself after 400 days. */
const retained = z.number().int().min(1).max(400);

export const OrganizationLimits = z
  .object({
    ingestion_rate: count.default(100_000).describe('samples and events a second, all instances together'),
    ingestion_burst_size: count.default(1_000_000).describe('samples and events that may come at once'),
    request_rate: count.default(1_000).describe('requests a second of routes that write single items'),
    batch_request_rate: count.default(10_000).describe('requests a second of routes that write many'),
    read_request_rate: count.default(1_000).describe('requests a second that read'),
    max_global_series_per_user: count.default(1_000_000).describe('series a day'),
    max_label_names_per_series: count.default(64).describe('beside the name'),
    max_label_name_length: count.default(1_024).describe('bytes'),
    max_label_value_length: count.default(2_048).describe('bytes'),
    max_metadata_length: count.default(1_024).describe('bytes of a help text or a unit; the rest is cut off'),
    creation_grace_period: count.default(600).describe('seconds that a timestamp may be ahead of our clock'),
    past_grace_period: count.default(7 * 86_400).describe('seconds that a timestamp may lie in the past'),
    max_samples_per_query: count
      .default(10_000_000)
      .describe('samples that a query reads, and values that it makes on the way'),
    max_fetched_series_per_query: count.default(100_000).describe('series that one selector of a query may mean'),
    query_timeout: count.default(60).describe('seconds that a query may take'),
    samples_retention_days: retained
      .default(30)
      .describe('days that samples are kept, never shorter than they may come late'),
    rollups_retention_days: retained.default(400).describe('days that what samples are rolled up to is kept'),
    events_retention_days: retained.default(400).describe('days that events are kept'),
    live_retention_days: retained.default(2).describe('days that minutes of live windows are kept'),
    max_runtimes: count.default(100_000).describe('components that are registered'),
  })
  .describe('limits of an organization');
export type OrganizationLimits = z.infer<typeof OrganizationLimits>;

export const DEFAULT_LIMITS: OrganizationLimits = OrganizationLimits.parse({});
