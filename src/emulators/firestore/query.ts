/** A structured query, checked and brought to one form, and what it says about a single document. */
import type { FieldPath } from './field-paths.ts';
import { below, fieldPathText, isNameField, NAME_FIELD, parseFieldPath, parseMask } from './field-paths.ts';
import { MAX_DISJUNCTIONS, MAX_INEQUALITY_FIELDS, MAX_NOT_IN_VALUES } from './limits.ts';
import { checkId, parentName, parentOf, rootOf } from './paths.ts';
import { decodeField } from './protocol.ts';
import { invalidArgument, unimplemented } from './rpc-error.ts';
import type { CursorMessage, FilterMessage, StructuredQuery, Value } from './schemas.ts';
import type { IndexKind, KeyRange, StoredDocument } from './store.ts';
import { AFTER_ALL, NAN_KEY, nameKey, NULL_KEY, TYPE_BYTE, valueKey } from './values.ts';

export interface Query {
  readonly root: string;
  readonly parent: string;
  /** Absent: documents of every collection. */
  readonly collectionId: string | undefined;
  readonly allDescendants: boolean;
  /** OR of ANDs: a document matches when it passes every filter of one of these lists. Without filters: one empty list. */
  readonly alternatives: readonly (readonly FieldFilter[])[];
  /** Explicit orders, then fields with an inequality, then the name: a total order. */
  readonly orders: readonly Order[];
  readonly start: Cursor | undefined;
  readonly end: Cursor | undefined;
  readonly offset: number;
  /** Infinity without one. */
  readonly limit: number;
  readonly select: readonly FieldPath[] | undefined;
}

export interface Order {
  readonly path: FieldPath;
  readonly field: string;
  readonly descending: boolean;
}

/** The position just before, or just after, documents that have these keys. */
interface Cursor {
  readonly keys: readonly string[];
  readonly before: boolean;
}

/** Every operator is the same question: does the value (or an element) have its key in one of these ranges? */
export interface FieldFilter {
  readonly op: Operator;
  readonly path: FieldPath;
  readonly field: string;
  readonly index: IndexKind;
  /** Ascending, apart from each other. */
  readonly ranges: readonly KeyRange[];
}

/** The smallest key above this one. */
const after = (key: string): string => `${key}\0`;
const point = (key: string): KeyRange => ({ low: key, high: after(key) });
const endOfType = (key: string): string => String.fromCharCode(key.charCodeAt(0) + 1);
/** Values that are no more and no less than anything, although they have a place in the order of values. */
const INCOMPARABLE: ReadonlySet<string> = new Set([NULL_KEY, NAN_KEY]);
/** Ranges begin after NaN, which is sorted before every other number. */
const startOfType = (key: string): string => (key.startsWith(TYPE_BYTE.number) ? after(NAN_KEY) : key.charAt(0));
/** Null and NaN are found by the unary filters only, never by membership. */
const members = (keys: readonly string[]): KeyRange[] =>
  ascending(keys.filter((key) => !INCOMPARABLE.has(key))).map(point);
const ascending = (keys: readonly string[]): string[] => [...new Set(keys)].sort();

/** The ranges of a field filter, from the key of its operand, or the keys of the operand's elements. */
const OPERATORS = {
  EQUAL: ([key]) => [point(key)],
  LESS_THAN: ([key]) => [{ low: startOfType(key), high: key }],
  LESS_THAN_OR_EQUAL: ([key]) => [{ low: startOfType(key), high: after(key) }],
  GREATER_THAN: ([key]) => [{ low: after(key), high: endOfType(key) }],
  GREATER_THAN_OR_EQUAL: ([key]) => [{ low: key, high: endOfType(key) }],
  NOT_EQUAL: (keys) => allBut(keys),
  // A null in the list matches nothing: https://firebase.google.com/docs/firestore/query-data/queries#not-in
  NOT_IN: (keys) => (keys.includes(NULL_KEY) ? [] : allBut(keys)),
  IN: members,
  ARRAY_CONTAINS: members,
  ARRAY_CONTAINS_ANY: members,
} satisfies Record<string, (keys: [string, ...string[]]) => KeyRange[]>;
type Operator = keyof typeof OPERATORS;

const UNARY_OPERATORS: Readonly<Record<string, Pick<FieldFilter, 'op' | 'ranges'>>> = {
  IS_NULL: { op: 'EQUAL', ranges: [point(NULL_KEY)] },
  IS_NAN: { op: 'EQUAL', ranges: [point(NAN_KEY)] },
  IS_NOT_NULL: { op: 'NOT_EQUAL', ranges: allBut([]) },
  IS_NOT_NAN: { op: 'NOT_EQUAL', ranges: allBut([NAN_KEY]) },
};

/** Everything but these keys and null, which is no value to every operator but `== null`. */
function allBut(keys: readonly string[]): KeyRange[] {
  const ranges: KeyRange[] = [];
  let low = after(NULL_KEY);
  for (const key of ascending(keys)) {
    if (key >= low) ranges.push({ low, high: key });
    low = after(key);
  }
  return [...ranges, { low, high: AFTER_ALL }];
}

/** @throws INVALID_ARGUMENT, or UNIMPLEMENTED by name. */
export function parseQuery(parent: string | undefined, message: StructuredQuery = {}): Query {
  const place = parentName(parent);
  if (message.findNearest) throw unimplemented('StructuredQuery.find_nearest');
  const [from, ...more] = message.from ?? [];
  if (!from || more.length > 0) throw invalidArgument('A query needs exactly one collection selector in "from".');
  const { collectionId, allDescendants = false } = from;
  if (collectionId) checkId(collectionId);
  else if (!allDescendants) throw unimplemented('A query of all collections of one parent');
  const alternatives = message.where ? parseFilter(message.where) : [[]];
  checkFilters(alternatives);
  const orders = allOrders(message, alternatives);
  const { offset = 0, limit } = message;
  if (offset < 0 || (limit?.value ?? 0) < 0) throw invalidArgument('Limit and offset must not be negative.');
  return {
    root: rootOf(place),
    parent: place,
    collectionId: collectionId || undefined,
    allDescendants,
    alternatives,
    orders,
    start: message.startAt && parseCursor(message.startAt, orders, 'start_at'),
    end: message.endAt && parseCursor(message.endAt, orders, 'end_at'),
    offset,
    limit: limit ? (limit.value ?? 0) : Infinity,
    select: message.select && parseMask(message.select.fields?.map(({ fieldPath }) => fieldPath)),
  };
}

/** Whether the document is one of the query's, its offset and limit aside. */
export function selects(query: Query, document: StoredDocument): boolean {
  if (!isInScope(query, document.name) || !matches(query, document)) return false;
  const keys = position(query, document);
  return keys !== undefined && isWithin(query, keys);
}

export function isInScope({ parent, collectionId, allDescendants }: Query, name: string): boolean {
  if (!allDescendants) return parentOf(name) === `${parent}/${collectionId ?? ''}`;
  return name.startsWith(`${parent}/`) && (collectionId === undefined || parentOf(name).endsWith(`/${collectionId}`));
}

export const matches = ({ alternatives }: Query, document: StoredDocument): boolean =>
  alternatives.some((filters) => filters.every((filter) => passes(filter, document)));

function passes({ path, index, ranges }: FieldFilter, document: StoredDocument): boolean {
  const isIn = (key: string): boolean => ranges.some(({ low, high }) => key >= low && key < high);
  if (index === 'value') {
    const key = fieldKey(document, path);
    return key !== undefined && isIn(key);
  }
  const value = fieldValue(document, path);
  return value?.valueType === 'arrayValue' && (value.arrayValue.values ?? []).some((item) => isIn(valueKey(item)));
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
  const isAfter = (cursor: Cursor): boolean => {
    const order = comparePositions(orders, keys, cursor.keys);
    return order > 0 || (order === 0 && cursor.before);
  };
  return (!start || isAfter(start)) && !(end && isAfter(end));
}

/** Whether a filter makes its field part of the order. */
export const isInequality = ({ op }: FieldFilter): boolean =>
  op !== 'EQUAL' && op !== 'IN' && op !== 'ARRAY_CONTAINS' && op !== 'ARRAY_CONTAINS_ANY';

export const fieldValue = (document: StoredDocument, path: FieldPath): Value | undefined =>
  below(decodeField(document.fields, path[0] as string), path);

function fieldKey(document: StoredDocument, path: FieldPath): string | undefined {
  if (isNameField(path)) return nameKey(document.name);
  const value = fieldValue(document, path);
  return value && valueKey(value);
}

function parseFilter({ filterType, compositeFilter, unaryFilter, fieldFilter }: FilterMessage): FieldFilter[][] {
  if (filterType === 'compositeFilter') {
    const { op, filters = [] } = compositeFilter ?? {};
    if (op !== 'AND' && op !== 'OR') throw invalidArgument('A composite filter needs the operator AND or OR.');
    if (filters.length === 0) throw invalidArgument('A composite filter needs at least one filter.');
    const parts = filters.map(parseFilter);
    if (op === 'OR') return parts.flat();
    return parts.reduce((all, part) => {
      if (all.length * part.length > MAX_DISJUNCTIONS) throw tooManyDisjunctions();
      return all.flatMap((left) => part.map((right) => [...left, ...right]));
    });
  }
  const path = parseFieldPath((unaryFilter ?? fieldFilter)?.field?.fieldPath);
  const named = { path, field: fieldPathText(path) };
  if (filterType === 'unaryFilter') {
    if (isNameField(path)) throw invalidArgument('Unary operators cannot be used with __name__.');
    const unary = UNARY_OPERATORS[unaryFilter?.op ?? ''];
    if (!unary) throw invalidArgument('A unary filter has no operator.');
    return [[{ ...named, ...unary, index: 'value' }]];
  }
  const { value, op = '' } = fieldFilter ?? {};
  if (!isOperator(op) || !value?.valueType) throw invalidArgument('A field filter needs an operator and a value.');
  const index = op === 'ARRAY_CONTAINS' || op === 'ARRAY_CONTAINS_ANY' ? 'contains' : 'value';
  const operands = op === 'IN' || op === 'NOT_IN' || op === 'ARRAY_CONTAINS_ANY' ? listOf(op, value) : [value];
  if (isNameField(path) && (index === 'contains' || !operands.every(isReference))) {
    throw invalidArgument('__key__ filter value must be a Key: compare __name__ with document references.');
  }
  const keys = operands.map(valueKey) as [string, ...string[]];
  if (/^(LESS|GREATER)/.test(op) && INCOMPARABLE.has(keys[0])) {
    throw unimplemented(`${op} of null or NaN (clients refuse it; use IS_NULL, IS_NAN and their opposites)`);
  }
  return [[{ ...named, op, index, ranges: OPERATORS[op](keys) }]];
}

const isOperator = (op: string): op is Operator => Object.hasOwn(OPERATORS, op);

const isReference = (value: Value): boolean => value.valueType === 'referenceValue';

function listOf(op: Operator, value: Value): Value[] {
  const values = value.valueType === 'arrayValue' ? (value.arrayValue.values ?? []) : [];
  if (values.length === 0) throw invalidArgument(`'${op}' requires a non-empty ArrayValue.`);
  const most = op === 'NOT_IN' ? MAX_NOT_IN_VALUES : MAX_DISJUNCTIONS;
  if (values.length > most) throw invalidArgument(`'${op}' supports up to ${most} comparison values.`);
  return values;
}

const tooManyDisjunctions = (): Error =>
  invalidArgument(`The query has more than ${MAX_DISJUNCTIONS} disjunctions in disjunctive normal form.`);

function checkFilters(alternatives: Query['alternatives']): void {
  const filters = [...new Set(alternatives.flat())];
  const has = (...ops: Operator[]): number => filters.filter(({ op }) => ops.includes(op)).length;
  const choices = ({ op, ranges }: FieldFilter): number =>
    op === 'IN' || op === 'ARRAY_CONTAINS_ANY' ? ranges.length : 1;
  const disjunctions = alternatives.map((one) => one.reduce((product, filter) => product * choices(filter), 1));
  if (disjunctions.reduce((sum, n) => sum + n, 0) > MAX_DISJUNCTIONS) throw tooManyDisjunctions();
  if (has('NOT_IN', 'NOT_EQUAL') > 1) {
    throw invalidArgument("A query may have only one 'NOT_EQUAL', 'NOT_IN', 'IS_NOT_NULL' or 'IS_NOT_NAN' filter.");
  }
  if (has('NOT_IN') > 0 && (has('IN', 'ARRAY_CONTAINS_ANY') > 0 || alternatives.length > 1)) {
    throw invalidArgument("'NOT_IN' cannot be used with 'IN', 'ARRAY_CONTAINS_ANY' or OR.");
  }
  if (alternatives.some((one) => one.filter(({ index }) => index === 'contains').length > 1)) {
    throw invalidArgument('A maximum of 1 ARRAY_CONTAINS or ARRAY_CONTAINS_ANY filter is allowed per disjunction.');
  }
  if (new Set(filters.filter(isInequality).map(({ field }) => field)).size > MAX_INEQUALITY_FIELDS) {
    throw invalidArgument(`A query may have inequality filters on at most ${MAX_INEQUALITY_FIELDS} fields.`);
  }
}

function allOrders(message: StructuredQuery, alternatives: Query['alternatives']): Order[] {
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
  const unequal = alternatives.flat().filter((filter) => isInequality(filter) && !isNameField(filter.path));
  for (const { path } of unequal.sort((a, b) => (a.field < b.field ? -1 : 1))) add(path, descending);
  add([NAME_FIELD], descending);
  return orders;
}

function parseCursor({ values = [], before = false }: CursorMessage, orders: readonly Order[], what: string): Cursor {
  if (values.length > orders.length) throw invalidArgument(`${what} has more values than the query has orders.`);
  if (values.some((value, i) => orders[i]?.field === NAME_FIELD && !isReference(value))) {
    throw invalidArgument(`${what}: the cursor value of __name__ must be a document reference.`);
  }
  return { keys: values.map(valueKey), before };
}
