/** The few figures that a team looks at first. */
import { addDays, dayOf } from '../../../values/date.ts';
import type { EventKind } from '../../model/event.ts';
import { aggregateEvents, type AggregateRequest, type AggregateRow } from './aggregate-events.ts';
import { type Asker, type EventPorts, numberOf, selectEvents, textOf } from './select-events.ts';

export const TIME_RANGES = { '1d': 1, '7d': 7, '30d': 30, '90d': 90 } as const;
export type TimeRange = keyof typeof TIME_RANGES;

export interface Dashboard {
  readonly from: string;
  readonly to: string;
  readonly commands: {
    readonly count: number;
    readonly successRate: number | null;
    readonly byName: readonly AggregateRow[];
  };
  readonly agents: {
    readonly count: number;
    readonly inputTokens: number;
    readonly outputTokens: number;
    readonly byName: readonly AggregateRow[];
  };
  readonly activeUsers: number;
  readonly byDay: readonly AggregateRow[];
}

/** Of commands and agents, the first. */
const TOP = 10;

/** Days of UTC, today the last of them. */
export async function readDashboard(
  { range, teamId, nowMs }: { readonly range: TimeRange; readonly teamId: string | undefined; readonly nowMs: number },
  asker: Asker,
  ports: EventPorts,
): Promise<Dashboard> {
  const to = dayOf(nowMs);
  const from = addDays(to, 1 - TIME_RANGES[range]);
  const of = (
    kind: EventKind,
    groupBy: readonly string[],
    window: AggregateRequest['window'] = 'all',
  ): AggregateRequest => ({
    kind,
    from,
    to,
    equals: teamId === undefined ? {} : { team_id: teamId },
    window,
    timeZone: 'UTC',
    groupBy,
    functions: ['count', 'avg', 'p95'],
    of: 'execution_time_ms',
  });
  const rows = async (request: AggregateRequest): Promise<readonly AggregateRow[]> =>
    (await aggregateEvents(request, { limit: 10_000 }, asker, ports)).rows;
  const [byStatus, byCommand, byAgent, byDay, totals] = await Promise.all([
    rows(of('commands', ['status'])),
    rows(of('commands', ['command_name'])),
    rows(of('agents', ['agent_name'])),
    rows(of('commands', [], 'day')),
    totalsOf(of('agents', []), of('commands', []), asker, ports),
  ]);
  const count = sumOf(byStatus);
  const succeeded = sumOf(byStatus.filter(({ group }) => group['status'] === 'success'));
  return {
    from,
    to,
    commands: { count, successRate: count === 0 ? null : succeeded / count, byName: topOf(byCommand) },
    agents: { count: sumOf(byAgent), ...totals.tokens, byName: topOf(byAgent) },
    activeUsers: totals.users,
    byDay,
  };
}

const countOf = ({ values }: AggregateRow): number => values.count ?? 0;
const sumOf = (rows: readonly AggregateRow[]): number => rows.reduce((sum, row) => sum + countOf(row), 0);
const topOf = (rows: readonly AggregateRow[]): readonly AggregateRow[] =>
  rows.toSorted((a, b) => countOf(b) - countOf(a)).slice(0, TOP);

async function totalsOf(
  agents: AggregateRequest,
  commands: AggregateRequest,
  asker: Asker,
  ports: EventPorts,
): Promise<{
  readonly users: number;
  readonly tokens: { readonly inputTokens: number; readonly outputTokens: number };
}> {
  let [inputTokens, outputTokens] = [0, 0];
  // How many, not who.
  const users = new Set<string>();
  for (const request of [agents, commands])
    for await (const event of selectEvents(request, asker, ports)) {
      const user = textOf(event, 'user_id');
      if (user !== '') users.add(user);
      inputTokens += numberOf(event, 'input_tokens') ?? 0;
      outputTokens += numberOf(event, 'output_tokens') ?? 0;
    }
  return { users: users.size, tokens: { inputTokens, outputTokens } };
}
