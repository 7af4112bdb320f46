/**
 * The meter of 1, 10, 100 and 1,000 times a base against the same limits: analytic where a rate follows from the code, by the real pure rooms
 * where they decide (leases of quotas, live windows, dictionaries, shards).
 */
import { shardOf } from '../src/google/meter/live-paths.ts';
import { COLLECT } from '../src/deploy/services.ts';
import { answered, decide, grant, type Lease, NO_LEASE } from '../src/meter/limits/lease.ts';
import { ingestionRate } from '../src/meter/limits/rates.ts';
import { MAX_PART_BYTES } from '../src/meter/live/minute-part.ts';
import { DEFAULT_WINDOW_BYTES, LiveWindows } from '../src/meter/live/windows.ts';
import { DEFAULT_LIMITS } from '../src/meter/model/limits.ts';
import type { Series } from '../src/meter/model/series.ts';
import { encodeDictionaryPart } from '../src/meter/segments/dictionary-part.ts';
import { LINGER_MS } from '../src/meter/steps/collect/group-commit.ts';
import { PRICE_TABLES } from '../src/mill/model/price-table.ts';

/** 100 times it is what issue 17 asks for: 100,000 runtimes, a million live series, 1,000 organizations. */
const BASE = { runtimes: 1_000, series: 10_000, organizations: 10 } as const;
const FACTORS = [1, 10, 100, 1_000] as const;

/** Of a runtime: a heartbeat, and a request with the samples of its series. */
const HEARTBEAT_SECONDS = 30;
const SAMPLE_SECONDS = 15;

/** Of a request and a heartbeat (docs/collect.md: 34 µs without HTTP; the rest assumed), and of a sample (the same, remote write 1.0). */
const PROCESSOR_MS = { request: 0.5, heartbeat: 0.3, sample: 0.0016 } as const;
/** Of an instance's processor that may be used before there is another. */
const BUSY = 0.6;

/** Between writes of live metrics, and of the feed: src/http/collect-listener.ts, src/meter/steps/live/live-hub.ts. */
const LIVE_EVERY_SECONDS = 5;
const FEED_EVERY_SECONDS = 1;

/** Series that one commit defines: src/google/meter/day-series.ts. */
const SERIES_A_COMMIT = 4_000;
const MONTH_SECONDS = 30 * 86_400;

interface Load {
  readonly factor: number;
  readonly runtimes: number;
  readonly series: number;
  readonly organizations: number;
  readonly requests: number;
  readonly samples: number;
  readonly wanted: number;
  readonly instances: number;
}

function loadOf(factor: number): Load {
  const [runtimes, series] = [BASE.runtimes * factor, BASE.series * factor];
  const [requests, samples] = [runtimes / SAMPLE_SECONDS, series / SAMPLE_SECONDS];
  const { request, heartbeat, sample } = PROCESSOR_MS;
  const processors = (requests * request + (runtimes / HEARTBEAT_SECONDS) * heartbeat + samples * sample) / 1_000;
  const wanted = Math.ceil(processors / BUSY);
  const organizations = BASE.organizations * factor;
  return {
    factor,
    runtimes,
    series,
    organizations,
    requests,
    samples,
    wanted,
    instances: Math.min(wanted, COLLECT.maxInstances),
  };
}

export function meterTables(): (readonly [title: string, lines: readonly string[]])[] {
  const loads = FACTORS.map(loadOf);
  const windows = measureWindows();
  return [
    ['The meter: one organization has all of it', inOne(loads, windows)],
    ['The meter: as many organizations, alike', inMany(loads, windows)],
  ];
}

function inOne(loads: readonly Load[], windows: Windows): string[] {
  const part = dictionaryBytes();
  return tableOf(
    [
      'times',
      'runtimes',
      'live series',
      'samples a second',
      `instances (${COLLECT.maxInstances} at most)`,
      'a live shard, writes a second',
      'the quota',
      "a day's head: s of new series at one a second",
      'its dictionary, MB',
      'windows of an instance, MB',
      'minutes, documents a minute',
    ],
    loads.map((load) => [
      count(load.factor),
      count(load.runtimes),
      count(load.series),
      count(load.samples),
      count(load.wanted),
      shardWrites(load).toFixed(2),
      quotaWrites(load).toFixed(2),
      count(load.series / SERIES_A_COMMIT),
      ((Math.ceil(load.series / SERIES_A_COMMIT) * part) / 1e6).toFixed(1),
      `${count((load.series * windows.bytesASeries) / 1e6)} of ${count(DEFAULT_WINDOW_BYTES / 1e6)}`,
      count(minuteDocuments(load, 1, windows)),
    ]),
  );
}

function inMany(loads: readonly Load[], windows: Windows): string[] {
  const { firestore, functions } = PRICE_TABLES['us-central1'];
  return tableOf(
    [
      'times',
      'organizations',
      'segments a second',
      'live metrics a second',
      'minutes a second',
      'quotas a second',
      'feeds a second',
      'dollars a month',
    ],
    loads.map((load) => {
      const each: Load = {
        ...load,
        runtimes: load.runtimes / load.organizations,
        samples: load.samples / load.organizations,
        requests: load.requests / load.organizations,
      };
      const segments = segmentWrites(load);
      const live = liveWrites(each) * load.organizations;
      const minutes = minuteDocuments(load, load.organizations, windows) / 60;
      const quotas = quotaWrites(each) * load.organizations;
      const feeds = load.instances / FEED_EVERY_SECONDS;
      // Each document is deleted in the end, but for those that are written over.
      const perSecond =
        (segments + minutes) * (firestore.write + firestore.delete) + (live + quotas + feeds) * firestore.write;
      const machines =
        load.instances * (COLLECT.cpus * functions.vcpuSecond + (COLLECT.memoryMB / 1_024) * functions.gibSecond);
      const dollars = (perSecond + machines + load.requests * functions.request) * MONTH_SECONDS;
      return [
        count(load.factor),
        count(load.organizations),
        ...[segments, live, minutes, quotas, feeds].map((one) => one.toFixed(1)),
        count(dollars),
      ];
    }),
  );
}

/** To the fullest of 256 shards: an instance writes it when one of its runtimes was heard of since the last time. */
export function shardWrites({ runtimes, instances }: Pick<Load, 'runtimes' | 'instances'>): number {
  const sizes = new Map<string, number>();
  for (let at = 0; at < runtimes; at++) {
    const shard = shardOf(`runtime-${at}`);
    sizes.set(shard, (sizes.get(shard) ?? 0) + 1);
  }
  const heard = (Math.max(...sizes.values()) / HEARTBEAT_SECONDS) * LIVE_EVERY_SECONDS;
  return (instances * (1 - Math.exp(-heard / instances))) / LIVE_EVERY_SECONDS;
}

/** All shards of an organization together, and the mark of each commit, of which one takes a hundred runtimes. */
function liveWrites({ runtimes, instances }: Load): number {
  const heard = (runtimes / 256 / HEARTBEAT_SECONDS) * LIVE_EVERY_SECONDS;
  const shards = instances * 256 * (1 - Math.exp(-heard / instances));
  const changed = (runtimes / HEARTBEAT_SECONDS) * LIVE_EVERY_SECONDS;
  return (shards + Math.max(Math.min(instances, changed), changed / 100)) / LIVE_EVERY_SECONDS;
}

/** By the real leases: as many instances, a minute of requests. */
export function quotaWrites({
  samples,
  requests,
  instances,
}: Pick<Load, 'samples' | 'requests' | 'instances'>): number {
  const seconds = 60;
  const limits = { ...DEFAULT_LIMITS, ingestion_rate: Math.max(DEFAULT_LIMITS.ingestion_rate, Math.ceil(2 * samples)) };
  const rate = ingestionRate(limits);
  const leases: Lease[] = Array.from({ length: instances }, () => NO_LEASE);
  const cost = Math.max(1, Math.round(samples / requests));
  let [tatMs, writes] = [-Infinity, 0];
  for (let at = 0; at < requests * seconds; at++) {
    const nowMs = (at / requests) * 1_000;
    const held = at % instances;
    const decision = decide(leases[held] as Lease, cost, rate, nowMs);
    if (decision.kind === 'passed') leases[held] = decision.lease;
    if (decision.kind !== 'ask') continue;
    const granted = grant(tatMs, decision.ask, rate, nowMs);
    if (granted.ok) [tatMs, writes] = [granted.tatMs, writes + 1];
    leases[held] = answered(leases[held] as Lease, decision.ask, granted, nowMs);
  }
  return writes / seconds;
}

/** A group of each instance has a segment of each organization that sent in it. */
function segmentWrites({ requests, instances, organizations }: Load): number {
  const groups = Math.min(requests, (instances * 1_000) / LINGER_MS);
  const inGroup = requests / groups;
  return groups * organizations * (1 - (1 - 1 / organizations) ** inGroup);
}

/** Of each organization and instance one at least; a series is in those of the instances that its four samples of a minute came to. */
function minuteDocuments({ series, instances }: Load, organizations: number, { bytesAMinute }: Windows): number {
  const share = 1 - (1 - 1 / instances) ** (60 / SAMPLE_SECONDS);
  const bytes = (series / organizations) * share * bytesAMinute;
  return organizations * instances * Math.ceil(bytes / MAX_PART_BYTES);
}

interface Windows {
  readonly bytesASeries: number;
  /** Of a series and minute, written. */
  readonly bytesAMinute: number;
}

/** The real windows of noisy gauges over a quarter of an hour: balancers send a series to any instance, so that each has all of them. */
function measureWindows(): Windows {
  const [series, minutes] = [5_000, 16];
  const windows = new LiveWindows();
  let [bytes, closed] = [0, 0];
  for (let step = 0; step < (minutes * 60) / SAMPLE_SECONDS; step++) {
    const atMs = step * SAMPLE_SECONDS * 1_000;
    for (let one = 0; one < series; one++) {
      const value = Math.abs(Math.sin(one * 1.7 + step * 12.9898) * 43_758.5453);
      windows.add('org', one, { kind: 'gauge', atMs, value }, atMs);
    }
    for (const part of windows.close(atMs, (_, number) => `id-${number}`)) {
      bytes += part?.data.length ?? 0;
      closed += part?.series ?? 0;
    }
  }
  return { bytesASeries: windows.counts().bytes / series, bytesAMinute: bytes / closed };
}

/** Of a part with as many series as a commit defines, six labels each. */
function dictionaryBytes(): number {
  const series = Array.from({ length: SERIES_A_COMMIT }, (_, at): Series => ({
    labels: [
      ['__name__', `metric_${at % 100}_total`],
      ['instance', `runtime-${Math.floor(at / 100)}`],
      ['job', 'fleet'],
      ['mode', ['user', 'system', 'idle', 'wait'][at % 4] ?? ''],
      ['pod', `pod-${(Math.imul(at, 0x9e37_79b1) >>> 0).toString(36)}`],
      ['zone', `zone-${at % 3}`],
    ],
  }));
  return encodeDictionaryPart({ series, metadata: [] }).byteLength;
}

const tableOf = (titles: readonly string[], rows: readonly (readonly string[])[]): string[] => [
  `| ${titles.join(' | ')} |`,
  `|${'--:|'.repeat(titles.length)}`,
  ...rows.map((row) => `| ${row.join(' | ')} |`),
];

const count = (value: number): string => Math.ceil(value).toLocaleString('en');
