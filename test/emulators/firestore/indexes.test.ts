/** Which queries an index configuration allows, and what the refusal says to add. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { IndexConfig } from '../../../src/emulators/firestore/indexes.ts';
import { checkIndexes } from '../../../src/emulators/firestore/indexes.ts';
import { parseQuery } from '../../../src/emulators/firestore/query.ts';
import type { FilterMessage, StructuredQuery, Value } from '../../../src/emulators/firestore/schemas.ts';
import type { FirestoreUnderTest } from '../../support/firestore-under-test.ts';
import { CODE, firestoreUnderTest } from '../../support/firestore-under-test.ts';
import { ROOT } from './firestore-wire.ts';

const one: Value = { valueType: 'integerValue', integerValue: '1' };
const OPERATORS = {
  '==': 'EQUAL',
  '>': 'GREATER_THAN',
  '!=': 'NOT_EQUAL',
  '~': 'IN',
  '@': 'ARRAY_CONTAINS',
} as const;

/** Filters such as `a== b> or(c==,d==)`, `~` for in, `@` for array-contains; then `by a,-b`; `group` before it all. */
function query(text: string): StructuredQuery & { group?: boolean } {
  const [filters = '', orders = ''] = text.replace('group ', '').split(' by ');
  const leaf = (part: string): FilterMessage => {
    if (part.startsWith('or(')) {
      return {
        filterType: 'compositeFilter',
        compositeFilter: { op: 'OR', filters: part.slice(3, -1).split(',').map(leaf) },
      };
    }
    const [, fieldPath = '', operator = ''] = /^(\w+(?:\.\w+)?)(.+)$/.exec(part) ?? [];
    const op = OPERATORS[operator as keyof typeof OPERATORS];
    const value: Value = op === 'IN' ? { valueType: 'arrayValue', arrayValue: { values: [one] } } : one;
    return { filterType: 'fieldFilter', fieldFilter: { field: { fieldPath }, op, value } };
  };
  const parts = filters.split(' ').filter(Boolean).map(leaf);
  return {
    from: [{ collectionId: 'c', allDescendants: text.startsWith('group ') }],
    ...(parts.length > 0
      ? { where: { filterType: 'compositeFilter', compositeFilter: { op: 'AND', filters: parts } } }
      : {}),
    orderBy: orders
      .split(',')
      .filter(Boolean)
      .map((field) => ({
        field: { fieldPath: field.replace('-', '') },
        direction: field.startsWith('-') ? 'DESCENDING' : 'ASCENDING',
      })),
  };
}
const check = (text: string, config: IndexConfig) => (): void => checkIndexes(parseQuery(ROOT, query(text)), config);

const composite = (...fields: string[]): IndexConfig => ({
  indexes: [
    {
      collectionGroup: 'c',
      queryScope: 'COLLECTION',
      fields: fields.map((field) => {
        if (field.endsWith('[]')) return { fieldPath: field.slice(0, -2), arrayConfig: 'CONTAINS' };
        return { fieldPath: field.replace('-', ''), order: field.startsWith('-') ? 'DESCENDING' : 'ASCENDING' };
      }),
    },
  ],
});

describe('automatic indexes are enough for', () => {
  test.for([
    '',
    'a==',
    'a== b==',
    'a== b== d==',
    'a> ',
    'a> by a',
    'a> by -a',
    ' by -a',
    'a!= ',
    'or(a==,b==)',
    'or(a==,b>)',
    'a== by a',
  ])('"%s"', (text) => {
    // An OR with an inequality is ordered by that field in each part.
    if (text === 'or(a==,b>)') expect(check(text, {})).toThrow(/requires an index/);
    else expect(check(text, {})).not.toThrow();
  });
});

describe('a composite index', () => {
  test.for([
    ['a== b>', ['a', 'b']],
    ['a== b> by -b', ['a', '-b']],
    ['a== by -b', ['a', 'b']],
    ['a== b== by d', ['b', 'a', 'd']],
    [' by a,-b', ['-a', 'b']],
    ['a> b>', ['a', 'b']],
    ['a== by b,__name__', ['a', 'b']],
    ['a@ b>', ['a[]', 'b']],
    ['a~ b>', ['a', 'b']],
    ['a== by b,-__name__', ['a', 'b', '-__name__']],
  ] as const)('for "%s" is %s', ([text, fields]) => {
    expect(check(text, {})).toThrow(/The query requires an index/);
    expect(check(text, composite(...fields))).not.toThrow();
  });

  test.for([
    [' by a,b', ['a', '-b']],
    ['a== b>', ['b', 'a']],
    ['a== b> ', ['a', 'b', 'd']],
    ['a== b== by d', ['a', 'd']],
    ['a@ b>', ['a', 'b']],
    ['group a== b>', ['a', 'b']],
    ['a== by b,-__name__', ['a', 'b']],
  ] as const)('for "%s" is not %s', ([text, fields]) => {
    expect(check(text, composite(...fields))).toThrow(/requires an index/);
  });

  test('may be two that share their order', () => {
    const indexes = [...(composite('a', 'd').indexes ?? []), ...(composite('b', 'd').indexes ?? [])];
    expect(check('a== b== by d', { indexes })).not.toThrow();
  });

  test('is asked for by what the refusal says', () => {
    expect.assertions(2);
    try {
      check('a== x@ b> by -b', {})();
    } catch (error) {
      const json = /\{.*\}$/.exec((error as Error).message)?.[0] ?? '';
      const index = JSON.parse(json) as never;
      expect(index).toMatchObject({ collectionGroup: 'c', queryScope: 'COLLECTION' });
      expect(check('a== x@ b> by -b', { indexes: [index] })).not.toThrow();
    }
  });
});

describe('single-field rules', () => {
  const exempt: IndexConfig = { fieldOverrides: [{ collectionGroup: 'c', fieldPath: 'a', indexes: [] }] };

  test.for(['a==', 'a>', ' by a', 'a== b==', 'a.x==', 'a@'])('an exempt field refuses "%s"', (text) => {
    expect(check(text, exempt)).toThrow(/COLLECTION_(ASC|CONTAINS) index for collection c and field a/);
    expect(check('b==', exempt)).not.toThrow();
  });

  test('a rule for time to live alone leaves the automatic indexes', () => {
    expect(check('a>', { fieldOverrides: [{ collectionGroup: 'c', fieldPath: 'a', ttl: true }] })).not.toThrow();
  });

  test('a collection group needs an index of its scope, and the refusal gives it', () => {
    expect.assertions(4);
    expect(check('group ', {})).not.toThrow();
    try {
      check('group a==', {})();
    } catch (error) {
      expect((error as Error).message).toContain('COLLECTION_GROUP_ASC index for collection c and field a');
      const override = JSON.parse(/\{.*\}$/.exec((error as Error).message)?.[0] ?? '') as never;
      expect(check('group a==', { fieldOverrides: [override] })).not.toThrow();
      expect(check('a==', { fieldOverrides: [override] })).toThrow(/COLLECTION_ASC/);
    }
  });
});

describe('with indexes required', () => {
  let cloud: FirestoreUnderTest;
  beforeAll(async () => {
    cloud = await firestoreUnderTest({ requireIndexes: true, indexes: composite('a', 'b') });
  });
  afterAll(() => cloud.close());

  test('the server refuses by FAILED_PRECONDITION, in queries, aggregations and listeners', async () => {
    const root = cloud.client.collection('c');
    await root.doc('x').set({ a: 1, b: 2, d: 3 });
    expect((await root.where('a', '==', 1).orderBy('b').get()).size).toBe(1);
    const refused = root.where('a', '==', 1).orderBy('d');
    const heard = new Promise((_, reject) => {
      refused.onSnapshot(() => reject(new Error('it was answered')), reject);
    });
    // Side by side: the client tries each five times.
    const message = expect.stringMatching(/requires an index.*"fieldPath":"d"/) as string;
    await Promise.all([
      expect(refused.get()).rejects.toMatchObject({ code: CODE.failedPrecondition, message }),
      expect(refused.count().get()).rejects.toMatchObject({ code: CODE.failedPrecondition, message }),
      expect(heard).rejects.toMatchObject({ message }),
    ]);
  });
});
