/** The objects that every module of a process shares, and how to put them back as they were. */

interface Realm {
  /** Whether all is again as it was. */
  restore(): boolean;
}

type Described = readonly [object, ReadonlyMap<PropertyKey, PropertyDescriptor>];

const { is } = Object;
const { ownKeys, defineProperty, deleteProperty, getOwnPropertyDescriptor } = Reflect;

/** The global object, what it names, and the prototypes of that. */
const SHARED: readonly object[] = [
  ...new Set(
    [
      globalThis,
      process.env,
      ...Object.getOwnPropertyNames(globalThis)
        // Only what is a value already: asking for the others would load them.
        .map((name) => getOwnPropertyDescriptor(globalThis, name)?.value as unknown)
        .flatMap((value) => (typeof value === 'function' ? [value, value.prototype as unknown] : [value])),
      ...[[][Symbol.iterator](), (function* () {})(), Promise.resolve(), /x/].map(
        (value) => Object.getPrototypeOf(value) as unknown,
      ),
    ].filter((value): value is object => (typeof value === 'object' && value !== null) || typeof value === 'function'),
  ),
];

const describe = (object: object): Described => [
  object,
  new Map(ownKeys(object).map((key) => [key, getOwnPropertyDescriptor(object, key)!])),
];

const isSame = (a: PropertyDescriptor | undefined, b: PropertyDescriptor): boolean =>
  a !== undefined && is(a.value, b.value) && a.get === b.get && a.set === b.set && a.enumerable === b.enumerable;

const isLike = ([object, described]: Described): boolean => {
  const keys = ownKeys(object);
  return (
    keys.length === described.size &&
    keys.every((key) => isSame(described.get(key), getOwnPropertyDescriptor(object, key)!))
  );
};

/** As it is now. */
export function realm(): Realm {
  const all = SHARED.map(describe);
  return {
    restore() {
      for (const each of all) if (!isLike(each)) putBack(each);
      return all.every(isLike);
    },
  };
}

function putBack([object, described]: Described): void {
  for (const key of ownKeys(object)) if (!described.has(key)) deleteProperty(object, key);
  for (const [key, descriptor] of described)
    if (!isSame(descriptor, getOwnPropertyDescriptor(object, key) ?? {})) defineProperty(object, key, descriptor);
}
