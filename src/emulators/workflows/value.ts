/** The values of the language and their JSON: integers are bigint, doubles are number, maps keep their order. */

export type Value = null | boolean | bigint | number | string | Uint8Array | readonly Value[] | ValueMap;
export type ValueMap = ReadonlyMap<string, Value>;
export type TypeName = 'null' | 'boolean' | 'integer' | 'double' | 'string' | 'bytes' | 'list' | 'map';

/** The name that `get_type` gives. */
export function typeName(value: Value): TypeName {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'bigint') return 'integer';
  if (typeof value === 'number') return 'double';
  if (typeof value === 'string') return 'string';
  if (value instanceof Uint8Array) return 'bytes';
  return isMap(value) ? 'map' : 'list';
}

export const isMap = (value: Value | undefined): value is ValueMap => value instanceof Map;
export const isList = (value: Value): value is readonly Value[] => Array.isArray(value);
export const isNumber = (value: Value): value is bigint | number =>
  typeof value === 'bigint' || typeof value === 'number';

/** A number or boolean as text, a string as it is; undefined for what has no text of its own. */
export const textOf = (value: Value): string | undefined =>
  value !== null && typeof value !== 'object' ? String(value) : undefined;

export function mapOf(entries: Readonly<Record<string, Value>>): ValueMap {
  return new Map(Object.entries(entries));
}

/** Deep equality. An integer equals a double of the same number; other types differ. */
export function equal(a: Value, b: Value): boolean {
  if (isNumber(a) && isNumber(b)) return Number.isNaN(a) || Number.isNaN(b) ? false : !(a < b) && !(a > b);
  if (a instanceof Uint8Array || b instanceof Uint8Array) {
    return a instanceof Uint8Array && b instanceof Uint8Array && Buffer.compare(a, b) === 0;
  }
  if (isMap(a)) {
    if (!isMap(b) || a.size !== b.size) return false;
    for (const [key, item] of a) {
      const other = b.get(key);
      if (other === undefined || !equal(item, other)) return false;
    }
    return true;
  }
  if (Array.isArray(a)) {
    return isList(b) && a.length === b.length && a.every((item, index) => equal(item as Value, b[index] ?? null));
  }
  return a === b;
}

/** @throws {TypeError} bytes, NaN and the infinities have no JSON. */
export function toJson(value: Value): string {
  if (typeof value === 'bigint') return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) throw new TypeError(`${value} has no JSON representation`);
  if (value instanceof Uint8Array) throw new TypeError('bytes have no JSON representation; use base64.encode');
  if (isMap(value)) {
    return `{${Array.from(value, ([key, item]) => `${JSON.stringify(key)}:${toJson(item)}`).join(',')}}`;
  }
  if (isList(value)) return `[${value.map(toJson).join(',')}]`;
  return JSON.stringify(value);
}

const INT64_MIN = -(2n ** 63n);
const INT64_MAX = 2n ** 63n - 1n;
export const isInt64 = (value: bigint): boolean => value >= INT64_MIN && value <= INT64_MAX;
