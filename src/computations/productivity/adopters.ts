/** Who has ever used a tool: what is known of it, carried from day to day. */
import { z } from 'zod';
import {
  addPerson,
  countOf,
  KeptPeople,
  keptPeople,
  MAX_EXACT,
  newcomers,
  nobody,
  peopleOf,
  together,
} from './distinct-people.ts';
import type { People } from './distinct-people.ts';
import { daysBetween } from './days.ts';
import { byOrganization, keyOf } from './keys.ts';

/** Of an organization, tools whose adopters are remembered; and for how many days without use. */
export const MAX_ADOPTED = 500;
export const FORGOTTEN_AFTER_DAYS = 90;

export const Adopters = KeptPeople.extend({
  /** The first and the last day (UTC) of use; the first since it was last forgotten. */
  firstUsed: z.iso.date(),
  lastUsed: z.iso.date(),
  /** Different users today. */
  usersToday: z.number().int().nonnegative(),
  /** Of those, how many had never used it before; estimated where adopters are. */
  newUsers: z.number().int().nonnegative(),
  /** Different users so far, today's among them: exact up to 1,000, beyond with a standard error of 1.6 %. */
  adopters: z.number().int().nonnegative(),
});
export type Adopters = z.infer<typeof Adopters>;

type Known = Readonly<Record<string, Adopters>>;

/** Today's users by tool, of at most 500 tools an organization beside those that are known. */
export interface ToolUsers {
  readonly known: Known;
  readonly byKey: Map<string, People>;
  readonly strangers: Map<string, number>;
}

export const noToolUsers = (known: Known = {}): ToolUsers => ({ known, byKey: new Map(), strangers: new Map() });

export function addToolUser(
  { known, byKey, strangers }: ToolUsers,
  organization: string,
  tool: string,
  user: string,
): void {
  const key = keyOf(organization, tool);
  let people = byKey.get(key);
  if (people === undefined) {
    if (!Object.hasOwn(known, key)) {
      const count = strangers.get(organization) ?? 0;
      if (count === MAX_ADOPTED) return;
      strangers.set(organization, count + 1);
    }
    people = nobody();
    byKey.set(key, people);
  }
  addPerson(people, user);
}

export function adoptersOn(date: string, { known, byKey }: ToolUsers): Record<string, Adopters> {
  const tools: Record<string, Adopters> = {};
  for (const [key, adopters] of Object.entries(known))
    if (daysBetween(adopters.lastUsed, date) <= FORGOTTEN_AFTER_DAYS)
      tools[key] = { ...adopters, usersToday: 0, newUsers: 0 };
  for (const [key, people] of byKey) tools[key] = usedToday(tools[key], people, date);
  const kept = [...byOrganization(tools)].flatMap(([organization, all]) =>
    all
      .toSorted(
        ({ value: a }, { value: b }) =>
          b.adopters - a.adopters || (a.lastUsed > b.lastUsed ? -1 : a.lastUsed < b.lastUsed ? 1 : 0),
      )
      .slice(0, MAX_ADOPTED)
      .map(({ name, value }) => [keyOf(organization, name), value] as const),
  );
  return Object.fromEntries(kept);
}

function usedToday(known: Adopters | undefined, today: People, date: string): Adopters {
  const before = known === undefined ? nobody() : peopleOf(known);
  const all = together(before, today);
  // An estimate may fall when another tells it; people who have used it do not become fewer.
  const adopters = Math.max(known?.adopters ?? 0, countOf(all));
  return {
    ...keptPeople(all),
    firstUsed: known?.firstUsed ?? date,
    lastUsed: date,
    usersToday: countOf(today),
    newUsers: newcomers(today, before) ?? Math.min(countOf(today), adopters - (known?.adopters ?? 0)),
    adopters,
  };
}

export const isExact = ({ adopters }: Pick<Adopters, 'adopters'>): boolean => adopters <= MAX_EXACT;
