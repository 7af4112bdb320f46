/** Fields that are not as they are wanted. Only what is set is compared: what a server adds is its own. */
import type { FieldChange } from './resource.ts';

type Members = Readonly<Record<string, unknown>>;

/** `live` may say nothing of what is zero, false or empty. */
export function differences(wanted: unknown, live: unknown, path = ''): FieldChange[] {
  const change = [{ path, was: live, will: wanted }];
  if (Array.isArray(wanted)) {
    const there: unknown[] = Array.isArray(live) ? live : [];
    if (areNamed(wanted) && areNamed(there)) return byName(wanted, there, path);
    if (wanted.length !== there.length) return change;
    return wanted.flatMap((one, index) => differences(one, there[index], below(path, index)));
  }
  if (isMembers(wanted)) {
    const there = isMembers(live) ? live : {};
    // Nothing in it is what is wanted: a subscription that never expires has an empty policy.
    if (Object.keys(wanted).length === 0) return Object.keys(there).length === 0 ? [] : change;
    return Object.entries(wanted).flatMap(([key, value]) => differences(value, there[key], below(path, key)));
  }
  return wanted === live || (live === undefined && isNothing(wanted)) ? [] : change;
}

const below = (path: string, key: string | number): string => (path === '' ? String(key) : `${path}.${key}`);

const isNothing = (value: unknown): boolean => value === '' || value === 0 || value === false;

const isMembers = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

interface Named extends Members {
  readonly name: string;
}

/** As variables are: their order says nothing. */
const areNamed = (values: readonly unknown[]): values is Named[] =>
  values.every((value) => isMembers(value) && typeof value['name'] === 'string');

function byName(wanted: readonly Named[], live: readonly Named[], path: string): FieldChange[] {
  const there = new Map(live.map((one) => [one.name, one]));
  const known = new Set(wanted.map(({ name }) => name));
  return [
    ...wanted.flatMap((one) => {
      const found = there.get(one.name);
      if (found !== undefined) return differences(one, found, below(path, one.name));
      return [{ path: below(path, one.name), was: undefined, will: one['value'] ?? one }];
    }),
    ...live
      .filter(({ name }) => !known.has(name))
      .map((one) => ({ path: below(path, one.name), was: one['value'] ?? one, will: undefined })),
  ];
}

/** Members of the resource that have changed somewhere below: what an update mask names. */
export const topLevel = (fields: readonly FieldChange[]): string[] => [
  ...new Set(fields.map(({ path }) => path.split('.')[0] ?? path)),
];
