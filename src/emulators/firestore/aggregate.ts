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

const integer = (value: number | bigint): Value => ({ valueType: 'integerValue', integerValue: String(value) });
const MAX_INTEGER = 2n ** 63n - 1n;

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
  const wanted = paths.filter((path) => path !== undefined);
  if (wanted.length === 0) {
    const matching = count(store, query, snapshot);
    const fields = aggregations.map((one, i) => [aliasOf(one, i), integer(upTo(one, matching))] as const);
    return { fields: Object.fromEntries(fields), reads: readsFor(matching) };
  }
  // Only documents that have every aggregated field take part, in the count as well:
  // https://firebase.google.com/docs/firestore/query-data/aggregation-queries#behavior_and_limitations
  const found = search(store, query, snapshot).documents;
  const values = found.map((document) => paths.map((path) => path && fieldValue(document, path)));
  const rows = values.filter((row) => row.every((value, i) => paths[i] === undefined || value !== undefined));
  const fields = aggregations.map((one, i) => {
    const column = rows.map((row) => row[i]).filter((value) => value !== undefined);
    const value = one.operator === 'sum' ? sum(column) : one.operator === 'avg' ? average(column) : undefined;
    return [aliasOf(one, i), value ?? integer(upTo(one, rows.length))] as const;
  });
  return { fields: Object.fromEntries(fields), reads: readsFor(found.length) };
}

/** The fields that are summed or averaged. */
export const aggregatedFields = (aggregations: readonly Aggregation[]): FieldPath[] =>
  aggregations.map(pathOf).filter((path) => path !== undefined);

const readsFor = (entries: number): number => Math.max(1, Math.ceil(entries / AGGREGATED_ENTRIES_PER_READ));

const aliasOf = ({ alias }: Aggregation, i: number): string => alias || `field_${i + 1}`;

function upTo({ count: of }: Aggregation, matching: number): number {
  const most = of?.upTo ? Number(of.upTo.value ?? 0) : Infinity;
  if (most <= 0) throw invalidArgument('The up_to of a count must be positive.');
  return Math.min(matching, most);
}

function pathOf(aggregation: Aggregation): FieldPath | undefined {
  if (aggregation.operator === 'count') return undefined;
  if (!aggregation.operator) throw invalidArgument('An aggregation has no operator.');
  const path = parseFieldPath(aggregation[aggregation.operator]?.field?.fieldPath);
  if (isNameField(path)) throw invalidArgument('__name__ cannot be aggregated.');
  return path;
}

/** Integers stay an integer unless they overflow; then, or with one double, the sum is a double. No numbers: 0. */
function sum(values: readonly Value[]): Value {
  let integers = 0n;
  let doubles: number | undefined;
  for (const value of values) {
    if (value.valueType === 'integerValue') integers += BigInt(value.integerValue);
    if (value.valueType === 'doubleValue') doubles = (doubles ?? 0) + value.doubleValue;
  }
  if (doubles === undefined && integers <= MAX_INTEGER && integers >= -MAX_INTEGER - 1n) return integer(integers);
  return { valueType: 'doubleValue', doubleValue: Number(integers) + (doubles ?? 0) };
}

/** Null without numbers. */
function average(values: readonly Value[]): Value {
  const numbers = values.filter(({ valueType }) => valueType === 'integerValue' || valueType === 'doubleValue');
  if (numbers.length === 0) return { valueType: 'nullValue', nullValue: 'NULL_VALUE' };
  const total = sum(numbers);
  const number =
    total.valueType === 'integerValue' ? Number(total.integerValue) : (total as { doubleValue: number }).doubleValue;
  return { valueType: 'doubleValue', doubleValue: number / numbers.length };
}
