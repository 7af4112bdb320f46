/** A structured query, checked and brought to one form, and what it says about a single document. */
import type { FieldPath } from './field-paths.ts';
import { below, fieldPathText, isNameField, NAME_FIELD, parseFieldPath } from './field-paths.ts';
import { MAX_DISJUNCTIONS, MAX_INEQUALITY_FIELDS, MAX_NOT_IN_VALUES } from './limits.ts';
import { checkId, parentName, parentOf, rootOf } from './paths.ts';
import { decodeField } from './protocol.ts';
import { invalidArgument, unimplemented } from './rpc-error.ts';
import type { CursorMessage, FilterMessage, StructuredQuery, Value } from './schemas.ts';
import type { IndexKind, KeyRange, StoredDocument } from './store.ts';
import { AFTER_ALL } from './store.ts';
import { NAN_KEY, nameKey, NULL_KEY, valueKey } from './values.ts';

export interface Query {
  readonly root: string;
  readonly parent: string;
  /** Absent: documents of every collection. */
  readonly collectionId?: string;
  readonly allDescendants: boolean;
  readonly filter?: Filter;
  /** Explicit orders, then fields with an inequality, then the name: a total order. */
  readonly orders: readonly Order[];
  readonly start?: Cursor;
  readonly end?: Cursor;
  readonly offset: number;
  readonly limit?: number;
  readonly select?: readonly FieldPath[];
}

export interface Order {
  readonly path: FieldPath;
  readonly field: string;
  readonly descending: boolean;
}

/** The position just before, or just after, documents that have these keys. */
export interface Cursor {
  readonly keys: readonly string[];
  readonly before: boolean;
}

export type Filter = FieldFilter | { readonly op: 'AND' | 'OR'; readonly filters: readonly Filter[] };

/** Every operator is the same question: does the value (or an element) have its key in one of these ranges? */
export interface FieldFilter {
  readonly op: Operator;
  readonly path: FieldPath;
  readonly field: string;
  readonly index: IndexKind;
  /** Ascending, apart from each other. */
  readonly ranges: readonly KeyRange[];
}

const OPERATORS = [
  'EQUAL',
  'LESS_THAN',
  'LESS_THAN_OR_EQUAL',
  'GREATER_THAN',
  'GREATER_THAN_OR_EQUAL',
  'NOT_EQUAL',
  'IN',
  'NOT_IN',
  'ARRAY_CONTAINS',
  'ARRAY_CONTAINS_ANY',
] as const;
type Operator = (typeof OPERATORS)[number];

/** @throws INVALID_ARGUMENT, or UNIMPLEMENTED by name. */
export function parseQuery(parent: string | undefined, message: StructuredQuery = {}): Query {
  const place = parentName(parent);
  if (message.findNearest) throw unimplemented('StructuredQuery.find_nearest');
  const [from, ...more] = message.from ?? [];
  if (more.length > 0) throw invalidArgument('A query may have only one collection selector in "from".');
  if (!from) throw invalidArgument('A query needs a collection selector in "from".');
  if (from.collectionId) checkId(from.collectionId, false);
  if (!from.collectionId && !from.allDescendants) throw unimplemented('A query of all collections of one parent');
  const filter = message.where && parseFilter(message.where);
  if (filter) checkFilter(filter);
  const orders = allOrders(message, filter);
  const limit = message.limit ? (message.limit.value ?? 0) : undefined;
  const offset = message.offset ?? 0;
  if ((limit ?? 0) < 0) throw invalidArgument('The query limit must not be negative.');
  if (offset < 0) throw invalidArgument('The query offset must not be negative.');
  const fields = message.select?.fields;
  return {
    root: rootOf(place),
    parent: place,
    ...(from.collectionId ? { collectionId: from.collectionId } : {}),
    allDescendants: from.allDescendants ?? false,
    ...(filter ? { filter } : {}),
    orders,
    ...(message.startAt ? { start: parseCursor(message.startAt, orders, 'start_at') } : {}),
    ...(message.endAt ? { end: parseCursor(message.endAt, orders, 'end_at') } : {}),
    offset,
    ...(limit === undefined ? {} : { limit }),
    ...(message.select
      ? { select: (fields ?? []).map((field) => parseFieldPath(field.fieldPath)).filter((path) => !isNameField(path)) }
      : {}),
  };
}

/** Whether the document is one of the query's, its offset and limit aside. */
export function selects(query: Query, document: StoredDocument): boolean {
  if (!isInScope(query, document.name)) return false;
  if (query.filter && !matches(query.filter, document)) return false;
  const keys = position(query, document);
  return keys !== undefined && isWithin(query, keys);
}

export function isInScope({ parent, collectionId, allDescendants }: Query, name: string): boolean {
  if (!allDescendants) return parentOf(name) === `${parent}/${collectionId ?? ''}`;
  return name.startsWith(`${parent}/`) && (collectionId === undefined || parentOf(name).endsWith(`/${collectionId}`));
}

export function matches(filter: Filter, document: StoredDocument): boolean {
  if (filter.op === 'AND') return filter.filters.every((one) => matches(one, document));
  if (filter.op === 'OR') return filter.filters.some((one) => matches(one, document));
  const { path, index, ranges } = filter as FieldFilter;
  if (index === 'value') {
    const key = fieldKey(document, path);
    return key !== undefined && isInRanges(key, ranges);
  }
  const value = fieldValue(document, path);
  if (value?.valueType !== 'arrayValue') return false;
  return (value.arrayValue.values ?? []).some((item) => isInRanges(valueKey(item), ranges));
}

/** The document's keys in the query's order, or undefined when it lacks a field of it: such a document never matches. */
export function position(query: Query, document: StoredDocument): string[] | undefined {
  const keys: string[] = [];
  for (const { path } of query.orders) {
    const key = fieldKey(document, path);
    if (key === undefined) return undefined;
    keys.push(key);
  }
  return keys;
}

export function comparePositions(orders: readonly Order[], a: readonly string[], b: readonly string[]): number {
  for (let i = 0; i < orders.length && i < b.length; i += 1) {
    const [x, y] = [a[i] as string, b[i] as string];
    if (x !== y) return x < y === !orders[i]?.descending ? -1 : 1;
  }
  return 0;
}

export function isWithin({ orders, start, end }: Query, keys: readonly string[]): boolean {
  if (start) {
    const order = comparePositions(orders, keys, start.keys);
    if (order < 0 || (order === 0 && !start.before)) return false;
  }
  if (!end) return true;
  const order = comparePositions(orders, keys, end.keys);
  return order < 0 || (order === 0 && !end.before);
}

export const isInRanges = (key: string, ranges: readonly KeyRange[]): boolean =>
  ranges.some(({ low, high }) => key >= low && key < high);

/** Whether a filter makes its field part of the order. */
export const isInequality = ({ op }: FieldFilter): boolean =>
  op !== 'EQUAL' && op !== 'IN' && op !== 'ARRAY_CONTAINS' && op !== 'ARRAY_CONTAINS_ANY';

export const fieldFilters = (filter: Filter | undefined): FieldFilter[] => {
  if (!filter) return [];
  return 'filters' in filter ? filter.filters.flatMap(fieldFilters) : [filter];
};

export const fieldValue = (document: StoredDocument, path: FieldPath): Value | undefined =>
  below(decodeField(document.fields, path[0] as string), path);

function fieldKey(document: StoredDocument, path: FieldPath): string | undefined {
  if (isNameField(path)) return nameKey(document.name);
  const value = fieldValue(document, path);
  return value && valueKey(value);
}

/** The smallest key above this one. */
const after = (key: string): string => `${key}\0`;
const point = (key: string): KeyRange => ({ low: key, high: after(key) });
/** Null is no value to every operator but `== null`. */
const NOT_NULL: KeyRange = { low: after(NULL_KEY), high: AFTER_ALL };

function parseFilter(message: FilterMessage): Filter {
  if (message.filterType === 'compositeFilter') {
    const { op, filters = [] } = message.compositeFilter ?? {};
    if (op !== 'AND' && op !== 'OR') throw invalidArgument('A composite filter needs the operator AND or OR.');
    if (filters.length === 0) throw invalidArgument('A composite filter needs at least one filter.');
    return { op, filters: filters.map(parseFilter) };
  }
  if (message.filterType === 'unaryFilter') {
    const path = parseFieldPath(message.unaryFilter?.field?.fieldPath);
    if (isNameField(path)) throw invalidArgument('Unary operators cannot be used with __name__.');
    const base = { path, field: fieldPathText(path), index: 'value' as const };
    switch (message.unaryFilter?.op) {
      case 'IS_NULL':
        return { ...base, op: 'EQUAL', ranges: [point(NULL_KEY)] };
      case 'IS_NAN':
        return { ...base, op: 'EQUAL', ranges: [point(NAN_KEY)] };
      case 'IS_NOT_NULL':
        return { ...base, op: 'NOT_EQUAL', ranges: [NOT_NULL] };
      case 'IS_NOT_NAN':
        return { ...base, op: 'NOT_EQUAL', ranges: without([NAN_KEY]) };
      default:
        throw invalidArgument('A unary filter has no operator.');
    }
  }
  const { field, value, op } = message.fieldFilter ?? {};
  const operator = OPERATORS.find((known) => known === op);
  if (!operator || !value?.valueType) throw invalidArgument('A field filter needs an operator and a value.');
  const path = parseFieldPath(field?.fieldPath);
  return {
    op: operator,
    path,
    field: fieldPathText(path),
    index: operator === 'ARRAY_CONTAINS' || operator === 'ARRAY_CONTAINS_ANY' ? 'contains' : 'value',
    ranges: rangesOf(operator, path, value),
  };
}

function rangesOf(op: Operator, path: FieldPath, value: Value): KeyRange[] {
  const many = op === 'IN' || op === 'NOT_IN' || op === 'ARRAY_CONTAINS_ANY';
  const operands = many ? listOf(op, value) : [value];
  if (isNameField(path)) {
    if (op === 'ARRAY_CONTAINS' || op === 'ARRAY_CONTAINS_ANY' || !operands.every(isReference)) {
      throw invalidArgument('__key__ filter value must be a Key: compare __name__ with document references.');
    }
  }
  const key = valueKey(value);
  const type = key[0] as string;
  switch (op) {
    case 'EQUAL':
      return [point(key)];
    case 'LESS_THAN':
      return [{ low: type, high: key }];
    case 'LESS_THAN_OR_EQUAL':
      return [{ low: type, high: after(key) }];
    case 'GREATER_THAN':
      return [{ low: after(key), high: endOfType(type) }];
    case 'GREATER_THAN_OR_EQUAL':
      return [{ low: key, high: endOfType(type) }];
    case 'NOT_EQUAL':
      return without([key]);
    case 'NOT_IN':
      // A null in the list matches nothing: https://firebase.google.com/docs/firestore/query-data/queries#not-in
      return operands.some(({ valueType }) => valueType === 'nullValue') ? [] : without(operands.map(valueKey));
    case 'ARRAY_CONTAINS':
    case 'IN':
    case 'ARRAY_CONTAINS_ANY': {
      // Null and NaN are found by the unary filters only, never by membership.
      const keys = operands.map(valueKey).filter((one) => one !== NULL_KEY && one !== NAN_KEY);
      return [...new Set(keys)].sort().map(point);
    }
    default:
      return op satisfies never;
  }
}

const isReference = (value: Value): boolean => value.valueType === 'referenceValue';

const endOfType = (type: string): string => String.fromCharCode(type.charCodeAt(0) + 1);

/** Everything but null and these keys. */
function without(keys: readonly string[]): KeyRange[] {
  const ranges: KeyRange[] = [];
  let low = NOT_NULL.low;
  for (const key of [...new Set(keys)].sort()) {
    if (key >= low) ranges.push({ low, high: key });
    low = after(key);
  }
  return [...ranges, { low, high: AFTER_ALL }];
}

function listOf(op: Operator, value: Value): Value[] {
  const values = value.valueType === 'arrayValue' ? (value.arrayValue.values ?? []) : [];
  if (values.length === 0) throw invalidArgument(`'${op}' requires a non-empty ArrayValue.`);
  const most = op === 'NOT_IN' ? MAX_NOT_IN_VALUES : MAX_DISJUNCTIONS;
  if (values.length > most) throw invalidArgument(`'${op}' supports up to ${most} comparison values.`);
  return values;
}

function checkFilter(filter: Filter): void {
  const leaves = fieldFilters(filter);
  const has = (...ops: Operator[]): number => leaves.filter(({ op }) => ops.includes(op)).length;
  if (disjunctions(filter) > MAX_DISJUNCTIONS) {
    throw invalidArgument(`The query has more than ${MAX_DISJUNCTIONS} disjunctions in disjunctive normal form.`);
  }
  if (has('NOT_IN', 'NOT_EQUAL') > 1) {
    throw invalidArgument("A query may have only one 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NULL' or 'IS_NOT_NAN' filter.");
  }
  if (has('NOT_IN') > 0 && (has('IN', 'ARRAY_CONTAINS_ANY') > 0 || hasOr(filter))) {
    throw invalidArgument("'NOT_IN' cannot be used with 'IN', 'ARRAY_CONTAINS_ANY' or OR.");
  }
  if (arrayFilters(filter) > 1) {
    throw invalidArgument('A maximum of 1 ARRAY_CONTAINS or ARRAY_CONTAINS_ANY filter is allowed per disjunction.');
  }
  const fields = new Set(leaves.filter(isInequality).map(({ field }) => field));
  if (fields.size > MAX_INEQUALITY_FIELDS) {
    throw invalidArgument(`A query may have inequality filters on at most ${MAX_INEQUALITY_FIELDS} fields.`);
  }
}

const hasOr = (filter: Filter): boolean =>
  'filters' in filter && ((filter.op === 'OR' && filter.filters.length > 1) || filter.filters.some(hasOr));

function disjunctions(filter: Filter): number {
  if (!('filters' in filter))
    return filter.op === 'IN' || filter.op === 'ARRAY_CONTAINS_ANY' ? filter.ranges.length : 1;
  const counts = filter.filters.map(disjunctions);
  return filter.op === 'OR' ? counts.reduce((sum, n) => sum + n, 0) : counts.reduce((product, n) => product * n, 1);
}

/** The most array filters that one conjunction of the normal form would hold. */
function arrayFilters(filter: Filter): number {
  if (!('filters' in filter)) return filter.index === 'contains' ? 1 : 0;
  const counts = filter.filters.map(arrayFilters);
  return filter.op === 'OR' ? Math.max(...counts) : counts.reduce((sum, n) => sum + n, 0);
}

function allOrders(message: StructuredQuery, filter: Filter | undefined): Order[] {
  const orders: Order[] = [];
  const add = (path: FieldPath, descending: boolean): void => {
    const field = fieldPathText(path);
    const settled = orders.some((order) => order.field === field || isNameField(order.path));
    if (!settled) orders.push({ path, field, descending });
  };
  for (const { field, direction } of message.orderBy ?? []) {
    add(parseFieldPath(field?.fieldPath), direction === 'DESCENDING');
  }
  const descending = orders.at(-1)?.descending ?? false;
  const unequal = fieldFilters(filter).filter(isInequality);
  for (const { path } of unequal.sort((a, b) => (a.field < b.field ? -1 : 1)))
    if (!isNameField(path)) add(path, descending);
  add([NAME_FIELD], descending);
  return orders;
}

function parseCursor(message: CursorMessage, orders: readonly Order[], what: string): Cursor {
  const values = message.values ?? [];
  if (values.length > orders.length) throw invalidArgument(`${what} has more values than the query has orders.`);
  const keys = values.map((value, i) => {
    if (isNameField(orders[i]?.path ?? []) && !isReference(value)) {
      throw invalidArgument(`${what}: the cursor value of __name__ must be a document reference.`);
    }
    return valueKey(value);
  });
  return { keys, before: message.before ?? false };
}
