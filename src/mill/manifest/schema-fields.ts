/** The fields of what a schema gives out, with their types as people write them. */
import { z } from 'zod';
import { memberPath } from './schema-comments.ts';

export const SchemaField = z.object({
  /** `largest[].share`; `*.departures` of each value of a record; empty for a result that is one value. */
  path: z.string(),
  /** `integer ≥ 0`, `number | null`, `'above' | 'below'`. */
  type: z.string(),
  /** What `.describe()` says. */
  description: z.string().optional(),
});
export type SchemaField = z.infer<typeof SchemaField>;

/** What we read of JSON Schema: https://json-schema.org/draft/2020-12 */
interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly format?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly JsonSchema[];
  readonly oneOf?: readonly JsonSchema[];
  readonly allOf?: readonly JsonSchema[];
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: JsonSchema | boolean;
  readonly items?: JsonSchema | boolean;
  readonly prefixItems?: readonly JsonSchema[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly exclusiveMaximum?: number;
  readonly description?: string;
}

/** By their format, texts that have a name. */
const FORMATS: Readonly<Record<string, string>> = { date: 'date', 'date-time': 'time', uri: 'URL', email: 'address' };

/** In the order in which the schema has them. What only running can tell, as what a transform gives, is `any`. */
export function fieldsOf(schema: z.ZodType): SchemaField[] {
  const json = z.toJSONSchema(schema, { unrepresentable: 'any', io: 'output', reused: 'inline', cycles: 'ref' });
  const fields: SchemaField[] = [];
  add(json as JsonSchema, '', false, fields);
  return fields;
}

function add(schema: JsonSchema, path: string, optional: boolean, fields: SchemaField[]): void {
  const type = typeOf(schema);
  if (path !== '' || membersOf(schema).length === 0) {
    const { description } = schema;
    // The value of a record is told by its fields.
    if (!path.endsWith('*') || membersOf(schema).length === 0)
      fields.push({ path: optional ? `${path}?` : path, type, ...(description === undefined ? {} : { description }) });
  }
  for (const [step, member, isOptional] of membersOf(schema)) {
    const below = step.startsWith('[') ? path + step : memberPath(path, step);
    // A list of values is told by its type, one of objects by their fields.
    if (step !== '[]') add(member, below, isOptional, fields);
    else for (const [name, inner, may] of membersOf(member)) add(inner, memberPath(below, name), may, fields);
  }
}

type Member = readonly [step: string, schema: JsonSchema, optional: boolean];

function membersOf(schema: JsonSchema): Member[] {
  const { properties = {}, required = [], additionalProperties, items } = schema;
  const members = Object.entries(properties).map(([name, each]): Member => [name, each, !required.includes(name)]);
  // What may be anything under any name says nothing.
  if (typeof additionalProperties === 'object' && Object.keys(additionalProperties).length > 0)
    members.push(['*', additionalProperties, false]);
  if (typeof items === 'object' && membersOf(items).length > 0) members.push(['[]', items, false]);
  const seen = new Set(members.map(([step]) => step));
  // A field that several alternatives have is told once, as the first has it.
  for (const option of alternatives(schema)) {
    for (const member of membersOf(option)) {
      if (seen.has(member[0])) continue;
      seen.add(member[0]);
      members.push(member);
    }
  }
  return members;
}

const alternatives = ({ anyOf = [], oneOf = [], allOf = [] }: JsonSchema): JsonSchema[] => [
  ...anyOf,
  ...oneOf,
  ...allOf,
];

function typeOf(schema: JsonSchema): string {
  if (schema.const !== undefined) return word(schema.const);
  if (schema.enum !== undefined) return schema.enum.map(word).join(' | ');
  const options = [...(schema.anyOf ?? []), ...(schema.oneOf ?? [])];
  if (options.length > 0) return [...new Set(options.map(typeOf))].join(' | ');
  if (schema.allOf !== undefined) return [...new Set(schema.allOf.map(typeOf))].join(' & ');
  if (typeof schema.type === 'object') return schema.type.map((type) => typeOf({ ...schema, type })).join(' | ');
  switch (schema.type) {
    case 'string':
      return FORMATS[schema.format ?? ''] ?? 'text';
    case 'number':
    case 'integer':
      return schema.type + rangeOf(schema);
    case 'array':
      return listOf(schema);
    case 'object':
      return typeof schema.additionalProperties === 'object' ? 'object by key' : 'object';
    case 'boolean':
    case 'null':
      return schema.type;
    default:
      return 'any';
  }
}

const word = (value: unknown): string => (typeof value === 'string' ? `'${value}'` : JSON.stringify(value));

function listOf({ items, prefixItems }: JsonSchema): string {
  if (prefixItems !== undefined) return `[${prefixItems.map(typeOf).join(', ')}]`;
  const item = typeof items === 'object' ? typeOf(items) : 'any';
  return item === 'object' ? 'list of objects' : `list of ${item}`;
}

/** ` 0 to 1`, ` ≥ 0`; a whole number of any size has the bounds of what is exact. */
function rangeOf({ minimum, maximum, exclusiveMinimum, exclusiveMaximum }: JsonSchema): string {
  const least = minimum === Number.MIN_SAFE_INTEGER ? undefined : minimum;
  const most = maximum === Number.MAX_SAFE_INTEGER ? undefined : maximum;
  if (least !== undefined && most !== undefined && exclusiveMinimum === undefined && exclusiveMaximum === undefined)
    return ` ${least} to ${most}`;
  const bounds = [
    exclusiveMinimum === undefined ? undefined : `> ${exclusiveMinimum}`,
    least === undefined ? undefined : `≥ ${least}`,
    exclusiveMaximum === undefined ? undefined : `< ${exclusiveMaximum}`,
    most === undefined ? undefined : `≤ ${most}`,
  ].filter((bound) => bound !== undefined);
  return bounds.length === 0 ? '' : ` ${bounds.join(', ')}`;
}
