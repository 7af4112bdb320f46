/** Names of computations, datasets and categories: kebab-case, whatever the author typed. */

/** Firestore ids, Pub/Sub attributes and file names all take it. */
const NAME = /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/;
const MAX_NAME_LENGTH = 80;

/** `Airport Day`, `airportDay` and `airport_day` are all `airport-day`; undefined when nothing sensible can be made of it. */
export function normalizeName(name: unknown): string | undefined {
  // An author's JavaScript may leave it out.
  if (typeof name !== 'string') return undefined;
  const normalized = name
    .trim()
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replace(/[\s_.]+/g, '-')
    .toLowerCase();
  return NAME.test(normalized) && normalized.length <= MAX_NAME_LENGTH ? normalized : undefined;
}
