/** Random documents and queries against a plain reading of the rules, written without a look at the emulator. */
import { Filter, GeoPoint, Timestamp } from '@google-cloud/firestore';
import type { CollectionReference, DocumentData, Query, WhereFilterOp } from '@google-cloud/firestore';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { FirestoreUnderTest } from '../support/firestore-under-test.ts';
import { firestoreUnderTest } from '../support/firestore-under-test.ts';

const FIELDS = ['a', 'b', 'm.x'] as const;

interface Leaf {
  field: string;
  op: WhereFilterOp;
  value: unknown;
}
type Tree = Leaf | { and: Tree[] } | { or: Tree[] };
interface Asked {
  where: Tree | undefined;
  orders: { field: string; descending: boolean }[];
  start: { values: unknown[]; inclusive: boolean } | undefined;
  end: { values: unknown[]; inclusive: boolean } | undefined;
  offset: number;
  limit: number | undefined;
  last: boolean;
}

/** Few values, so that they meet; each with relatives that are easy to confuse. */
const scalar = fc.constantFrom<unknown>(
  null,
  false,
  true,
  0,
  -0,
  1,
  1.5,
  -2,
  NaN,
  Infinity,
  2 ** 53,
  '',
  'a',
  'ab',
  'b',
  '\u{1f600}',
  '\ufffd',
  'a\0b',
  new Timestamp(5, 0),
  new Timestamp(5, 1_000),
  Buffer.from('a'),
  Buffer.from([0]),
  Buffer.from([0, 1]),
  new GeoPoint(1, 2),
  new GeoPoint(1, -2),
);
const value = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 2, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  { weight: 1, arbitrary: fc.dictionary(fc.constantFrom('x', 'y'), scalar, { maxKeys: 2 }) },
);
const documentData = fc.record(
  { a: value, b: value, m: fc.oneof(scalar, fc.record({ x: value, y: scalar }, { requiredKeys: [] })) },
  { requiredKeys: [] },
);

const isNothing = (v: unknown): boolean => v === null || Number.isNaN(v);
const leaf: fc.Arbitrary<Leaf> = fc
  .record({
    field: fc.constantFrom(...FIELDS),
    op: fc.constantFrom<WhereFilterOp>(
      '==',
      '==',
      '<',
      '<=',
      '>',
      '>=',
      '!=',
      'in',
      'not-in',
      'array-contains',
      'array-contains-any',
    ),
    value,
    values: fc.array(value, { minLength: 1, maxLength: 3 }),
  })
  .map(({ field, op, value, values }) => ({
    field,
    op: isNothing(value) && ['<', '<=', '>', '>=', 'array-contains'].includes(op) ? ('==' as const) : op,
    value: ['in', 'not-in', 'array-contains-any'].includes(op) ? values : value,
  }));
const tree: fc.Arbitrary<Tree> = fc.oneof(
  leaf,
  fc.record({ and: fc.array(leaf, { minLength: 2, maxLength: 3 }) }),
  fc.record({ or: fc.array(leaf, { minLength: 2, maxLength: 3 }) }),
  fc.record({ and: fc.tuple(leaf, fc.record({ or: fc.array(leaf, { minLength: 2, maxLength: 2 }) })) }),
);
const cursor = fc.record({ values: fc.array(value, { minLength: 1, maxLength: 2 }), inclusive: fc.boolean() });
const asked: fc.Arbitrary<Asked> = fc
  .record({
    where: fc.option(tree, { nil: undefined }),
    orders: fc.uniqueArray(fc.record({ field: fc.constantFrom(...FIELDS), descending: fc.boolean() }), {
      maxLength: 2,
      selector: ({ field }) => field,
    }),
    start: fc.option(cursor, { nil: undefined, freq: 3 }),
    end: fc.option(cursor, { nil: undefined, freq: 3 }),
    offset: fc.constantFrom(0, 0, 0, 1, 3),
    limit: fc.option(fc.integer({ min: 1, max: 20 }), { nil: undefined }),
    last: fc.boolean(),
  })
  .filter(({ where }) => !isRefused(where))
  .map((query) => {
    const cut = (one: Asked['start']): Asked['start'] =>
      one && query.orders.length > 0 ? { ...one, values: one.values.slice(0, query.orders.length) } : undefined;
    const last = query.last && query.limit !== undefined && query.orders.length > 0 && query.offset === 0;
    return Object.assign(query, { start: cut(query.start), end: cut(query.end), last });
  });

// --- The oracle: data-types#value_type_ordering and the queries pages, on plain JavaScript values.

const typeRank = (v: unknown): number => {
  if (v === null) return 0;
  if (typeof v === 'boolean') return 1;
  if (typeof v === 'number') return 2;
  if (v instanceof Timestamp) return 3;
  if (typeof v === 'string') return 4;
  if (Buffer.isBuffer(v)) return 5;
  if (v instanceof GeoPoint) return 7;
  return Array.isArray(v) ? 8 : 10;
};
const sign = (n: number): number => Math.sign(n);
function compare(a: unknown, b: unknown): number {
  const rank = typeRank(a) - typeRank(b);
  if (rank !== 0) return sign(rank);
  if (typeof a === 'boolean') return Number(a) - Number(b);
  if (typeof a === 'number') {
    const other = b as number;
    if (Number.isNaN(a) || Number.isNaN(other)) return Number(Number.isNaN(other)) - Number(Number.isNaN(a));
    return a < other ? -1 : a > other ? 1 : 0;
  }
  if (a instanceof Timestamp) {
    const other = b as Timestamp;
    return sign(a.seconds - other.seconds || a.nanoseconds - other.nanoseconds);
  }
  if (typeof a === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b as string));
  if (Buffer.isBuffer(a)) return Buffer.compare(a, b as Buffer);
  if (a instanceof GeoPoint) {
    const other = b as GeoPoint;
    return sign(a.latitude - other.latitude || a.longitude - other.longitude);
  }
  if (Array.isArray(a)) {
    const other = b as unknown[];
    for (let i = 0; i < Math.min(a.length, other.length); i += 1) {
      const order = compare(a[i], other[i]);
      if (order !== 0) return order;
    }
    return sign(a.length - other.length);
  }
  if (a === null) return 0;
  const entries = (map: object): [string, unknown][] => Object.entries(map).toSorted(([m], [n]) => (m < n ? -1 : 1));
  const [x, y] = [entries(a as object), entries(b as object)];
  for (let i = 0; i < Math.min(x.length, y.length); i += 1) {
    const order = compare(x[i]?.[0], y[i]?.[0]) || compare(x[i]?.[1], y[i]?.[1]);
    if (order !== 0) return order;
  }
  return sign(x.length - y.length);
}

/** A map inside of a scalar has no fields. */
function read(data: DocumentData, field: string): unknown {
  let at: unknown = data;
  for (const name of field.split('.')) {
    if (typeRank(at) !== 10 || !Object.hasOwn(at as object, name)) return undefined;
    at = (at as DocumentData)[name];
  }
  return at;
}

function holds({ field, op, value }: Leaf, data: DocumentData): boolean {
  const own = read(data, field);
  if (own === undefined) return false;
  const equals = (other: unknown): boolean => compare(own, other) === 0;
  // NaN is less than nothing and more than nothing, although it is sorted before every number.
  const sameType = typeRank(own) === typeRank(value) && !Number.isNaN(own);
  const among = (values: unknown[], item: unknown): boolean =>
    !isNothing(item) && values.some((one) => compare(one, item) === 0);
  switch (op) {
    case '==':
      return equals(value);
    case '!=':
      return own !== null && !equals(value);
    case '<':
      return sameType && compare(own, value) < 0;
    case '<=':
      return sameType && compare(own, value) <= 0;
    case '>':
      return sameType && compare(own, value) > 0;
    case '>=':
      return sameType && compare(own, value) >= 0;
    case 'in':
      return among(value as unknown[], own);
    case 'not-in':
      return own !== null && !(value as unknown[]).includes(null) && !(value as unknown[]).some(equals);
    case 'array-contains':
      return Array.isArray(own) && among(own, value);
    case 'array-contains-any':
      return Array.isArray(own) && (value as unknown[]).some((one) => among(own, one));
    default:
      return op satisfies never;
  }
}

const fits = (where: Tree | undefined, data: DocumentData): boolean => {
  if (!where) return true;
  if ('and' in where) return where.and.every((one) => fits(one, data));
  if ('or' in where) return where.or.some((one) => fits(one, data));
  return holds(where, data);
};
const leaves = (where: Tree | undefined): Leaf[] => {
  if (!where) return [];
  if ('and' in where) return where.and.flatMap(leaves);
  return 'or' in where ? where.or.flatMap(leaves) : [where];
};

/** What the service refuses, by the comments of query.proto. */
function isRefused(where: Tree | undefined): boolean {
  const all = leaves(where);
  const not = all.filter(({ op }) => op === '!=' || op === 'not-in').length;
  const notIn = all.some(({ op }) => op === 'not-in');
  const hasOr = where !== undefined && !('op' in where) && ('or' in where || where.and.some((one) => 'or' in one));
  const arrays = (one: Tree): number => {
    if ('and' in one) return one.and.reduce((sum, part) => sum + arrays(part), 0);
    if ('or' in one) return Math.max(...one.or.map(arrays));
    return one.op.startsWith('array-contains') ? 1 : 0;
  };
  const disjunction = all.some(({ op }) => op === 'in' || op === 'array-contains-any');
  return not > 1 || (notIn && (hasOr || disjunction)) || (where !== undefined && arrays(where) > 1);
}

function answer(documents: Record<string, DocumentData>, query: Asked): string[] {
  const orders = [...query.orders];
  const descending = orders.at(-1)?.descending ?? false;
  const unequal = leaves(query.where).filter(({ op }) => ['<', '<=', '>', '>=', '!=', 'not-in'].includes(op));
  for (const field of [...new Set(unequal.map((one) => one.field))].toSorted()) {
    if (!orders.some((order) => order.field === field)) orders.push({ field, descending });
  }
  const flip = (order: number, down: boolean): number => (down ? -order : order);
  const place = (data: DocumentData, values: unknown[]): number => {
    for (const [i, wanted] of values.entries()) {
      const order = orders[i] as Asked['orders'][number];
      const result = flip(compare(read(data, order.field), wanted), order.descending);
      if (result !== 0) return result;
    }
    return 0;
  };
  const rows = Object.entries(documents)
    .filter(([, data]) => fits(query.where, data) && orders.every(({ field }) => read(data, field) !== undefined))
    .filter(([, data]) => {
      const start = query.start ? place(data, query.start.values) : 1;
      const end = query.end ? place(data, query.end.values) : -1;
      return (start > 0 || (start === 0 && query.start?.inclusive)) && (end < 0 || (end === 0 && query.end?.inclusive));
    })
    .toSorted(([x, left], [y, right]) => {
      for (const { field, descending: down } of orders) {
        const result = flip(compare(read(left, field), read(right, field)), down);
        if (result !== 0) return result;
      }
      return flip(x < y ? -1 : 1, descending);
    })
    .map(([id]) => id)
    .slice(query.offset);
  if (query.limit === undefined) return rows;
  return query.last ? rows.slice(-query.limit) : rows.slice(0, query.limit);
}

function ask(root: CollectionReference, query: Asked): Query {
  const filter = (one: Tree): Filter => {
    if ('and' in one) return Filter.and(...one.and.map(filter));
    if ('or' in one) return Filter.or(...one.or.map(filter));
    return Filter.where(one.field, one.op, one.value);
  };
  let built: Query = query.where ? root.where(filter(query.where)) : root;
  for (const { field, descending } of query.orders) built = built.orderBy(field, descending ? 'desc' : 'asc');
  if (query.start)
    built = query.start.inclusive ? built.startAt(...query.start.values) : built.startAfter(...query.start.values);
  if (query.end) built = query.end.inclusive ? built.endAt(...query.end.values) : built.endBefore(...query.end.values);
  if (query.offset > 0) built = built.offset(query.offset);
  if (query.limit === undefined) return built;
  return query.last ? built.limitToLast(query.limit) : built.limit(query.limit);
}

describe('random queries', () => {
  let cloud: FirestoreUnderTest;
  beforeAll(async () => {
    cloud = await firestoreUnderTest();
  });
  afterAll(() => cloud.close());

  // Small collections are read whole, larger ones through indexes: both must agree with the oracle, also after changes.
  test.for([
    ['a few documents', 12],
    ['hundreds of documents', 160],
  ] as const)('over %s answer as the rules say', async ([, size]) => {
    const run = async (contents: DocumentData[], changes: DocumentData[], queries: Asked[]): Promise<void> => {
      const root = cloud.collection();
      const documents: Record<string, DocumentData> = {};
      const store = async (list: DocumentData[]): Promise<void> => {
        const batch = cloud.client.batch();
        for (const [i, data] of list.entries()) {
          documents[`d${i}`] = data;
          batch.set(root.doc(`d${i}`), data);
        }
        await batch.commit();
      };
      const compareAll = async (): Promise<void> => {
        await Promise.all(
          queries.map(async (query) => {
            const wanted = answer(documents, query);
            const found = await ask(root, query).get();
            expect(found.docs.map(({ id }) => id)).toEqual(wanted);
            if (query.last) return;
            expect((await ask(root, query).count().get()).data().count).toBe(wanted.length);
          }),
        );
      };
      await store(contents);
      await compareAll();
      await store(changes);
      await compareAll();
    };
    await fc.assert(
      fc.asyncProperty(
        fc.array(documentData, { minLength: size, maxLength: size, size: 'max' }),
        fc.array(documentData, { minLength: size >> 1, maxLength: size >> 1, size: 'max' }),
        fc.array(asked, { minLength: 40, maxLength: 40 }),
        run,
      ),
      { numRuns: Number(process.env['DAYMILL_ORACLE_RUNS'] ?? 12) },
    );
  });
});
