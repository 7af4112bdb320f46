/** What people and agents did: events, which are kept one by one and never change. */
import { z } from 'zod';

/** Events of one request, and parts of one batch, together. */
export const MAX_BATCH_ITEMS = 1_000;

/** An event whose program ran longer is taken for one with a wrong clock. */
export const MAX_EXECUTION_MS = 3_600_000;

/** Bytes of an event as JSON, its context with it. */
export const MAX_EVENT_BYTES = 65_536;

/** RFC 3339 with an offset, or milliseconds since 1970. */
export const Timestamp = z
  .union([z.iso.datetime({ offset: true }), z.number().int().nonnegative()])
  .describe('RFC 3339 with an offset, or milliseconds since 1970; the time of receipt when absent');

const id = z.string().min(1).max(255);
const name = z.string().min(1).max(255);
const tokens = z.number().int().nonnegative().max(Number.MAX_SAFE_INTEGER);
const executionTime = z.number().min(0).max(MAX_EXECUTION_MS).describe('milliseconds');

export const EVENT_STATUSES = ['success', 'error', 'timeout', 'cancelled'] as const;

/** What each event may say. What else it says is kept as it is. */
const common = {
  id: id.optional().describe('with `source` names the event: sent again, it is kept once'),
  source: id.optional().describe('who sent it; events of one id and two sources are two'),
  user_id: id.optional(),
  team_id: id.optional(),
  session_id: id.optional(),
  runtime_id: id.optional(),
  timestamp: Timestamp.optional(),
  context: z.record(z.string(), z.unknown()).optional().describe('whatever else belongs to it'),
};

export const CommandExecution = z
  .looseObject({
    ...common,
    user_id: id,
    command_name: name,
    execution_time_ms: executionTime,
    status: z.enum(EVENT_STATUSES),
    error_message: z.string().max(10_000).optional(),
  })
  .describe('a command that ran');

export const AgentInteraction = z
  .looseObject({
    ...common,
    agent_name: name,
    interaction_type: name,
    input_tokens: tokens.optional(),
    output_tokens: tokens.optional(),
    execution_time_ms: executionTime.optional(),
    status: z.enum(EVENT_STATUSES).optional(),
  })
  .describe('a call of an agent');

export const ProductivityMetric = z
  .looseObject({
    ...common,
    user_id: id,
    metric_name: name,
    metric_value: z.number(),
    unit: z.string().max(63).optional(),
  })
  .describe('a figure of what somebody did');

/** How an ended session is kept, beside the others. */
export const SessionEvent = z.looseObject({
  ...common,
  session_id: id,
  started_at: z.string(),
  ended_at: z.string(),
  duration_ms: z.number().nonnegative(),
  end_reason: z.enum(['ended', 'timeout']),
});

/** By the kind that paths, datasets and batches name. */
export const EVENTS = {
  commands: CommandExecution,
  agents: AgentInteraction,
  productivity: ProductivityMetric,
  sessions: SessionEvent,
} as const;
export type EventKind = keyof typeof EVENTS;
export const EVENT_KINDS = Object.keys(EVENTS) as readonly EventKind[];

/** Kinds that are sent; sessions come by their own routes. */
export type SentKind = Exclude<EventKind, 'sessions'>;

/** Members of `POST /api/metrics/batch`, by the kind of what is in them. */
export const BATCH_MEMBERS = {
  command_executions: 'commands',
  agent_interactions: 'agents',
  productivity_metrics: 'productivity',
} as const satisfies Record<string, SentKind>;

/** As it is kept: an event with the id by which it is known in its organization and its time. */
export interface StoredEvent {
  readonly kind: EventKind;
  readonly id: string;
  readonly timestampMs: number;
  /** As it was sent, the id and the time with it. */
  readonly fields: Readonly<Record<string, unknown>>;
}
