/** Events of one kind and day, packed: a list of them as JSON. */
import { z } from 'zod';
import { EVENT_KINDS, type EventKind, type StoredEvent } from '../model/event.ts';
import { damaged } from '../model/bytes.ts';
import { pack, unpack } from './envelope.ts';

const VERSION = 1;

/** As it is: whatever makes it anew would leave members out that have strange names. */
const Fields = z.custom<Record<string, unknown>>(
  (value) => typeof value === 'object' && value !== null && !Array.isArray(value),
);

const Stored = z.array(z.tuple([z.enum(EVENT_KINDS as [EventKind, ...EventKind[]]), z.string(), z.number(), Fields]));

export const encodeEvents = (events: readonly StoredEvent[]): Uint8Array =>
  pack(
    VERSION,
    Buffer.from(JSON.stringify(events.map(({ kind, id, timestampMs, fields }) => [kind, id, timestampMs, fields]))),
  );

/** @throws {TerminalError} BAD_SOURCE when it is damaged */
export function decodeEvents(packed: Uint8Array): readonly StoredEvent[] {
  const found = Stored.safeParse(JSON.parse(Buffer.from(unpack(VERSION, packed)).toString()));
  if (!found.success) throw damaged('it holds no events');
  return found.data.map(([kind, id, timestampMs, fields]) => ({ kind, id, timestampMs, fields }));
}
