/**
 * Days of what was collected that are over: which there are, with what content, and what is in them, row by row. Equal content has an equal
 * hash, however it lies in segments; what comes late for a day makes it another.
 */
import { TerminalError } from '../../errors.ts';
import { addDays, type Day } from '../../values/date.ts';
import { hashOf } from '../../values/hash.ts';
import type { EventKind } from '../model/event.ts';
import type { Organization } from '../model/organization.ts';
import type { DayKey, DayStore } from '../ports/day-store.ts';
import type { Selections } from '../ports/selections.ts';
import { seriesRows } from './series-rows.ts';

/** How long after its end a day is waited for: instances that commit then have taken what was sent before. */
export const CLOSES_AFTER_MS = 15 * 60_000;

/** Of an event as JSON, for a guess at how much a day is. */
const BYTES_AN_EVENT = 300;

/** What of a day: events of a kind, or the samples of those series that have these labels. */
export type Selection =
  | { readonly kind: EventKind }
  | { readonly kind: 'samples'; readonly labels: Readonly<Record<string, string>> };

export interface ClosedDay extends DayKey {
  readonly hash: string;
  /** A guess, where nobody has read it yet. */
  readonly bytes: number;
}

export interface ClosedDaysPorts {
  readonly days: Pick<DayStore, 'organizations' | 'days' | 'content' | 'dictionary' | 'segments' | 'events'>;
  readonly selections: Selections;
  readonly clock: { now(): number };
}

/** By organization, ascending; days without any of it are left out. @throws {RetryableError} UNAVAILABLE */
export async function* closedDays(selection: Selection, ports: ClosedDaysPorts): AsyncGenerator<readonly ClosedDay[]> {
  for (const organization of await ports.days.organizations()) {
    const days = (await ports.days.days(organization)).filter((day) => isClosed(day, ports.clock.now()));
    const found: ClosedDay[] = [];
    for (const day of days) {
      const closed = await closedDay(selection, { organization, day }, ports);
      if (closed !== undefined) found.push(closed);
    }
    yield found;
  }
}

const isClosed = (day: Day, nowMs: number): boolean =>
  nowMs >= Date.parse(`${addDays(day, 1)}T00:00:00Z`) + CLOSES_AFTER_MS;

/** As it is now; undefined when there is nothing of it. */
export async function closedDay(
  selection: Selection,
  key: DayKey,
  ports: ClosedDaysPorts,
): Promise<ClosedDay | undefined> {
  const content = await ports.days.content(key, selection.kind);
  if (content === undefined) return undefined;
  if (selection.kind !== 'samples') return { ...key, hash: content.hash, bytes: content.items * BYTES_AN_EVENT };
  // Of a few series of many: looked at again only when the day is another.
  const name = JSON.stringify(Object.entries(selection.labels).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  const known = await ports.selections.read(key, name);
  // Of a day that was dropped what was selected then is what there was; of what was never selected there is nothing.
  if (content.isDropped === true && known === undefined) return undefined;
  const isKnown = known !== undefined && (known.dayHash === content.hash || content.isDropped === true);
  const selected = isKnown ? known : await select(selection, key, ports);
  if (selected !== known) await ports.selections.write(key, name, { ...selected, dayHash: content.hash });
  return selected.bytes === 0 ? undefined : { ...key, hash: selected.hash, bytes: selected.bytes };
}

async function select(
  selection: Selection,
  key: DayKey,
  ports: ClosedDaysPorts,
): Promise<{ readonly hash: string; readonly bytes: number }> {
  let bytes = 0;
  let hash = hashOf('');
  for await (const rows of rowsOf(selection, key, ports)) {
    for (const row of rows) {
      const text = JSON.stringify(row);
      bytes += text.length;
      hash = hashOf(`${hash}${text}`);
    }
  }
  return { hash, bytes };
}

/** As the schemas of `collected()` have them; of samples a row a series, sorted. */
export async function* rowsOf(
  selection: Selection,
  { organization, day }: DayKey,
  { days }: Pick<ClosedDaysPorts, 'days'>,
): AsyncGenerator<readonly Readonly<Record<string, unknown>>[]> {
  const key = { organization, day };
  const content = await days.content(key, selection.kind);
  if (content?.isDropped === true)
    throw new TerminalError(
      'BAD_SOURCE',
      `${selection.kind} of ${organization} of ${day} were dropped when they had had their time: what was made of them stays, and cannot be made again. Raise ${selection.kind === 'samples' ? 'samples' : 'events'}_retention_days to keep days for longer.`,
    );
  if (selection.kind === 'samples') yield* seriesRows(key, selection.labels, days);
  else
    for await (const events of days.events(key, selection.kind))
      yield events.map(({ id, timestampMs, fields }) =>
        Object.assign({}, fields, { organization, id, timestamp: new Date(timestampMs).toISOString() }),
      );
}

export const fileOf = ({ organization, day }: { readonly organization: Organization; readonly day: Day }): string =>
  `${day}/${organization}.ndjson`;

/** @throws {Error} for a name that `fileOf` has not made */
export function keyOfFile(name: string): DayKey {
  const [, day, organization] = /^(\d{4}-\d\d-\d\d)\/(.*)\.ndjson$/s.exec(name) ?? [];
  if (day === undefined || organization === undefined) throw new Error(`${name} names no collected day`);
  return { organization, day };
}
