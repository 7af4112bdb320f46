/** Events as rows, by the columns of their kind's schema; what else they say is in `more`. */
import { type Batch, batchesOf, type Column } from '../../../tables/table.ts';
import { cellOf, columnsOf } from '../../../tables/schema-columns.ts';
import { type EventKind, EVENTS, type StoredEvent } from '../../model/event.ts';
import type { DayKey } from '../../ports/day-store.ts';
import type { ExportPorts } from './sample-table.ts';

/** What names a person, which not everybody may see. */
const PERSONAL = new Set(['user_id']);

export function eventColumns(kind: EventKind, seesPeople: boolean): readonly Column[] {
  const own = (columnsOf(EVENTS[kind]) ?? []).filter(
    ({ name }) => name !== 'timestamp' && name !== 'id' && (seesPeople || !PERSONAL.has(name)),
  );
  return [{ name: 'timestamp', type: 'time' }, { name: 'id', type: 'text' }, ...own, { name: 'more', type: 'json' }];
}

/** Of one day. */
export async function* eventBatches(
  key: DayKey,
  kind: EventKind,
  columns: readonly Column[],
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  { days }: ExportPorts,
): AsyncGenerator<Batch> {
  const known = new Set([...columns.map(({ name }) => name), 'source', ...PERSONAL]);
  const middle = columns.slice(2, -1);
  async function* rows(): AsyncGenerator<readonly unknown[]> {
    for await (const events of days.events(key, kind))
      for (const event of events)
        if (event.timestampMs >= fromMs && event.timestampMs <= toMs) yield rowOf(event, middle, known);
  }
  yield* batchesOf(columns.length, rows());
}

function rowOf(
  { id, timestampMs, fields }: StoredEvent,
  columns: readonly Column[],
  known: ReadonlySet<string>,
): unknown[] {
  const more = Object.entries(fields).filter(([name]) => !known.has(name));
  return [
    timestampMs,
    id,
    ...columns.map(({ name, type }) => cellOf(fields[name], type)),
    more.length === 0 ? undefined : Object.fromEntries(more),
  ];
}
