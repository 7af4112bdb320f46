import { describe, expect, test } from 'vitest';
import { canonicalFields } from '../../../src/emulators/firestore/canonical-fields.ts';
import { documentSize, nameSize, valueSize } from '../../../src/emulators/firestore/document-size.ts';
import type { Fields, Value } from '../../../src/emulators/firestore/schemas.ts';
import { ROOT } from './firestore-wire.ts';

const text = (stringValue: string): Value => ({ valueType: 'stringValue', stringValue });
const integer = (n: number): Value => ({ valueType: 'integerValue', integerValue: String(n) });

describe('sizes', () => {
  // The worked example of https://firebase.google.com/docs/firestore/storage-size
  test('the documented task is 147 bytes', () => {
    const name = `${ROOT}/users/jeff/tasks/my_task_id`;
    const fields: Fields = {
      type: text('Personal'),
      done: { valueType: 'booleanValue', booleanValue: false },
      priority: integer(1),
      description: text('Learn Cloud Firestore'),
    };
    expect(nameSize(name)).toBe(44);
    expect(documentSize(name, fields)).toBe(44 + 71 + 32);
  });

  test('strings count UTF-8 bytes, maps count like documents', () => {
    expect(valueSize(text('é'))).toBe(3);
    expect(valueSize({ valueType: 'mapValue', mapValue: { fields: { ab: integer(1) } } })).toBe(3 + 8 + 32);
    expect(valueSize({ valueType: 'arrayValue', arrayValue: { values: [integer(1), text('x')] } })).toBe(10);
  });

  test('maps and arrays nest twenty deep', () => {
    const nested = (depth: number): Value =>
      depth === 0 ? integer(1) : { valueType: 'mapValue', mapValue: { fields: { m: nested(depth - 1) } } };
    expect(() => canonicalFields('n', { f: nested(20) })).not.toThrow();
    expect(() => canonicalFields('n', { f: nested(21) })).toThrow(/20/);
  });
});
