/** Components and how long ago each was heard of. Pure. */

/** As GET /api/runtime has it. */
export interface Runtime {
  readonly runtime_id: string;
  readonly name: string;
  readonly type: string;
  readonly status: string;
  readonly base_url?: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly capabilities: readonly string[];
  readonly capacity?: number;
  readonly runtime_info: Readonly<Record<string, unknown>>;
  readonly heartbeat_interval_seconds: number;
  readonly registered_at: string;
  readonly status_since: string;
}

/** The live state by key, as GET /api/runtime/:id has it. */
export type Figures = Readonly<Record<string, number>>;

/** Heartbeats that may stay away before nobody knows whether it is there: as src/meter/model/runtime.ts has it. */
const MISSED = 3;

const silenceMs = ({ heartbeat_interval_seconds: seconds }: Runtime): number => seconds * 1_000 * MISSED;

/** 1 of one that was heard of just now, 0 of one that is silent for too long; undefined of one that never was. */
export function freshness(runtime: Runtime, heardMs: number | undefined, nowMs: number): number | undefined {
  if (heardMs === undefined) return undefined;
  return Math.min(1, Math.max(0, 1 - (nowMs - heardMs) / silenceMs(runtime)));
}

export const isStale = (runtime: Runtime, heardMs: number | undefined, nowMs: number): boolean =>
  runtime.status === 'offline' || (freshness(runtime, heardMs, nowMs) ?? 0) === 0;

/** By name, those that nothing is heard of at the end. */
export function sunk(
  runtimes: readonly Runtime[],
  heard: ReadonlyMap<string, number>,
  nowMs: number,
): readonly Runtime[] {
  const isLow = (one: Runtime): number => Number(isStale(one, heard.get(one.runtime_id), nowMs));
  return runtimes.toSorted((a, b) => isLow(a) - isLow(b) || (a.name < b.name ? -1 : Number(a.name > b.name)));
}

/** Whether any of its words says it. */
export function fits({ name, type, status, labels, runtime_info: info }: Runtime, wanted: string): boolean {
  const text = JSON.stringify([name, type, status, labels, info]).toLowerCase();
  return wanted
    .toLowerCase()
    .split(/\s+/)
    .every((word) => text.includes(word));
}

/** In the order in which they are looked at; what a project made up comes after them. */
const FIRST = [
  'cpu_ema',
  'memory_ema',
  'queue_len_ema',
  'avg_job_time',
  'throughput',
  'success_count',
  'failure_count',
];

/** Columns of a table that still fits. */
const MAX_KEYS = 8;

/** Keys that any of them has. What weighs by time alone says nearly the same as its like: it is among the details. */
export function keysOf(figures: readonly Figures[]): readonly string[] {
  const keys = new Set(figures.flatMap((one) => Object.keys(one)));
  keys.delete('last_heartbeat');
  const rank = (key: string): number => (FIRST.includes(key) ? FIRST.indexOf(key) : FIRST.length);
  return [...keys]
    .filter((key) => !key.endsWith('_time_ema'))
    .toSorted((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .slice(0, MAX_KEYS);
}

/** As of a table's head: `queue_len_ema` is `Queue len`. */
export const wordsOf = (key: string): string =>
  key
    .replace(/_ema$/, '')
    .replaceAll('_', ' ')
    .replace(/^./, (first) => first.toUpperCase());

export const infoOf = ({ runtime_info: info, labels }: Runtime, name: string): string => {
  const value = info[name] ?? labels[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
