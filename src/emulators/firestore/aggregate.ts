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
import type { Numeric } from './values.ts';
import { doubleValue, integerValue, isNumeric, MAX_INTEGER, MIN_INTEGER, NULL_VALUE, numberOf } from './values.ts';

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
  const valueOf = (one: Aggregation, i: number): Value => {
    const numbers = rows?.map((row) => row[i]).filter(isNumeric) ?? [];
    if (one.operator === 'sum') return sum(numbers);
    return one.operator === 'avg' ? average(numbers) : counted(one, rows?.length ?? entries);
  };
  const fields = aggregations.map((one, i) => [one.alias || `field_${i + 1}`, valueOf(one, i)] as const);
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
  return integerValue(Math.min(matching, most));
}

/** Integers stay an integer unless they overflow; then, or with one double, the sum is a double. No numbers: 0. */
function sum(numbers: readonly Numeric[]): Numeric {
  let integers = 0n;
  let doubles: number | undefined;
  for (const number of numbers) {
    if (number.valueType === 'integerValue') integers += BigInt(number.integerValue);
    else doubles = (doubles ?? 0) + number.doubleValue;
  }
  if (doubles === undefined && integers <= MAX_INTEGER && integers >= MIN_INTEGER) return integerValue(integers);
  return doubleValue(Number(integers) + (doubles ?? 0));
}

const average = (numbers: readonly Numeric[]): Value =>
  numbers.length === 0 ? NULL_VALUE : doubleValue(numberOf(sum(numbers)) / numbers.length);
