import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFields } from '../../../src/emulators/firestore/encode-fields.ts';
import { decodeField, decodeFields } from '../../../src/emulators/firestore/protocol.ts';
import type { Fields, Value } from '../../../src/emulators/firestore/schemas.ts';
import { ROOT } from './firestore-wire.ts';

const NAME = `${ROOT}/a/b`;
const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'binary', maxLength: 300 });
const seconds = fc.integer({ min: -62_135_596_800, max: 253_402_300_799 }).map(String);
const nanos = fc.integer({ min: 0, max: 999_999 }).map((micros) => micros * 1000);
const degrees = (max: number): fc.Arbitrary<number> => fc.double({ min: -max, max, noNaN: true });
const array = (values: Value[]): Value => ({
  valueType: 'arrayValue',
  arrayValue: values.length > 0 ? { values } : {},
});
const map = (fields: Fields): Value => ({
  valueType: 'mapValue',
  mapValue: Object.keys(fields).length > 0 ? { fields } : {},
});
const { value, fields } = fc.letrec<{ value: Value; item: Value; fields: Fields }>((tie) => ({
  fields: fc.dictionary(
    text.filter((name) => name !== '' && !/^__.*__$/s.test(name)),
    tie('value'),
    { maxKeys: 4, noNullPrototype: true },
  ),
  value: fc.oneof({ depthSize: 'small' }, tie('item'), fc.array(tie('item'), { maxLength: 4 }).map(array)),
  item: fc.oneof(
    { depthSize: 'small' },
    fc.constant<Value>({ valueType: 'nullValue', nullValue: 'NULL_VALUE' }),
    fc.boolean().map((booleanValue): Value => ({ valueType: 'booleanValue', booleanValue })),
    int64.map((n): Value => ({ valueType: 'integerValue', integerValue: String(n) })),
    fc.double().map((doubleValue): Value => ({ valueType: 'doubleValue', doubleValue })),
    text.map((stringValue): Value => ({ valueType: 'stringValue', stringValue })),
    fc
      .uint8Array({ maxLength: 300 })
      .map((bytes): Value => ({ valueType: 'bytesValue', bytesValue: Buffer.from(bytes) })),
    text.map((referenceValue): Value => ({ valueType: 'referenceValue', referenceValue })),
    fc.record({ seconds, nanos }).map((timestampValue): Value => ({ valueType: 'timestampValue', timestampValue })),
    fc
      .record({ latitude: degrees(90), longitude: degrees(180) })
      .map((geoPointValue): Value => ({ valueType: 'geoPointValue', geoPointValue })),
    tie('fields').map(map),
  ),
}));

describe('encoded fields', () => {
  test('are what the protos decode', () => {
    fc.assert(
      fc.property(fields, (one) => {
        expect(decodeFields(encodeFields(NAME, one))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  test('are the same bytes in whatever order the names come', () => {
    fc.assert(
      fc.property(fields, (one) => {
        const turned = Object.fromEntries(Object.entries(one).reverse());
        expect(encodeFields(NAME, { m: map(turned) })).toEqual(encodeFields(NAME, { m: map(one) }));
      }),
    );
  });

  test('give each field alone', () => {
    fc.assert(
      fc.property(fields, value, (one, other) => {
        const bytes = encodeFields(NAME, { ...one, wanted: other });
        expect(decodeField(bytes, 'wanted')).toEqual(other);
        expect(decodeField(bytes, 'wante')).toEqual(Object.hasOwn(one, 'wante') ? one['wante'] : undefined);
      }),
    );
  });
});

describe('the size of a document', () => {
  const string = (stringValue: string): Value => ({ valueType: 'stringValue', stringValue });
  const integer: Value = { valueType: 'integerValue', integerValue: '1' };
  // The worked example of https://firebase.google.com/docs/firestore/storage-size: 44 for the name, 71 for fields, 32.
  const task = `${ROOT}/users/jeff/tasks/my_task_id`;
  const example: Fields = {
    type: string('Personal'),
    done: { valueType: 'booleanValue', booleanValue: false },
    priority: integer,
    description: string('Learn Cloud Firestore'),
  };

  test.for<[string, Fields, number]>([
    ['the documented task is 147 bytes', {}, 0],
    ['strings count UTF-8 bytes', { s: string('é') }, 2 + 3],
    ['maps count like documents', { m: map({ ab: integer }) }, 2 + 3 + 8 + 32],
    ['arrays count their values', { a: array([integer, string('x')]) }, 2 + 8 + 2],
    ['references count like names', { r: { valueType: 'referenceValue', referenceValue: `${ROOT}/a/b` } }, 2 + 4 + 16],
    ['places count 16', { g: { valueType: 'geoPointValue', geoPointValue: {} } }, 2 + 16],
  ])('%s', ([, more, size]) => {
    const filledUpTo = (most: number): Fields => ({
      ...example,
      ...more,
      p: { valueType: 'bytesValue', bytesValue: Buffer.alloc(most - 147 - size - 2) },
    });
    expect(() => encodeFields(task, filledUpTo(1_048_576))).not.toThrow();
    expect(() => encodeFields(task, filledUpTo(1_048_577))).toThrow(/1,048,577 bytes/);
  });

  test('maps and arrays nest twenty deep', () => {
    const nested = (depth: number): Value => (depth === 0 ? integer : map({ m: nested(depth - 1) }));
    expect(() => encodeFields(NAME, { f: nested(20) })).not.toThrow();
    expect(() => encodeFields(NAME, { f: nested(21) })).toThrow(/20/);
  });
});
