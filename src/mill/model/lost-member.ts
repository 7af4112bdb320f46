/** What zod leaves out of records, and of objects with a catch-all, without a word: a member called `__proto__`. */
import { z } from 'zod';
import { schemaParts } from './schema-parts.ts';

const LOST = '__proto__';

const looseSchemas = new WeakMap<z.core.$ZodType, boolean>();

/** Where a value has a member that the schema would lose, as in `stats.__proto__`. Undefined when nothing is lost. */
export function lostMember(schema: z.core.$ZodType, value: unknown, path = ''): string | undefined {
  if (typeof value !== 'object' || value === null || !isLoose(schema)) return undefined;
  if (!(schema instanceof z.ZodRecord)) return search(value, path, new Set());
  if (losesOf(value)) return inside(path, LOST);
  const { valueType } = schema;
  return isLoose(valueType)
    ? firstOf(value, (name, member) => lostMember(valueType, member, inside(path, name)))
    : undefined;
}

/** Whether members that it does not name may come through it. */
function isLoose(schema: z.core.$ZodType): boolean {
  const known = looseSchemas.get(schema);
  if (known !== undefined) return known;
  // A schema may be a part of itself.
  looseSchemas.set(schema, false);
  const { def } = schema._zod;
  const loose =
    def.type === 'record' ||
    // What it is can only be told by asking it.
    def.type === 'lazy' ||
    takesOthers(def) ||
    schemaParts(schema).some(isLoose);
  looseSchemas.set(schema, loose);
  return loose;
}

const takesOthers = (def: z.core.$ZodTypeDef): boolean =>
  'catchall' in def && def.catchall instanceof z.core.$ZodType && def.catchall._zod.def.type !== 'never';

/** `record['__proto__'] = {…}` makes no member but a prototype, and one that no class has. */
function losesOf(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return Object.hasOwn(value, LOST) || (prototype !== null && !Object.hasOwn(prototype as object, 'constructor'));
}

function search(value: unknown, path: string, above: Set<object>): string | undefined {
  if (typeof value !== 'object' || value === null || above.has(value)) return undefined;
  if (losesOf(value)) return inside(path, LOST);
  above.add(value);
  const found = firstOf(value, (name, member) => search(member, inside(path, name), above));
  above.delete(value);
  return found;
}

function firstOf(value: object, look: (name: string, member: unknown) => string | undefined): string | undefined {
  for (const [name, member] of Object.entries(value)) {
    const found = look(name, member);
    if (found !== undefined) return found;
  }
  return undefined;
}

const inside = (path: string, name: string): string => (path === '' ? name : `${path}.${name}`);
