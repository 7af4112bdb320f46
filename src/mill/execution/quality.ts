/**
 * Looks at all of a keyed result's values together: fields that are mostly null, and results that are the same for every entity.
 * Both are what a broken upstream looks like when each value alone is well-formed. Nothing is visible before it has passed.
 */
import { z } from 'zod';
import { TerminalError } from '../../errors.ts';
import { type Computation, isKeyed } from '../model/computation.ts';

/** Fewer entities prove nothing. */
export const QUALITY_AFTER_ENTITIES = 100;

/** Share of entities above which a field may not be null or absent. */
export const NULL_DENSITY = 0.5;

export interface Quality {
  add(value: unknown): void;
  /** All were added. @throws {TerminalError} FLAT_LINE, NULL_DENSITY */
  end(): void;
}

/** What is known of one field; a value that is no object is one field without a name. */
interface Field {
  readonly name: string;
  nulls: number;
  numbers: number;
  first: unknown;
  varies: boolean;
}

/** Fields are those of the output schema; values of other schemas than objects and numbers are not looked at. */
export function openQuality(computation: Computation): Quality {
  const fields = fieldsOf(computation);
  let count = 0;
  return {
    add(value) {
      count++;
      for (const field of fields)
        see(field, field.name === '' ? value : (value as Record<string, unknown> | null)?.[field.name]);
    },
    end() {
      checkNulls(computation, fields, count);
      checkFlatness(computation, fields, count);
    },
  };
}

/** For results that come whole. @throws {TerminalError} FLAT_LINE, NULL_DENSITY */
export function checkQuality(computation: Computation, output: unknown): void {
  if (!isKeyed(computation.output)) return;
  const quality = openQuality(computation);
  for (const value of Object.values(output as object)) quality.add(value);
  quality.end();
}

function fieldsOf({ output }: Computation): Field[] {
  if (!isKeyed(output)) return [];
  const { valueType } = output;
  const names = valueType instanceof z.ZodObject ? Object.keys(valueType.shape) : [''];
  return names.map((name) => ({ name, nulls: 0, numbers: 0, first: undefined, varies: false }));
}

function see(field: Field, value: unknown): void {
  if (value === null || value === undefined) {
    field.nulls++;
    return;
  }
  if (typeof value === 'number') field.numbers++;
  if (field.first === undefined) field.first = value;
  // What is deeper is not compared: it is taken to vary.
  if (value !== field.first || typeof value === 'object') field.varies = true;
}

function checkNulls({ name, checks }: Computation, fields: readonly Field[], count: number): void {
  if (checks.nullDensity === false) return;
  const { above = NULL_DENSITY, after = QUALITY_AFTER_ENTITIES } = checks.nullDensity ?? {};
  if (count < after) return;
  const empty = fields.find(({ nulls }) => nulls > count * above);
  if (empty === undefined) return;
  throw new TerminalError(
    'NULL_DENSITY',
    `${name}: ${called(empty)} is null or absent in ${empty.nulls} of ${count} entities, above ${above * 100} %; look at what it is made from, or set checks.nullDensity`,
  );
}

/** By itself a result is flat when nothing in it differs between entities; of fields that are named, each must vary. */
function checkFlatness({ name, checks }: Computation, fields: readonly Field[], count: number): void {
  if (checks.flatLine === false) return;
  const { after = QUALITY_AFTER_ENTITIES, fields: named } = checks.flatLine ?? {};
  if (count < after) return;
  const varies = (field: Field): boolean => field.varies || (field.nulls > 0 && field.nulls < count);
  const numeric = fields.filter(({ numbers }) => numbers > 0);
  const flat =
    named === undefined
      ? fields.some(varies)
        ? []
        : numeric
      : numeric.filter((field) => named.includes(field.name) && field.numbers >= after && !field.varies);
  const [first] = flat;
  if (first === undefined) return;
  throw new TerminalError(
    'FLAT_LINE',
    `${name}: ${called(first)} is ${String(first.first)} in all of ${count} entities${named === undefined ? ', and nothing else differs' : ''}; look at what it is made from, or set checks.flatLine`,
  );
}

const called = ({ name }: Field): string => (name === '' ? 'the value' : `"${name}"`);
