/** Events, what they are asked by, and what they come to. Pure. */
import { daysOf, type Range } from './range.ts';

export const KINDS = ['commands', 'agents', 'productivity', 'sessions'] as const;
export type Kind = (typeof KINDS)[number];

/** Under which member each is sent, as POST /api/metrics/batch has it. */
export const MEMBERS: Readonly<Record<Kind, string>> = {
  commands: 'command_executions',
  agents: 'agent_interactions',
  productivity: 'productivity_metrics',
  sessions: 'sessions',
};

/** What an event of a kind is called by. */
const NAMED: Readonly<Record<Kind, readonly string[]>> = {
  commands: ['command_name'],
  agents: ['agent_name'],
  productivity: ['metric_name'],
  sessions: [],
};

const HAS_STATUS = new Set<Kind>(['commands', 'agents']);

/** The member whose numbers are measured. */
export const MEASURED: Readonly<Record<Kind, string>> = {
  commands: 'execution_time_ms',
  agents: 'execution_time_ms',
  productivity: 'metric_value',
  sessions: 'duration_ms',
};

/** By what a kind is narrowed down, and grouped. Who does not see people is not offered them. */
export const facetsOf = (kind: Kind, seesPeople: boolean): readonly string[] => [
  ...(seesPeople ? ['user_id'] : []),
  'team_id',
  ...NAMED[kind],
  ...(HAS_STATUS.has(kind) ? ['status'] : []),
];

/** `command_name` is `command`. */
export const wordOf = (member: string): string => member.replace(/_(?:id|name)$/, '');

/** At the head of a column. */
export const titleOf = (member: string): string => wordOf(member).replace(/^./, (first) => first.toUpperCase());

/** Roles that see who it was: as src/meter/answers/events/select-events.ts has it. */
export const seesPeople = (role: string): boolean => role === 'manager' || role === 'admin';

export type Filters = Readonly<Record<string, string>>;

export function filtersIn(query: URLSearchParams, facets: readonly string[]): Filters {
  return Object.fromEntries(
    facets.flatMap((name) => {
      const value = query.get(name);
      return value === null || value === '' ? [] : [[name, value]];
    }),
  );
}

/** As GET /api/metrics/aggregated answers it. */
export interface AggregatedRow {
  readonly window: string;
  readonly group: Readonly<Record<string, string>>;
  readonly values: Readonly<Record<string, number>>;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Days of which hours are still told apart. */
const HOURLY_DAYS = 4;

/** Of days up to now whole ones, today the last of them: that is what events are counted by. */
export function wholeDays(range: Range): Range {
  const { startMs, endMs, isMoving } = range;
  if (!isMoving || endMs - startMs < DAY_MS) return range;
  return { ...range, startMs: Math.floor(startMs / DAY_MS) * DAY_MS + DAY_MS };
}

/** Whether somebody has chosen less than the days that it touches. */
export const isPart = ({ startMs, isMoving }: Range): boolean => !isMoving && startMs % DAY_MS !== 0;

export interface Bars {
  readonly window: 'hour' | 'day';
  readonly widthMs: number;
}

export function barsOf(range: Range): Bars {
  const { from, to } = daysOf(range);
  const days = (Date.parse(to) - Date.parse(from)) / DAY_MS + 1;
  return days <= HOURLY_DAYS ? { window: 'hour', widthMs: HOUR_MS } : { window: 'day', widthMs: DAY_MS };
}

/** Times in seconds, all events, and those among them that did not succeed: a column a bar, 0 where there was nothing. */
export function histogram(rows: readonly AggregatedRow[], range: Range): [number[], number[], number[]] {
  const { widthMs } = barsOf(range);
  const { from, to } = daysOf(range);
  const startMs = Date.parse(from);
  const length = Math.round((Date.parse(to) + DAY_MS - startMs) / widthMs);
  const times = Array.from({ length }, (_, at) => (startMs + at * widthMs) / 1_000);
  const [all, failed] = [times.map(() => 0), times.map(() => 0)];
  for (const { window, group, values } of rows) {
    const at = Math.round((Date.parse(window.length > 10 ? `${window}Z` : window) - startMs) / widthMs);
    const many = values['count'] ?? 0;
    if (all[at] === undefined || failed[at] === undefined) continue;
    all[at] += many;
    if (isFailure(group['status'])) failed[at] += many;
  }
  return [times, all, failed];
}

/** What somebody cancelled did not fail. */
const isFailure = (status = ''): boolean => status === 'error' || status === 'timeout';

export interface Figure {
  readonly of: string;
  readonly count: number;
  /** Of those that say how they ended; undefined where none does. */
  readonly successRate: number | undefined;
  readonly p50: number | undefined;
  readonly p95: number | undefined;
  readonly sum: number | undefined;
  readonly inputTokens?: number | undefined;
  readonly outputTokens?: number | undefined;
}

/** A row a group: of counts by status, and of what was measured. Without `by` it is one, of all. */
export function figuresOf(
  by: string | undefined,
  byStatus: readonly AggregatedRow[],
  measured: readonly AggregatedRow[],
  tokens: { readonly input: readonly AggregatedRow[]; readonly output: readonly AggregatedRow[] } = {
    input: [],
    output: [],
  },
): readonly Figure[] {
  const nameOf = ({ group }: AggregatedRow): string => (by === undefined ? '' : (group[by] ?? ''));
  const sumIn = (rows: readonly AggregatedRow[], name: string): number | undefined =>
    rows.find((row) => nameOf(row) === name)?.values['sum'];
  const ended = new Map<string, { all: number; well: number }>();
  for (const row of byStatus) {
    const status = row.group['status'] ?? '';
    if (status === '') continue;
    const many = row.values['count'] ?? 0;
    const known = ended.get(nameOf(row)) ?? { all: 0, well: 0 };
    ended.set(nameOf(row), { all: known.all + many, well: known.well + (status === 'success' ? many : 0) });
  }
  const figures = measured.map((row): Figure => {
    const [name, outcome] = [nameOf(row), ended.get(nameOf(row))];
    const { count = 0, p50, p95, sum } = row.values;
    return {
      of: name,
      count,
      successRate: outcome === undefined ? undefined : outcome.well / outcome.all,
      p50,
      p95,
      sum,
      inputTokens: sumIn(tokens.input, name),
      outputTokens: sumIn(tokens.output, name),
    };
  });
  return figures.toSorted((a, b) => b.count - a.count);
}

/** `+12 %`, of a share in points; '' where there is nothing to compare with. */
export function change(now: number | undefined, before: number | undefined, isShare = false): string {
  if (now === undefined || before === undefined || (!isShare && before === 0)) return '';
  const value = isShare ? (now - before) * 100 : (now / before - 1) * 100;
  const size = Number(Math.abs(value).toFixed(Math.abs(value) >= 10 ? 0 : 1));
  if (size === 0) return '±0';
  return `${value > 0 ? '+' : '−'}${size} ${isShare ? 'points' : '%'}`;
}

/** As long as it, and just before. */
export function before(range: Range): Range {
  const { from, to } = daysOf(range);
  const [startMs, endMs] = [Date.parse(from), Date.parse(to) + DAY_MS];
  return { startMs: 2 * startMs - endMs, endMs: startMs, isMoving: false };
}

export type Event = Readonly<Record<string, unknown>> & { readonly id: string; readonly timestamp: string };

/** Those of the time, the newest first. */
export const within = (events: readonly Event[], { startMs, endMs }: Range): readonly Event[] =>
  events
    .filter(({ timestamp }) => {
      const at = Date.parse(timestamp);
      return at >= startMs && at < Math.max(endMs, startMs + 1);
    })
    .toReversed();

export const textIn = (event: Event, name: string): string => {
  const value = event[name];
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
};
