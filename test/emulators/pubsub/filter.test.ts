/** The filter language: documented examples, and its laws on random expressions. */
import {
  assert,
  boolean,
  constantFrom,
  dictionary,
  letrec,
  nat,
  oneof,
  pre,
  property,
  record,
  tuple,
} from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseFilter } from '../../../src/emulators/pubsub/filter.ts';

describe('a filter', () => {
  test.each([
    ['', {}, true],
    ['attributes:domain', { domain: '' }, true],
    ['attributes:domain', {}, false],
    ['attributes:domain', Object.create({ domain: 'inherited' }) as Record<string, string>, false],
    ['attributes.domain = "com"', { domain: 'com' }, true],
    ['attributes.domain = "com"', { domain: 'COM' }, false],
    ['attributes.domain != "com"', { domain: 'org' }, true],
    ['attributes.domain != "com"', {}, true],
    ['hasPrefix(attributes.domain, "co")', { domain: 'com' }, true],
    ['hasPrefix(attributes.domain, "co")', {}, false],
    ['attributes:"iana.org/language_tag"', { 'iana.org/language_tag': 'en' }, true],
    ['attributes.iana-lang_1 = "en"', { 'iana-lang_1': 'en' }, true],
    ['NOT attributes:x', {}, true],
    ['-attributes:x', { x: '1' }, false],
    ['attributes:x AND NOT attributes:y AND attributes:z', { x: '1', z: '1' }, true],
    ['attributes:x OR attributes:y', { y: '1' }, true],
    ['attributes:x AND (attributes:y OR attributes:z)', { x: '1', z: '1' }, true],
    ['NOT (attributes:x OR attributes:y)', { y: '1' }, false],
    [String.raw`attributes.x = "say \"hi\" \u00e9\x41\101\n"`, { x: 'say "hi" éAA\n' }, true],
  ])('%s on %j is %s', (source, attributes: Record<string, string>, expected) => {
    expect(parseFilter(source)(attributes)).toBe(expected);
  });

  test.each([
    'attributes:iana.org',
    'attributes:x AND attributes:y OR attributes:z',
    'attributes.x = com',
    'attributes.x = "open',
    'x = "1"',
    'attributes:x and attributes:y',
    'attributes.x > "1"',
    `attributes.x = "${'é'.repeat(130)}"`,
  ])('%s is refused', (source) => {
    expect(() => parseFilter(source)).toThrow(/filter/iu);
  });

  test('an error names the place', () => {
    expect(() => parseFilter('attributes:x AND AND')).toThrow('at character 18');
    expect(() => parseFilter('attributes:x # y')).toThrow('at character 13');
  });

  interface Expression {
    text: string;
    value: (attributes: Record<string, string>) => boolean;
  }
  const { expression } = letrec<{ expression: Expression; leaf: Expression; not: Expression; both: Expression }>(
    (tie) => ({
      leaf: record({ key: constantFrom('a', 'b', 'c'), value: constantFrom('', '1', '12'), kind: nat(3) }).map(
        ({ key, value, kind }): Expression => {
          const has = (attributes: Record<string, string>): string | undefined => attributes[key];
          return (
            [
              { text: `attributes:${key}`, value: (given) => has(given) !== undefined },
              { text: `attributes.${key} = "${value}"`, value: (given) => has(given) === value },
              { text: `attributes."${key}"!="${value}"`, value: (given) => has(given) !== value },
              {
                text: `hasPrefix(attributes.${key},"${value}")`,
                value: (given) => has(given)?.startsWith(value) ?? false,
              },
            ] satisfies Expression[]
          )[kind] as Expression;
        },
      ),
      not: tie('expression').map(({ text, value }) => ({ text: `NOT (${text})`, value: (given) => !value(given) })),
      both: tuple(tie('expression'), tie('expression'), boolean()).map(([left, right, and]) => ({
        text: `(${left.text}) ${and ? 'AND' : 'OR'} (${right.text})`,
        value: (given) => (and ? left.value(given) && right.value(given) : left.value(given) || right.value(given)),
      })),
      expression: oneof({ maxDepth: 3 }, tie('leaf'), tie('not'), tie('both')),
    }),
  );

  test('means what its parts mean', () => {
    const attributes = dictionary(constantFrom('a', 'b', 'c'), constantFrom('', '1', '12', '3'));
    assert(
      property(expression, attributes, ({ text, value }, given) => {
        pre(Buffer.byteLength(text) <= 256);
        expect(parseFilter(text)(given)).toBe(value(given));
      }),
      { numRuns: 500 },
    );
  });
});
