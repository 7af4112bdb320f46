/** Events one by one, in the order of time, page by page. */
import type { StoredEvent } from '../../model/event.ts';
import { cursorAfter, positionIn } from '../cursor.ts';
import { type Asker, type EventFilter, type EventPorts, seen, selectEvents } from './select-events.ts';

export interface EventPage {
  readonly events: readonly Readonly<Record<string, unknown>>[];
  /** Of the next page, where there is one. */
  readonly cursor?: string;
}

export async function listEvents(
  filter: EventFilter,
  page: { readonly limit: number; readonly cursor?: string | undefined },
  asker: Asker,
  ports: EventPorts,
): Promise<EventPage> {
  const of = { organization: asker.organization, question: filter };
  const [afterMs = -Infinity, afterId = ''] = page.cursor === undefined ? [] : positionIn(page.cursor, of);
  const isAfter = ({ timestampMs, id }: StoredEvent): boolean =>
    timestampMs > Number(afterMs) || (timestampMs === Number(afterMs) && id > String(afterId));
  const kept: StoredEvent[] = [];
  // What is kept is the page and some more, however many events there are.
  for await (const event of selectEvents(filter, asker, ports)) {
    if (!isAfter(event)) continue;
    kept.push(event);
    if (kept.length > 4 * page.limit + 1) cut(kept, page.limit + 1);
  }
  cut(kept, page.limit + 1);
  const shown = kept.slice(0, page.limit);
  const last = shown.at(-1);
  return {
    events: shown.map((event) => seen(event, asker)),
    ...(kept.length > page.limit && last !== undefined ? { cursor: cursorAfter(of, [last.timestampMs, last.id]) } : {}),
  };
}

function cut(events: StoredEvent[], most: number): void {
  events.sort((a, b) => a.timestampMs - b.timestampMs || (a.id < b.id ? -1 : Number(a.id > b.id)));
  if (events.length > most) events.length = most;
}
