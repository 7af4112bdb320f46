/**
 * SIMULATED samples of a fleet that does not exist: three services of ten runtimes each, as Daymill's collector would hand them on. The same for the same
 * options, so that what was planted can be looked for.
 */
import type { CollectedSeries } from '../../index.ts';
import { DAY_MS, MINUTE_MS } from './fleet.ts';
import { type Incident, INCIDENTS, isDuring } from './simulated-incidents.ts';
import { type SeededRandom, seededRandom } from '../statistics/seeded-random.ts';

export interface SimulatedFleetOptions {
  /** `simulated` when absent. */
  readonly organization?: string;
  /** The first day, and how many. */
  readonly from: string;
  readonly days?: number;
  readonly seed?: number;
  readonly incidents?: readonly Incident[];
  /** All when absent. */
  readonly metrics?: readonly Metric[];
}

export const METRICS = {
  heartbeats: 'runtime_cpu_ema',
  memory: 'runtime_memory_ema',
  requests: 'http_requests_total',
  durations: 'http_request_duration_seconds',
  durationBuckets: 'http_request_duration_seconds_bucket',
  disks: 'system.filesystem.utilization',
} as const;
export type Metric = keyof typeof METRICS;

export interface SimulatedDay {
  readonly date: string;
  readonly series: Readonly<Record<Metric, readonly CollectedSeries[]>>;
  /** The durations that went into the histograms, by service, in seconds. */
  readonly durations: ReadonlyMap<string, readonly number[]>;
}

/** Requests a minute and runtime at noon of a weekday; seconds of the median request. */
const SERVICES = [
  { service: 'checkout', perMinute: 240, errorRate: 0.0002, seconds: 0.08, cpu: 0.35 },
  { service: 'search', perMinute: 900, errorRate: 0.0001, seconds: 0.03, cpu: 0.5 },
  { service: 'mail', perMinute: 60, errorRate: 0.0003, seconds: 0.4, cpu: 0.2 },
] as const;
const RUNTIMES = 10;

const HEARTBEAT_MINUTES = 1;
const REQUESTS_MINUTES = 5;
const DISK_MINUTES = 60;
const TIMED_A_READING = 4;
/** Of the exponential histograms: a quantile is off by 4.3 % at most. */
const SCALE = 3;
const BOUNDS = [0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10];
/** Traffic by weekday, from Sunday on. */
const WEEK = [0.5, 1, 1.05, 1.02, 1, 0.95, 0.6];

/** Day by day, as counters go on from one to the next. */
export function* simulatedFleet(options: SimulatedFleetOptions): Generator<SimulatedDay> {
  const { organization = 'simulated', from, days = 14, seed = 1, incidents = INCIDENTS } = options;
  const wanted = new Set(options.metrics ?? (Object.keys(METRICS) as Metric[]));
  const random = seededRandom(seed);
  const runtimes = SERVICES.flatMap((service) =>
    Array.from({ length: RUNTIMES }, (_, at) => runtimeOf(service, `${service.service}/${at}`, random)),
  );
  for (let day = 0; day < days; day++) {
    const startMs = Date.parse(`${from}T00:00:00Z`) + day * DAY_MS;
    const made = Object.fromEntries(Object.keys(METRICS).map((metric) => [metric, []])) as unknown as Record<
      Metric,
      CollectedSeries[]
    >;
    const durations = new Map<string, number[]>(SERVICES.map(({ service }) => [service, []]));
    for (const runtime of runtimes) {
      const own = incidents.filter(
        (one) =>
          one.service === runtime.service &&
          (!('runtime' in one) || one.runtime === undefined || one.runtime === runtime.runtime),
      );
      const context: Context = { organization, day, startMs, random, incidents: own };
      if (wanted.has('heartbeats') || wanted.has('memory')) addHeartbeats(runtime, context, made);
      if (wanted.has('requests')) addRequests(runtime, context, made);
      if (wanted.has('durations') || wanted.has('durationBuckets'))
        addDurations(runtime, context, made, durations.get(runtime.service) as number[]);
      if (wanted.has('disks')) addDisk(runtime, context, made);
    }
    for (const metric of Object.keys(METRICS) as Metric[]) if (!wanted.has(metric)) made[metric] = [];
    yield { date: new Date(startMs).toISOString().slice(0, 10), series: made, durations };
  }
}

type Service = (typeof SERVICES)[number];

interface Runtime {
  readonly service: string;
  readonly runtime: string;
  readonly about: Service;
  readonly disk: number;
  /** Second of the minute in which it beats. */
  readonly offsetMs: number;
  counted: { good: number; bad: number };
  timed: { count: number; sum: number; indexes: Map<number, number>; notAbove: number[] };
  /** The first reading of all says nothing of when it was counted. */
  isTimed: boolean;
}

interface Context {
  readonly organization: string;
  readonly day: number;
  readonly startMs: number;
  readonly random: SeededRandom;
  readonly incidents: readonly Incident[];
}

type Made = Record<Metric, CollectedSeries[]>;

const nothingTimed = (): Runtime['timed'] => ({ count: 0, sum: 0, indexes: new Map(), notAbove: BOUNDS.map(() => 0) });

const runtimeOf = (about: Service, runtime: string, random: SeededRandom): Runtime => ({
  service: about.service,
  runtime,
  about,
  disk: 0.2 + 0.3 * random.uniform(),
  offsetMs: Math.floor(random.uniform() * 50_000),
  counted: { good: 0, bad: 0 },
  timed: nothingTimed(),
  isTimed: false,
});

const holds = <K extends Incident['kind']>(
  { incidents, day }: Context,
  kind: K,
  minute: number,
): Extract<Incident, { kind: K }> | undefined =>
  incidents.find(
    (one): one is Extract<Incident, { kind: K }> =>
      one.kind === kind && (!('minutes' in one) || isDuring(one, day, minute)),
  );

function addHeartbeats({ runtime, about, offsetMs }: Runtime, context: Context, made: Made): void {
  const { organization, startMs, random } = context;
  const times: number[] = [];
  const cpu: number[] = [];
  const memory: number[] = [];
  for (let minute = 0; minute < 1_440; minute += HEARTBEAT_MINUTES) {
    if (holds(context, 'silent', minute) !== undefined) continue;
    const load = holds(context, 'hot', minute)?.cpu ?? about.cpu * (0.7 + 0.3 * daily(minute));
    times.push(startMs + minute * MINUTE_MS + offsetMs + Math.floor(random.uniform() * 5_000));
    cpu.push(within(load + 0.02 * random.normal()));
    memory.push(within(0.55 + 0.02 * random.normal()));
  }
  if (times.length === 0) return;
  // As the collector labels what heartbeats say; the id is no real hash.
  const labels = { runtime_id: runtime.replace('/', '0'), runtime_name: runtime, runtime_type: 'server_api' };
  made.heartbeats.push({ organization, labels: { __name__: METRICS.heartbeats, ...labels }, times, values: cpu });
  made.memory.push({ organization, labels: { __name__: METRICS.memory, ...labels }, times, values: memory });
}

function addRequests(runtime: Runtime, context: Context, made: Made): void {
  const { organization, startMs, random, day, incidents } = context;
  const { about, offsetMs } = runtime;
  const times: number[] = [];
  const good: number[] = [];
  const bad: number[] = [];
  const surge = incidents.find((one) => one.kind === 'traffic' && one.day === day);
  const factor = surge?.kind === 'traffic' ? surge.factor : 1;
  for (let minute = 0; minute < 1_440; minute += REQUESTS_MINUTES) {
    if (restarts(context, minute, REQUESTS_MINUTES)) runtime.counted = { good: 0, bad: 0 };
    if (holds(context, 'silent', minute) === undefined) {
      const asked = random.poisson(factor * REQUESTS_MINUTES * about.perMinute * daily(minute) * weekly(startMs));
      const rate = holds(context, 'errors', minute)?.errorRate ?? about.errorRate;
      const failed = Math.min(asked, random.poisson(asked * rate));
      runtime.counted.good += asked - failed;
      runtime.counted.bad += failed;
      times.push(startMs + minute * MINUTE_MS + offsetMs);
      good.push(runtime.counted.good);
      bad.push(runtime.counted.bad);
    }
  }
  if (times.length === 0) return;
  const labels = { __name__: METRICS.requests, service: runtime.service, instance: runtime.runtime };
  made.requests.push(
    { organization, labels: { ...labels, code: '200' }, times, values: good },
    { organization, labels: { ...labels, code: '503' }, times, values: bad },
  );
}

function addDurations(runtime: Runtime, context: Context, made: Made, all: number[]): void {
  const { organization, startMs, random } = context;
  const times: number[] = [];
  const histograms: Record<string, unknown>[] = [];
  const buckets: number[][] = [...BOUNDS, Infinity].map(() => []);
  for (let minute = 0; minute < 1_440; minute += REQUESTS_MINUTES) {
    if (restarts(context, minute, REQUESTS_MINUTES)) runtime.timed = nothingTimed();
    if (holds(context, 'silent', minute) !== undefined) continue;
    const factor = holds(context, 'slow', minute)?.factor ?? 1;
    const { timed } = runtime;
    for (let request = 0; request < TIMED_A_READING; request++) {
      const seconds = runtime.about.seconds * factor * Math.exp(0.5 * random.normal());
      if (runtime.isTimed) all.push(seconds);
      const index = Math.ceil(Math.log2(seconds) * 2 ** SCALE) - 1;
      timed.count++;
      timed.sum += seconds;
      timed.indexes.set(index, (timed.indexes.get(index) ?? 0) + 1);
      for (const [at, bound] of BOUNDS.entries()) if (seconds <= bound) timed.notAbove[at]! += 1;
    }
    runtime.isTimed = true;
    times.push(startMs + minute * MINUTE_MS + runtime.offsetMs);
    histograms.push(exponentialOf(timed));
    for (const [at, values] of buckets.entries()) values.push(timed.notAbove[at] ?? timed.count);
  }
  if (times.length === 0) return;
  const labels = { service: runtime.service, instance: runtime.runtime };
  made.durations.push({
    organization,
    labels: { __name__: METRICS.durations, ...labels },
    temporality: 'cumulative',
    times,
    values: histograms,
  });
  for (const [at, values] of buckets.entries()) {
    const le = at < BOUNDS.length ? String(BOUNDS[at]) : '+Inf';
    made.durationBuckets.push({
      organization,
      labels: { __name__: METRICS.durationBuckets, ...labels, le },
      times,
      values,
    });
  }
}

/** As the collector hands it on. */
function exponentialOf({ count, sum, indexes }: Runtime['timed']): Record<string, unknown> {
  const known = [...indexes.keys()];
  const offset = Math.min(...known);
  const counts = Array.from({ length: Math.max(...known) - offset + 1 }, (_, at) =>
    String(indexes.get(offset + at) ?? 0),
  );
  return {
    kind: 'exponential',
    count: String(count),
    sum,
    schema: SCALE,
    zeroThreshold: 0,
    zeroCount: '0',
    positive: [{ offset, counts }],
    negative: [],
  };
}

function addDisk(
  { service, runtime, disk }: Runtime,
  { organization, day, startMs, random, incidents }: Context,
  made: Made,
): void {
  const times: number[] = [];
  const values: number[] = [];
  const filling = incidents.find((one) => one.kind === 'filling');
  for (let minute = 0; minute < 1_440; minute += DISK_MINUTES) {
    const grown = filling?.kind === 'filling' ? Math.max(0, day + minute / 1_440 - filling.day) * filling.perDay : 0;
    times.push(startMs + minute * MINUTE_MS);
    values.push(within(disk + grown + 0.002 * random.normal()));
  }
  const labels = { __name__: METRICS.disks, service, instance: runtime, device: 'sda1', mountpoint: '/var' };
  made.disks.push({ organization, labels, times, values });
}

const restarts = ({ incidents, day }: Context, minute: number, step: number): boolean =>
  incidents.some(
    (one) => one.kind === 'restart' && one.day === day && one.minute >= minute && one.minute < minute + step,
  );

/** Least at 4 in the morning, most at 4 in the afternoon. */
const daily = (minute: number): number => 0.65 - 0.35 * Math.cos((2 * Math.PI * (minute - 240)) / 1_440);
const weekly = (startMs: number): number => WEEK[new Date(startMs).getUTCDay()] as number;
const within = (share: number): number => Math.min(1, Math.max(0, share));
