/** Events of some days that fit: by what they say, and by who asks. */
import { UserError } from '../../../errors.ts';
import { type Day, daysFrom } from '../../../values/date.ts';
import type { EventKind, StoredEvent } from '../../model/event.ts';
import type { Organization } from '../../model/organization.ts';
import { mayAs, type Role } from '../../model/role.ts';
import type { DayStore } from '../../ports/day-store.ts';

export interface EventPorts {
  readonly days: Pick<DayStore, 'events'>;
}

/** Who asks. */
export interface Asker {
  readonly organization: Organization;
  readonly role: Role;
  /** Whose events alone they see; undefined: of all. */
  readonly teams: readonly string[] | undefined;
}

export interface EventFilter {
  readonly kind: EventKind;
  readonly from: Day;
  readonly to: Day;
  /** Members that must be so. */
  readonly equals: Readonly<Record<string, string>>;
}

/** Days of one question. */
export const MAX_DAYS = 92;

/** Events that one question looks at. More, and it is to be narrowed. */
export const MAX_EVENTS = 500_000;

/** What names a person. */
export const PERSONAL = new Set(['user_id', 'session_id']);

/** @throws {UserError} BAD_ARGUMENT @throws {UserError} FORBIDDEN */
export function checkFilter({ from, to, equals }: EventFilter, { role }: Asker): void {
  if (to < from || daysFrom(from, to).length > MAX_DAYS)
    throw new UserError('BAD_ARGUMENT', `from ${from} to ${to} are no days, or more than ${MAX_DAYS}.`);
  const personal = Object.keys(equals).find((name) => PERSONAL.has(name));
  if (personal !== undefined && !mayAs(role, 'manager'))
    throw new UserError('FORBIDDEN', `A ${role} does not see people: leave ${personal} out, or ask a manager.`);
}

/** In the order of days, within one as they lie. @throws {UserError} BAD_ARGUMENT, when they are too many */
export async function* selectEvents(
  filter: EventFilter,
  asker: Asker,
  { days }: EventPorts,
): AsyncGenerator<StoredEvent> {
  checkFilter(filter, asker);
  const wanted = Object.entries(filter.equals);
  const teams = asker.teams === undefined || asker.role === 'admin' ? undefined : new Set(asker.teams);
  let looked = 0;
  for (const day of daysFrom(filter.from, filter.to))
    for await (const events of days.events({ organization: asker.organization, day }, filter.kind)) {
      looked += events.length;
      if (looked > MAX_EVENTS)
        throw new UserError('BAD_ARGUMENT', `These are more than ${MAX_EVENTS} events. Ask for fewer days.`);
      for (const event of events)
        if (
          wanted.every(([name, value]) => textOf(event, name) === value) &&
          (teams === undefined || teams.has(textOf(event, 'team_id')))
        )
          yield event;
    }
}

/** '' where it is none. */
export function textOf({ fields }: StoredEvent, name: string): string {
  const value = fields[name];
  return typeof value === 'string' ? value : typeof value === 'number' || typeof value === 'boolean' ? `${value}` : '';
}

export const numberOf = ({ fields }: StoredEvent, name: string): number | undefined => {
  const value = fields[name];
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
};

/** As it may be seen. */
export function seen({ id, timestampMs, fields }: StoredEvent, { role }: Asker): Readonly<Record<string, unknown>> {
  const own = mayAs(role, 'manager')
    ? fields
    : Object.fromEntries(Object.entries(fields).filter(([name]) => !PERSONAL.has(name)));
  return { ...own, id, timestamp: new Date(timestampMs).toISOString() };
}
