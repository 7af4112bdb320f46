/** Which metrics the fleet is judged by, and how a series says whose it is. Other names? They are changed here, and nowhere else. */
import { collected } from '../../index.ts';
import type { CollectedSeries } from '../../index.ts';

/**
 * A sample a heartbeat: what a heartbeat says of the processor, 0 to 1, is kept as this series (a heartbeat that says nothing leaves no sample). Whoever
 * scrapes with Prometheus puts `up` here; of that, 0 is no heartbeat.
 */
export const heartbeats = collected('samples', { name: 'runtime_cpu_ema' });

/** Of heartbeats, too: the share of the memory that is taken, 0 to 1. */
export const memory = collected('samples', { name: 'runtime_memory_ema' });

/** A counter of requests, with a label that tells how they ended: see `isError`. */
export const requests = collected('samples', { name: 'http_requests_total' });

/** Seconds that requests took, as whole histograms: OpenTelemetry's, Prometheus's native ones, `{ count, sum, buckets }` of our JSON. */
export const durations = collected('samples', { name: 'http_request_duration_seconds' });

/** The same as series of buckets, as Prometheus's text and its remote write have them. */
export const durationBuckets = collected('samples', { name: 'http_request_duration_seconds_bucket' });

/** The share of a file system that is taken, 0 to 1, as OpenTelemetry names it. */
export const disks = collected('samples', { name: 'system.filesystem.utilization' });

/** The first of them that a series has names its service; without any, it is what its runtime's name has before a slash (`checkout/3`), or its type. */
const SERVICE_LABELS = ['service', 'service_name', 'service.name', 'job'];
const RUNTIME_LABELS = ['runtime_name', 'instance', 'pod', 'runtime_id'];

/** The first of them that a series has says how its requests ended; 5xx, `error` and `failure` are errors. */
const OUTCOME_LABELS = ['code', 'status', 'status_code', 'http_response_status_code', 'http.response.status_code'];
const ERROR_OUTCOME = /^(?:5..|error|failure)$/i;

export const DAY_MS = 86_400_000;
export const MINUTE_MS = 60_000;

/** How long a reading holds: the lookback of Prometheus. https://prometheus.io/docs/prometheus/latest/querying/basics/#staleness */
export const LOOKBACK_MS = 5 * MINUTE_MS;

export interface Origin {
  readonly organization: string;
  readonly service: string;
  readonly runtime: string;
}

export function originOf({ organization, labels }: Pick<CollectedSeries, 'organization' | 'labels'>): Origin {
  const runtime = firstOf(labels, RUNTIME_LABELS) ?? 'unknown';
  const service = firstOf(labels, SERVICE_LABELS) ?? (runtime.includes('/') ? runtime.split('/', 1)[0] : undefined);
  return { organization, service: service || labels['runtime_type'] || 'unknown', runtime };
}

/** Undefined where no label tells how requests ended. */
export function isError({ labels }: Pick<CollectedSeries, 'labels'>): boolean | undefined {
  const outcome = firstOf(labels, OUTCOME_LABELS);
  return outcome === undefined ? undefined : ERROR_OUTCOME.test(outcome);
}

/** The first of these labels that says something. */
export const firstOf = (labels: Readonly<Record<string, string>>, names: readonly string[]): string | undefined =>
  names.map((name) => labels[name]).find((value) => value !== undefined && value !== '');

/** `acme/checkout`, `acme/checkout/3`: the organization is always first, and a slash within a name is written as %2F. */
export const keyOf = (organization: string, ...names: readonly string[]): string =>
  [organization, ...names.map((name) => name.replaceAll('%', '%25').replaceAll('/', '%2F'))].join('/');

export const startOf = (date: string): number => Date.parse(`${date}T00:00:00Z`);

export interface Reading {
  readonly time: number;
  readonly value: number;
}

/** What of a series is a number, ascending by time, one a time (the larger): stale markers, NaN and histograms are none, and times are of the day. */
export function readingsOf({ times, values }: Pick<CollectedSeries, 'times' | 'values'>, date: string): Reading[] {
  const start = startOf(date);
  const readings: Reading[] = [];
  let isAscending = true;
  for (const [at, time] of times.entries()) {
    const value = values[at];
    if (typeof value !== 'number' || !(time >= start && time < start + DAY_MS)) continue;
    isAscending &&= time > (readings.at(-1)?.time ?? -Infinity);
    readings.push({ time, value });
  }
  if (isAscending) return readings;
  return readings
    .sort((a, b) => a.time - b.time || a.value - b.value)
    .filter(({ time }, at) => time !== readings[at + 1]?.time);
}

/** The day before. */
export const dayBefore = (date: string): string => new Date(startOf(date) - DAY_MS).toISOString().slice(0, 10);
