/** One text for one value: the form in which results are stored, hashed and compared. */

/**
 * JSON with sorted keys, `-0` as `0`, and `undefined` members dropped, so that equal values have equal texts whatever
 * the order in which they were built. Numbers take JavaScript's shortest form, as in RFC 8785 (JCS).
 * @throws {TypeError} on NaN, infinite numbers, functions, symbols, bigints, Maps, Sets and class instances: JSON has no word for them.
 */
export function canonicalJson(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return JSON.stringify(value);
    case 'number':
      if (!Number.isFinite(value))
        throw new TypeError(`${value} cannot be stored; return null where there is no number`);
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      // Array.from fills holes, which map would skip.
      if (Array.isArray(value))
        return `[${Array.from(value, (item: unknown) => canonicalJson(item === undefined ? null : item)).join(',')}]`;
      if (value instanceof Date) return JSON.stringify(value.toISOString());
      if (!isPlain(value)) throw unstorable(value.constructor.name);
      return canonicalObject(value as Record<string, unknown>);
    default:
      throw unstorable(typeof value);
  }
}

/** A Map, a Set or a class instance would lose what it holds, or what it is, without a word. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

const unstorable = (what: string): TypeError =>
  new TypeError(`a ${what} cannot be stored; use strings, numbers, booleans, null, arrays and plain objects`);

function canonicalObject(object: Record<string, unknown>): string {
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    const value = object[key];
    if (value !== undefined) members.push(`${JSON.stringify(key)}:${canonicalJson(value)}`);
  }
  return `{${members.join(',')}}`;
}
