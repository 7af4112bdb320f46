/** count, sum and avg over a query's documents. */
import type { FieldPath } from './field-paths.ts';
import { isNameField, parseFieldPath } from './field-paths.ts';
import { AGGREGATED_ENTRIES_PER_READ, MAX_AGGREGATIONS } from './limits.ts';
import type { Query } from './query.ts';
import { fieldValue } from './query.ts';
import { invalidArgument } from './rpc-error.ts';
import type { Aggregation, Fields, Value } from './schemas.ts';
import type { Snapshot } from './search.ts';
import { count, search } from './search.ts';
import type { Store } from './store.ts';

const MAX_INTEGER = 2n ** 63n - 1n;
const integer = (value: number | bigint): Value => ({ valueType: 'integerValue', integerValue: String(value) });
const double = (doubleValue: number): Value => ({ valueType: 'doubleValue', doubleValue });

/** @returns the aggregates by alias, and the reads that they cost. */
export function aggregate(
  store: Store,
  query: Query,
  aggregations: readonly Aggregation[],
  snapshot?: Snapshot,
): { fields: Fields; reads: number } {
  if (aggregations.length === 0 || aggregations.length > MAX_AGGREGATIONS) {
    throw invalidArgument(`An aggregation query takes 1 to ${MAX_AGGREGATIONS} aggregations.`);
  }
  const paths = aggregations.map(pathOf);
  // Only documents that have every aggregated field take part, in the count as well:
  // https://firebase.google.com/docs/firestore/query-data/aggregation-queries#behavior_and_limitations
  const found = paths.some((path) => path) ? search(store, query, snapshot).documents : undefined;
  const rows = found
    ?.map((document) => paths.map((path) => path && fieldValue(document, path)))
    .filter((row) => row.every((value, i) => !paths[i] || value));
  const entries = found?.length ?? count(store, query, snapshot);
  const fields = aggregations.map((one, i) => {
    const numbers = rows?.map((row) => row[i]) ?? [];
    const value =
      one.operator === 'count' ? counted(one, rows?.length ?? entries) : AGGREGATES[one.operator ?? 'sum'](numbers);
    return [one.alias || `field_${i + 1}`, value] as const;
  });
  return { fields: Object.fromEntries(fields), reads: Math.max(1, Math.ceil(entries / AGGREGATED_ENTRIES_PER_READ)) };
}

/** The fields that are summed or averaged. */
export const aggregatedFields = (aggregations: readonly Aggregation[]): FieldPath[] =>
  aggregations.map(pathOf).filter((path) => path !== undefined);

function pathOf({ operator, ...of }: Aggregation): FieldPath | undefined {
  if (operator === 'count') return undefined;
  if (!operator) throw invalidArgument('An aggregation has no operator.');
  const path = parseFieldPath(of[operator]?.field?.fieldPath);
  if (isNameField(path)) throw invalidArgument('__name__ cannot be aggregated.');
  return path;
}

function counted({ count: of }: Aggregation, matching: number): Value {
  const most = of?.upTo ? Number(of.upTo.value ?? 0) : Infinity;
  if (most <= 0) throw invalidArgument('The up_to of a count must be positive.');
  return integer(Math.min(matching, most));
}

/** Integers stay an integer unless they overflow; then, or with one double, the sum is a double. No numbers: 0. */
function sum(values: readonly (Value | undefined)[]): Value {
  let integers = 0n;
  let doubles: number | undefined;
  for (const value of values) {
    if (value?.valueType === 'integerValue') integers += BigInt(value.integerValue);
    if (value?.valueType === 'doubleValue') doubles = (doubles ?? 0) + value.doubleValue;
  }
  if (doubles === undefined && integers <= MAX_INTEGER && integers >= -MAX_INTEGER - 1n) return integer(integers);
  return double(Number(integers) + (doubles ?? 0));
}

/** Null without numbers. */
function average(values: readonly (Value | undefined)[]): Value {
  const numbers = values.filter((value) => value?.valueType === 'integerValue' || value?.valueType === 'doubleValue');
  if (numbers.length === 0) return { valueType: 'nullValue', nullValue: 'NULL_VALUE' };
  const total = sum(numbers);
  return double(
    Number('integerValue' in total ? total.integerValue : (total as { doubleValue: number }).doubleValue) /
      numbers.length,
  );
}

const AGGREGATES = { sum, avg: average };
