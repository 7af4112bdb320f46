/** Whether what a schema gives can be stored as JSON and read back as what the schema says it is. */
import type { z } from 'zod';

export interface UnstorableSchema {
  /** Below the schema, as in code: `.at`, `[].when`, `[0]`; empty for the schema itself. */
  readonly path: string;
  /** As people write it: `z.date()`. */
  readonly what: string;
  readonly remedy: string;
}

const AS_TEXT = 'Store its text: z.iso.datetime(), and toISOString() where it is made.';
const NOT_DATA = 'Store strings, numbers, booleans, null, arrays and plain objects.';

/** By zod's names of types: what a reader would get as something else, or not at all. */
const REMEDIES: Readonly<Record<string, string>> = {
  date: AS_TEXT,
  bigint: 'Store its digits: z.string(), and String(value) where it is made.',
  map: 'Store a z.record(…), and Object.fromEntries(map) where it is made.',
  set: 'Store a z.array(…), and [...set] where it is made.',
  symbol: NOT_DATA,
  function: NOT_DATA,
  promise: NOT_DATA,
  file: NOT_DATA,
  nan: 'Store null where there is no number: z.number().nullable().',
};

const NO_UNDEFINED = 'JSON has no undefined in a list. Store null there: .nullable() instead of .optional().';

/**
 * The first part of what the schema gives out that is not storable. What only running can tell (`z.any()`, `z.custom()`, what a
 * transform returns) passes: it is looked at when it is stored.
 */
export function unstorableIn(schema: z.core.$ZodType): UnstorableSchema | undefined {
  return firstIn(schema, '', new Set());
}

function firstIn(schema: z.core.$ZodType, path: string, seen: Set<z.core.$ZodType>): UnstorableSchema | undefined {
  if (seen.has(schema)) return undefined;
  seen.add(schema);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  const remedy = REMEDIES[def.type];
  if (remedy !== undefined) return { path, what: `z.${def.type}()`, remedy };
  if (def.type === 'literal') {
    const strange = def.values.find((value) => typeof value === 'bigint');
    return strange === undefined
      ? undefined
      : { path, what: `z.literal(${strange}n)`, remedy: REMEDIES['bigint'] ?? '' };
  }
  for (const [step, part] of partsOf(schema)) {
    if (step.startsWith('[') && mayBeUndefined(part, new Set()))
      return { path: path + step, what: 'z.undefined() or .optional()', remedy: NO_UNDEFINED };
    const found = firstIn(part, path + step, seen);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** The schemas of which a value that was parsed is made, each with the step that leads to it. */
function partsOf(schema: z.core.$ZodType): (readonly [step: string, part: z.core.$ZodType])[] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      const members = Object.entries(def.shape).map(([key, part]) => [`.${key}`, part] as const);
      return def.catchall === undefined ? members : [...members, ['.*', def.catchall]];
    }
    case 'array':
      return [['[]', def.element]];
    case 'tuple': {
      const items = def.items.map((part, index) => [`[${index}]`, part] as const);
      return def.rest === null ? items : [...items, ['[]', def.rest]];
    }
    case 'record':
      return [
        ['.*', def.keyType],
        ['.*', def.valueType],
      ];
    case 'union':
      return def.options.map((part) => ['', part] as const);
    case 'intersection':
      return [
        ['', def.left],
        ['', def.right],
      ];
    case 'pipe':
      return [['', def.out]];
    case 'lazy':
      return [['', def.getter()]];
    case 'optional':
    case 'nullable':
    case 'nonoptional':
    case 'default':
    case 'prefault':
    case 'catch':
    case 'readonly':
      return [['', def.innerType]];
    default:
      return [];
  }
}

function mayBeUndefined(schema: z.core.$ZodType, seen: Set<z.core.$ZodType>): boolean {
  if (seen.has(schema)) return false;
  seen.add(schema);
  const { def } = (schema as z.core.$ZodTypes)._zod;
  if (def.type === 'undefined' || def.type === 'void' || def.type === 'optional') return true;
  if (def.type === 'literal') return def.values.includes(undefined);
  if (def.type === 'nonoptional' || def.type === 'default') return false;
  return partsOf(schema).some(([step, part]) => step === '' && mayBeUndefined(part, seen));
}
