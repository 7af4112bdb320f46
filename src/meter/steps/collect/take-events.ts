/** Events as they were sent, checked one by one: what is wrong is refused by index and reason, and the rest is taken. */
import { EVENTS, MAX_EVENT_BYTES, type SentKind, type StoredEvent } from '../../model/event.ts';
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Rejection } from '../../model/rejection.ts';
import { timeProblem } from './check-times.ts';

export interface TakenEvents {
  readonly events: readonly TakenEvent[];
  readonly rejected: readonly Rejection[];
}

/** `index`: of the item in its request. */
export interface TakenEvent extends StoredEvent {
  readonly index: number;
  /** Sent with an id of its sender's: kept once, however often it comes. */
  readonly claim: string | undefined;
}

export interface TakeEventsOptions {
  readonly kind: SentKind;
  readonly limits: OrganizationLimits;
  readonly nowMs: number;
  /** Of events that say none. */
  readonly timestampMs: number;
  readonly newId: () => string;
}

/** `first`: the index that the first item has in its request. */
export function takeEvents(items: readonly unknown[], first: number, options: TakeEventsOptions): TakenEvents {
  const events: TakenEvent[] = [];
  const rejected: Rejection[] = [];
  for (const [offset, item] of items.entries()) {
    const taken = takeEvent(item, first + offset, options);
    if ('code' in taken) rejected.push(taken);
    else events.push(taken);
  }
  return { events, rejected };
}

function takeEvent(item: unknown, index: number, options: TakeEventsOptions): TakenEvent | Rejection {
  const { kind, limits, nowMs, newId } = options;
  const parsed = EVENTS[kind].safeParse(item);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const where = issue === undefined || issue.path.length === 0 ? 'it' : issue.path.join('.');
    return { index, code: 'BAD_FIELD', reason: `${where}: ${issue?.message}.`, item };
  }
  const fields = parsed.data;
  const { timestamp, id = newId(), source } = fields;
  const timestampMs = timestamp === undefined ? options.timestampMs : millisecondsOf(timestamp);
  const problem = timeProblem(timestampMs, nowMs, limits);
  if (problem !== undefined) return { index, ...problem, item };
  const bytes = Buffer.byteLength(JSON.stringify(fields));
  if (bytes > MAX_EVENT_BYTES) {
    const reason = `it takes ${bytes} bytes as JSON, and an event may take ${MAX_EVENT_BYTES}. Send less with it.`;
    return { index, code: 'TOO_LARGE', reason, item };
  }
  return {
    index,
    kind,
    id: source === undefined ? id : `${source}/${id}`,
    timestampMs,
    fields: { ...fields, timestamp: new Date(timestampMs).toISOString() },
    claim: fields.id === undefined ? undefined : JSON.stringify([kind, source ?? '', fields.id]),
  };
}

export const millisecondsOf = (timestamp: string | number): number =>
  typeof timestamp === 'number' ? timestamp : Date.parse(timestamp);
