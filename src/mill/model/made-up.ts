/** Values of a row that zod's coercion would make up: `z.coerce.number()` reads a blank as 0. */
import type { z } from 'zod';
import { exactNumber, isDecimal } from '../../values/exact-number.ts';
import { schemaParts } from './schema-parts.ts';

export interface MadeUp {
  readonly path: readonly string[];
  readonly reason: string;
}

/** The first value that the schema would coerce into what it does not say. */
export const madeUpIn = (schema: z.core.$ZodType, value: unknown): MadeUp | undefined =>
  coerces(schema) ? search(schema, value, []) : undefined;

const coercing = new WeakMap<z.core.$ZodType, boolean>();

/** Whether it, or a part of it, coerces: most schemas do not, and their rows, which come by the million, need no look. */
function coerces(schema: z.core.$ZodType): boolean {
  const known = coercing.get(schema);
  if (known !== undefined) return known;
  // A schema may be a part of itself: a set goes on with what is added to it.
  const parts = new Set([schema]);
  let found = false;
  for (const part of parts) {
    const { def } = part._zod;
    found ||= 'coerce' in def && def.coerce === true;
    for (const member of schemaParts(part)) parts.add(member);
  }
  coercing.set(schema, found);
  return found;
}

function search(schema: z.core.$ZodType, value: unknown, path: readonly string[]): MadeUp | undefined {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'number':
    case 'boolean': {
      const reason = def.coerce === true ? whyMadeUp(def.type, value) : undefined;
      return reason === undefined ? undefined : { path, reason };
    }
    case 'object':
      return firstOf(value, path, (key) => (Object.hasOwn(def.shape, key) ? def.shape[key] : def.catchall));
    case 'record':
      return firstOf(value, path, () => def.valueType);
    case 'array':
      return firstOf(value, path, () => def.element);
    case 'nullable':
    case 'optional':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'readonly':
      return value === undefined || (value === null && def.type === 'nullable')
        ? undefined
        : search(def.innerType, value, path);
    case 'pipe':
      return search(def.in, value, path);
    default:
      return undefined;
  }
}

function firstOf(
  value: unknown,
  path: readonly string[],
  schemaOf: (key: string) => z.core.$ZodType | undefined,
): MadeUp | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  for (const [key, member] of Object.entries(value)) {
    const schema = schemaOf(key);
    const found = schema === undefined ? undefined : search(schema, member, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

function whyMadeUp(type: 'number' | 'boolean', value: unknown): string | undefined {
  if (type === 'boolean')
    return typeof value === 'string'
      ? `z.coerce.boolean() makes true of any text, and this is ${JSON.stringify(value)}. Use z.stringbool()`
      : undefined;
  if (value === null || (typeof value === 'string' && value.trim() === ''))
    return `it is ${value === null ? 'null' : 'blank'}, of which z.coerce.number() would make 0`;
  if (typeof value !== 'string' || !isDecimal(value.trim()) || exactNumber(value.trim()) !== undefined)
    return undefined;
  return `${value.trim()} has more digits than a number holds (it would be ${Number(value)}). Keep it as a string: z.string()`;
}
