/** Whether author code has changed what all code shares: globals, and the members of the language's own objects. */

const SHARED: readonly (readonly [string, object])[] = [
  ['globalThis', globalThis],
  ...(
    [
      'Object',
      'Function',
      'Array',
      'String',
      'Number',
      'Boolean',
      'Symbol',
      'Map',
      'Set',
      'Date',
      'RegExp',
      'Promise',
      'Error',
    ] as const
  ).flatMap((name): (readonly [string, object])[] => [
    [name, globalThis[name]],
    [`${name}.prototype`, globalThis[name].prototype as object],
  ]),
  ['Math', Math],
  ['JSON', JSON],
  ['Reflect', Reflect],
];

export type Intrinsics = ReadonlyMap<string, unknown>;

/** Members that the language itself moves: the last match of a regular expression. */
const OWN_BUSINESS = /^RegExp\.(?:input|last|left|right|\$)/;

export function readIntrinsics(): Intrinsics {
  const members = new Map<string, unknown>();
  for (const [name, owner] of SHARED) {
    for (const key of Reflect.ownKeys(owner)) {
      const member = `${name}.${String(key)}`;
      if (OWN_BUSINESS.test(member)) continue;
      const property = Reflect.getOwnPropertyDescriptor(owner, key);
      // Getters are compared, not called: some of Node's load modules.
      members.set(member, property?.get ?? property?.value);
    }
  }
  return members;
}

/** The first member that is new, gone or another; undefined when all is as it was. */
export function changedIntrinsic(before: Intrinsics, after: Intrinsics): string | undefined {
  for (const [member, value] of after) if (!before.has(member) || !Object.is(before.get(member), value)) return member;
  return [...before.keys()].find((member) => !after.has(member));
}
