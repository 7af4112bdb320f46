/** No key of a request reaches a prototype. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_DEPTH, sanitize } from '../../src/http/sanitize.ts';

const cleaned = (json: string): readonly [unknown, readonly string[]] => {
  const value = JSON.parse(json) as unknown;
  const removed = sanitize(value);
  return [value, removed];
};

describe('keys of prototypes', () => {
  test('are taken out at any depth, and told', () => {
    const [value, removed] = cleaned(
      '{"a":[1,{"__proto__":{"x":1},"b/c":{"constructor":1,"d":2}}],"prototype":{"__proto__":1},"e":"__proto__"}',
    );
    expect(JSON.stringify(value)).toBe('{"a":[1,{"b/c":{"d":2}}],"e":"__proto__"}');
    expect(removed).toEqual(['/prototype', '/a/1/__proto__', '/a/1/b~1c/constructor']);
    expect(({} as Record<string, unknown>)['x']).toBeUndefined();
  });

  test('are found however they are written', () => {
    expect(cleaned(String.raw`{"\u005f_proto__":1}`)).toEqual([{}, ['/__proto__']]);
  });

  test('are all removed, of which 20 are told, in ASCII and shortly', () => {
    const parent = `é\ud800${'k'.repeat(10_000)}`;
    const [value, removed] = cleaned(
      JSON.stringify({ [parent]: Array.from({ length: 100 }, () => ({})) }).replaceAll('{}', '{"constructor":1}'),
    );
    expect(JSON.stringify(value)).not.toContain('constructor');
    expect(removed).toHaveLength(20);
    // oxlint-disable-next-line no-control-regex
    for (const path of removed) expect(path).toMatch(/^[\u0021-\u007e]{1,200}$/);
  });

  test('leave everything else as it was', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        fc.pre(!/proto|constructor/.test(json));
        expect(cleaned(json)).toEqual([JSON.parse(json), []]);
      }),
    );
  });
});

test('what is nested too deeply is refused, whatever it is made of, and without recursion', () => {
  const nested = (depth: number): string => '['.repeat(depth) + ']'.repeat(depth);
  expect(cleaned(nested(MAX_DEPTH))[1]).toEqual([]);
  expect(() => cleaned(nested(MAX_DEPTH + 1))).toThrow(/deeper than 64 at \/0\/0/);
  expect(() => cleaned('{"a":'.repeat(100) + '1' + '}'.repeat(100))).toThrow(/deeper than 64/);
  expect(() => cleaned(nested(1_000_000))).toThrow(/deeper than 64/);
});
