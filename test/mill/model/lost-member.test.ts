/** What a schema would leave out without a word. */
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { lostMember } from '../../../src/mill/model/lost-member.ts';

const parsed = (json: string): unknown => JSON.parse(json);
const Counts = z.record(z.string(), z.number());
const Tree: z.ZodType = z.lazy(() => z.record(z.string(), Tree));

describe('a member called __proto__', () => {
  test.each<[what: string, schema: z.ZodType, json: string, at: string]>([
    ['of a record', Counts, '{"__proto__":1}', '__proto__'],
    ['of a record in an object', z.object({ stats: Counts }), '{"stats":{"a":1,"__proto__":2}}', 'stats.__proto__'],
    ['of a record in a record', z.record(z.string(), Counts), '{"a":{"__proto__":2}}', 'a.__proto__'],
    ['of a record in a list', z.object({ all: z.array(Counts) }), '{"all":[{},{"__proto__":2}]}', 'all.1.__proto__'],
    ['of a record that may be absent', z.object({ a: Counts.nullish() }), '{"a":{"__proto__":2}}', 'a.__proto__'],
    ['of one of several kinds', z.union([z.number(), Counts]), '{"__proto__":1}', '__proto__'],
    ['of a schema that is a part of itself', Tree, '{"a":{"b":{"__proto__":{}}}}', 'a.b.__proto__'],
    ['of an object that takes others too', z.looseObject({ a: z.number() }), '{"a":1,"__proto__":2}', '__proto__'],
  ])('%s is found', (_, schema, json, at) => {
    expect(lostMember(schema, parsed(json))).toBe(at);
    // What it is there for: zod takes the value, and the member is gone.
    expect(JSON.stringify(schema.parse(parsed(json)))).not.toContain('__proto__');
  });

  test('that became the prototype is found as well', () => {
    const stats: Record<string, unknown> = {};
    stats['__proto__'] = { a: 1 };
    expect(lostMember(z.record(z.string(), z.unknown()), stats)).toBe('__proto__');
  });

  test.each<[what: string, schema: z.ZodType, value: unknown]>([
    ['a record with nothing odd', Counts, { constructor: 1, toString: 2 }],
    ['a record that inherits nothing', Counts, Object.assign(Object.create(null), { a: 1 })],
    [
      'an object with named members only, which drops what it does not name',
      z.object({ a: z.number() }),
      parsed('{"a":1,"__proto__":2}'),
    ],
    ['dates and lists', z.record(z.string(), z.unknown()), { at: new Date(0), all: [[1], null] }],
    ['what refers to itself', z.record(z.string(), z.unknown()), circular()],
    ['no object', Counts, 1],
  ])('is not found in %s', (_, schema, value) => {
    expect(lostMember(schema, value)).toBeUndefined();
  });
});

function circular(): object {
  const value: Record<string, unknown> = {};
  value['again'] = value;
  return value;
}
