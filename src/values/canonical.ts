/** One text for one value: the form in which results are stored, hashed and compared. */

/**
 * JSON with sorted keys, `-0` as `0`, and `undefined` members dropped, so that equal values have equal texts whatever
 * the order in which they were built. Numbers take JavaScript's shortest form, as in RFC 8785 (JCS).
 * @throws {TypeError} that names the place, on what JSON has no word for and a reader would get as something else: NaN, infinite
 * numbers, `undefined` in arrays, functions, symbols, bigints, Dates, Maps, Sets and class instances; and on rings.
 */
export function canonicalJson(value: unknown): string {
  try {
    return textOf(value);
  } catch (thrown) {
    if (thrown === UNSTORABLE) throw new TypeError(describe(value), { cause: thrown });
    // V8's own words speak of its stack, and of its strings.
    if (thrown instanceof RangeError && /call stack|string length/.test(thrown.message))
      throw new TypeError('it refers to itself, or is nested too deep or too long', { cause: thrown });
    throw thrown;
  }
}

/** Thrown where something is wrong: only then is it worth knowing where that was. */
const UNSTORABLE = new TypeError('it cannot be stored');

function textOf(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return quoted(value);
    case 'number':
      if (!Number.isFinite(value)) throw UNSTORABLE;
      return String(value);
    case 'boolean':
      return String(value);
    case 'object':
      if (value === null) return 'null';
      if (Array.isArray(value)) return arrayText(value);
      if (!isPlain(value)) throw UNSTORABLE;
      return objectText(value as Record<string, unknown>);
    default:
      throw UNSTORABLE;
  }
}

/** A Date, a Map, a Set or a class instance would lose what it holds, or what it is, without a word. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

/** Of a hole `values` gives undefined, too. Texts are added up rather than joined: a list of them is garbage for each value that is written. */
function arrayText(values: readonly unknown[]): string {
  let text = '';
  for (const value of values) text += text === '' ? textOf(value) : `,${textOf(value)}`;
  return `[${text}]`;
}

function objectText(object: Record<string, unknown>): string {
  const { sorted, names } = shapeOf(Object.keys(object));
  let text = '';
  for (let at = 0; at < sorted.length; at++) {
    const value = object[sorted[at] as string];
    if (value !== undefined) text += `${text === '' ? '' : ','}${names[at]}${textOf(value)}`;
  }
  return `{${text}}`;
}

/** Keys in their order, and as they are written: objects of one kind have the same, and come by the million. */
interface Shape {
  readonly keys: readonly string[];
  readonly sorted: readonly string[];
  readonly names: readonly string[];
}

/** Shapes of these sizes are remembered, each in a slot of its own; what falls into the same slot takes its place. */
const MOST_KEYS = 64;
const SLOTS = 256;
const shapes = Array.from<Shape | undefined>({ length: SLOTS });

function shapeOf(keys: readonly string[]): Shape {
  const count = keys.length;
  const slot =
    (count * 37 + lengthOf(keys[0]) * 11 + lengthOf(keys[count >> 1]) + lengthOf(keys[count - 1]) * 5) % SLOTS;
  const known = shapes[slot];
  if (known !== undefined && isSame(known.keys, keys)) return known;
  const sorted = keys.toSorted();
  const shape = { keys, sorted, names: sorted.map((key) => `${JSON.stringify(key)}:`) };
  if (count <= MOST_KEYS) shapes[slot] = shape;
  return shape;
}

const lengthOf = (key: string | undefined): number => key?.length ?? 0;

function isSame(some: readonly string[], others: readonly string[]): boolean {
  if (some.length !== others.length) return false;
  for (let at = 0; at < some.length; at++) if (some[at] !== others[at]) return false;
  return true;
}

/** What JSON writes otherwise than it is: its own marks, control characters, and halves of pairs. */
const WRITTEN_OTHERWISE = /["\\\p{Cc}\p{Cs}]/u;

/** Most texts are written as they are, and to look is cheaper than to call. */
const quoted = (text: string): string => (WRITTEN_OTHERWISE.test(text) ? JSON.stringify(text) : `"${text}"`);

function describe(value: unknown): string {
  const found = unstorableIn(value, []);
  if (found === undefined) return 'it cannot be stored';
  const [what, remedy] = inWords(found.value);
  return `${what} cannot be stored${found.path.length === 0 ? '' : ` (at ${found.path.join('.')})`}; ${remedy}`;
}

/** The first value that JSON has no word for, in the order in which it is written. */
function unstorableIn(
  value: unknown,
  path: readonly (string | number)[],
): { readonly value: unknown; readonly path: readonly (string | number)[] } | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value))
    return undefined;
  if (Array.isArray(value)) {
    for (const [index, item] of Array.from(value as unknown[]).entries()) {
      const found = unstorableIn(item, [...path, index]);
      if (found !== undefined) return found;
    }
    return undefined;
  }
  if (typeof value !== 'object' || !isPlain(value)) return { value, path };
  for (const key of Object.keys(value).sort()) {
    const member = (value as Record<string, unknown>)[key];
    const found = member === undefined ? undefined : unstorableIn(member, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What it is, and what to do instead. */
function inWords(value: unknown): readonly [what: string, remedy: string] {
  if (typeof value === 'number') return [String(value), 'return null where there is no number'];
  if (value === undefined) return ['undefined', 'return null where there is nothing'];
  if (typeof value === 'bigint') return ['a bigint', 'use a string of its digits'];
  if (value instanceof Date)
    return Number.isNaN(value.getTime())
      ? ['an invalid Date', 'return null where there is no date']
      : ['a Date', 'use its text: toISOString()'];
  const name = typeof value === 'object' ? ((value as object).constructor?.name ?? 'class instance') : typeof value;
  return [`a ${name}`, 'use strings, numbers, booleans, null, arrays and plain objects'];
}
