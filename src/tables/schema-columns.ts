/** Columns of what a schema describes: its plain members by their types, all others as JSON. */
import { z } from 'zod';
import type { Cell, Column, ColumnType } from './table.ts';

interface JsonSchema {
  readonly type?: string | readonly string[];
  readonly anyOf?: readonly JsonSchema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, JsonSchema>>;
  readonly additionalProperties?: unknown;
}

/** Members of an object, in their order. Undefined of a schema that is none of an object. */
export function columnsOf(schema: z.ZodType): readonly Column[] | undefined {
  const json = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any', reused: 'inline' }) as JsonSchema;
  if (json.properties === undefined) return undefined;
  return Object.entries(json.properties).map(([name, member]) => ({ name, type: typeOf(member) }));
}

const PLAIN: Readonly<Record<string, ColumnType>> = {
  string: 'text',
  number: 'number',
  integer: 'integer',
  boolean: 'boolean',
};

function typeOf({ type, anyOf, enum: values, const: only }: JsonSchema): ColumnType {
  if (anyOf !== undefined) {
    const types = new Set(anyOf.filter((one) => one.type !== 'null').map(typeOf));
    if (types.size === 2 && types.has('number') && types.has('integer')) return 'number';
    return types.size === 1 ? ([...types][0] as ColumnType) : 'json';
  }
  if (values !== undefined || only !== undefined) {
    const kinds = new Set((values ?? [only]).map((value) => typeof value));
    return kinds.size === 1 && kinds.has('string') ? 'text' : 'json';
  }
  const plain = typeof type === 'string' ? type : (type ?? []).find((one) => one !== 'null');
  return PLAIN[plain ?? ''] ?? 'json';
}

/** A cell of a column; what does not fit its type, as a looser schema allows, is left out. */
export function cellOf(value: unknown, type: ColumnType): Cell {
  if (value === undefined || value === null || type === 'json') return value;
  if (type === 'text') return typeof value === 'string' ? value : undefined;
  if (type === 'boolean') return typeof value === 'boolean' ? value : undefined;
  return typeof value === 'number' ? value : undefined;
}
