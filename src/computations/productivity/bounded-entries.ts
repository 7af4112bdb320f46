/** Something by organization and name, of so many names an organization: what one organization sends takes no room from the others. */
import { keyOf } from './keys.ts';

/** Different users, teams and commands or agents that are told apart on a day, of each organization: those whose events come first. */
export const MAX_USERS = 50_000;
export const MAX_TEAMS = 1_000;
export const MAX_TOOLS = 2_000;

export interface BoundedEntries<V> {
  readonly byKey: Map<string, V>;
  readonly sizes: Map<string, number>;
}

export const noEntries = <V>(): BoundedEntries<V> => ({ byKey: new Map(), sizes: new Map() });

/** What there is of the name, made where there is nothing yet; undefined where the organization has its fill of others. */
export function entryWithin<V>(
  { byKey, sizes }: BoundedEntries<V>,
  organization: string,
  name: string,
  limit: number,
  make: () => V,
): V | undefined {
  const key = keyOf(organization, name);
  const there = byKey.get(key);
  if (there !== undefined) return there;
  const size = sizes.get(organization) ?? 0;
  // What has no name is one more at most, and is always told.
  if (size >= limit && name !== '') return undefined;
  sizes.set(organization, size + 1);
  const made = make();
  byKey.set(key, made);
  return made;
}

/** By key, in the order in which they came. */
export const finished = <V, R>({ byKey }: BoundedEntries<V>, finish: (value: V) => R): Record<string, R> =>
  Object.fromEntries([...byKey].map(([key, value]) => [key, finish(value)]));
