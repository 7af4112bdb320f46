/**
 * By what results are kept: `acme/ann`. The organization comes first, so that its members read what is theirs and nobody else does; it has
 * no slash in it, so what follows the first one is the rest of the key, whatever there is in it.
 */

export const keyOf = (organization: string, name: string): string => `${organization}/${name}`;

/** Of the organization as a whole; of events, those that name nobody. No user, team or command has an empty name. */
export const wholeOf = (organization: string): string => keyOf(organization, '');

export const organizationOf = (key: string): string => key.slice(0, key.indexOf('/'));

export const nameOf = (key: string): string => key.slice(key.indexOf('/') + 1);

/** What there is under the key, made where there is nothing yet. */
export function entryOf<V>(map: Map<string, V>, key: string, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

/** A keyed result by organization, its entries in the order of their names. */
export function byOrganization<V>(
  result: Readonly<Record<string, V>>,
): ReadonlyMap<string, readonly { readonly name: string; readonly value: V }[]> {
  const organizations = new Map<string, { readonly name: string; readonly value: V }[]>();
  const ascending = Object.entries(result).sort(([a], [b]) => (a < b ? -1 : 1));
  for (const [key, value] of ascending)
    entryOf(organizations, organizationOf(key), () => []).push({ name: nameOf(key), value });
  return organizations;
}
