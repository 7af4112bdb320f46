import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { encodeFields } from '../../../src/emulators/firestore/encode-fields.ts';
import { decodeField, decodeFields } from '../../../src/emulators/firestore/protocol.ts';
import type { Fields, Value } from '../../../src/emulators/firestore/schemas.ts';

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const text = fc.string({ unit: 'binary', maxLength: 300 });
const { value, fields } = fc.letrec<{ value: Value; fields: Fields }>((tie) => ({
  fields: fc.dictionary(
    text.filter((name) => name !== '__proto__'),
    tie('value'),
    { maxKeys: 4, noNullPrototype: true },
  ),
  value: fc.oneof(
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
    fc
      .record({ seconds: int64.map(String), nanos: fc.integer({ min: 0, max: 999_999_999 }) })
      .map((timestampValue): Value => ({ valueType: 'timestampValue', timestampValue })),
    fc
      .record({ latitude: fc.double(), longitude: fc.double() })
      .map((geoPointValue): Value => ({ valueType: 'geoPointValue', geoPointValue })),
    fc
      .array(tie('value'), { maxLength: 4 })
      .map((values): Value => ({ valueType: 'arrayValue', arrayValue: values.length > 0 ? { values } : {} })),
    tie('fields').map((fields): Value => ({
      valueType: 'mapValue',
      mapValue: Object.keys(fields).length > 0 ? { fields } : {},
    })),
  ),
}));

describe('encoded fields', () => {
  test('are what the protos decode', () => {
    fc.assert(
      fc.property(fields, (one) => {
        expect(decodeFields(encodeFields(one))).toEqual(one);
      }),
      { numRuns: 500 },
    );
  });

  test('give each field alone', () => {
    fc.assert(
      fc.property(fields, value, (one, other) => {
        const bytes = encodeFields({ ...one, wanted: other });
        expect(decodeField(bytes, 'wanted')).toEqual(other);
        expect(decodeField(bytes, 'wante')).toEqual(Object.hasOwn(one, 'wante') ? one['wante'] : undefined);
      }),
    );
  });
});
