/** Fabricated values: what a schema takes, as storage would hand it to a computation, with its edges. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { Day } from '../../../src/values/date.ts';
import { fabricateMatch } from '../../../src/mill/simulation/fabricate-match.ts';
import { valueFabricator } from '../../../src/mill/simulation/fabricate-value.ts';
import { seededRandom } from '../../../src/mill/simulation/random.ts';
import { CannotFabricate, type Mood, MOODS, type Scene } from '../../../src/mill/simulation/scene.ts';

const sceneOf = (seed: string, mood: Mood, numbers: readonly number[] = []): Scene => ({
  random: seededRandom(seed),
  mood,
  literals: { numbers, strings: ['late'] },
  names: ['AAA', 'BBB'],
  last: new Map(),
  turns: new Map(),
  recent: [],
  size: 1,
});

/** Some of every mood. */
function many(schema: z.ZodType, numbers: readonly number[] = [], rounds = 40): unknown[] {
  const fabricate = valueFabricator(schema);
  return MOODS.flatMap((mood) => {
    const scene = sceneOf(`many ${mood}`, mood, numbers);
    return Array.from({ length: rounds }, () => fabricate(scene));
  });
}

const kinds = (values: readonly unknown[]): Set<unknown> => new Set(values);

interface Tree {
  readonly value: number;
  readonly children: readonly Tree[];
}
const Tree: z.ZodType<Tree> = z.object({
  value: z.number(),
  get children() {
    return z.array(Tree);
  },
});

/** Each by what a computation reads: the schema's output, as stored. */
const SCHEMAS: [what: string, schema: z.ZodType, read?: z.ZodType][] = [
  ['numbers between bounds', z.number().min(-2).max(3)],
  ['numbers strictly between bounds', z.number().gt(0).lt(1)],
  ['whole numbers', z.number().int().min(5).max(9)],
  ['safe integers', z.int()],
  ['multiples', z.number().multipleOf(5).min(1).max(99)],
  ['texts of a length', z.string().length(3)],
  ['long texts', z.string().min(400)],
  ['literals', z.literal(['a', 1, null])],
  ['enums', z.enum(['x', 'y'])],
  ['plain unions', z.union([z.string(), z.number(), z.object({ a: z.boolean() })])],
  [
    'discriminated unions',
    z.discriminatedUnion('kind', [
      z.object({ kind: z.literal('a'), a: z.number() }),
      z.object({ kind: z.literal('b'), b: z.string() }),
    ]),
  ],
  ['records', z.record(z.string(), z.number().positive())],
  ['records of an enum', z.record(z.enum(['p', 'q']), z.number())],
  ['partial records', z.partialRecord(z.enum(['p', 'q']), z.number())],
  ['records whose names have a pattern', z.record(z.string().regex(/^[A-Z]{1,4}$/), z.number())],
  ['tuples with a rest', z.tuple([z.string(), z.number()], z.boolean())],
  [
    'nullable and optional members',
    z.object({ a: z.number().nullable(), b: z.string().optional(), c: z.number().nullish() }),
  ],
  ['defaults', z.object({ a: z.number().default(4) }), z.object({ a: z.number() })],
  ['transforms', z.string().transform((text) => text.length), z.number().int()],
  [
    'pipes',
    z
      .string()
      .transform((text) => text.length)
      .pipe(z.number().max(200)),
    z.number().max(200),
  ],
  ['preprocessed numbers', z.preprocess(Number, z.number()), z.number()],
  ['coerced numbers', z.coerce.number(), z.number()],
  [
    'codecs',
    z.codec(z.iso.date(), z.number(), { decode: Date.parse, encode: (time) => new Date(time).toISOString() }),
    z.number(),
  ],
  ['dates that become text', z.date().transform((date) => date.toISOString()), z.iso.datetime()],
  ['texts of two patterns', z.string().startsWith('a').endsWith('z')],
  ['template literals', z.templateLiteral(['a-', z.number().int()])],
  ['intersections', z.intersection(z.object({ a: z.string() }), z.object({ b: z.number() }))],
  ['lists with a length', z.array(z.number()).min(2).max(5)],
  ['recursive schemas', Tree],
  ['refined numbers', z.number().refine((value) => value > 3)],
  ['refined objects', z.object({ low: z.number(), high: z.number() }).refine(({ low, high }) => low <= high)],
  [
    'many refined objects',
    z.array(z.object({ low: z.number(), high: z.number() }).refine(({ low, high }) => low <= high)),
  ],
  ['branded and read-only', z.array(z.number().brand('x')).readonly()],
  ['anything', z.unknown()],
  ['caught', z.number().catch(4)],
  ['ISO days', z.iso.date()],
  ['ISO times', z.iso.datetime()],
  ['ISO durations', z.iso.duration()],
  ['e-mail addresses', z.email()],
  ['web addresses', z.url()],
  ['UUIDs', z.uuid()],
  ['IP addresses', z.union([z.ipv4(), z.ipv6(), z.cidrv4()])],
  ['base64', z.base64()],
  ['nanoids, by their pattern', z.nanoid()],
  ['ULIDs, by their pattern', z.ulid()],
  ['host names, by their pattern', z.hostname()],
];

describe('every fabricated value is one that its schema takes', () => {
  test.each(SCHEMAS.map(([what, schema, read = schema]) => ({ what, schema, read })))('$what', ({ schema, read }) => {
    for (const value of many(schema, [7, 0.5], 15)) expect(read.safeParse(value).error).toBeUndefined();
  });
});

test('numbers whatever their bounds and literals', () => {
  fc.assert(
    fc.property(
      fc.double({ noNaN: true, min: -1e12, max: 1e12 }),
      fc.double({ noNaN: true, min: 0, max: 1e6 }),
      fc.boolean(),
      fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 3 }),
      fc.constantFrom(...MOODS),
      (low, span, whole, literals, mood) => {
        const bounded = z
          .number()
          .min(low)
          .max(low + span + 1);
        const schema = whole ? bounded.int() : bounded;
        const fabricate = valueFabricator(schema);
        const scene = sceneOf(`${low}`, mood, literals);
        for (let index = 0; index < 20; index++) expect(schema.safeParse(fabricate(scene)).success).toBe(true);
      },
    ),
    { numRuns: 200 },
  );
});

describe('edges come up', () => {
  test('bounds, and the code’s literals with what lies beside them', () => {
    const values = many(z.number().int().min(1).max(1439), [15]) as number[];
    for (const edge of [1, 1439, 14, 15, 16]) expect(values).toContain(edge);
    const real = many(z.number().min(-5).max(5), [-0.2]) as number[];
    expect(real).toContain(-0.2);
    expect(real.some((value) => value < -0.2 && value > -0.21)).toBe(true);
    expect(real.some((value) => value > -0.2 && value < -0.19)).toBe(true);
    expect(real).toContain(0);
    expect(real.some((value) => Object.is(value, -0))).toBe(false);
  });

  test('every member of enums and unions, and null', () => {
    expect(kinds(many(z.enum(['x', 'y', 'z'])))).toEqual(new Set(['x', 'y', 'z']));
    const union = many(z.union([z.string(), z.number(), z.null(), z.boolean()]));
    expect(new Set(union.map((value) => (value === null ? 'null' : typeof value)))).toEqual(
      new Set(['string', 'number', 'null', 'boolean']),
    );
  });

  test('empty, one and many; missing and there', () => {
    const sizes = many(z.record(z.string(), z.number())).map((value) => Object.keys(value as object).length);
    for (const size of [0, 1, 2, 5]) expect(sizes).toContain(size);
    const optional = many(z.object({ a: z.number().optional() }));
    expect(new Set(optional.map((value) => Object.hasOwn(value as object, 'a')))).toEqual(new Set([true, false]));
  });

  test('names that come again, and the code’s own strings', () => {
    const texts = many(z.string());
    for (const text of ['AAA', 'BBB', 'late', '']) expect(texts).toContain(text);
  });

  test('numbers that stay, rise and fall', () => {
    const walk = (mood: Mood): number[] => {
      const fabricate = valueFabricator(z.number());
      const scene = sceneOf('walk', mood);
      return Array.from({ length: 10 }, () => fabricate(scene) as number);
    };
    expect(new Set(walk('constant')).size).toBe(1);
    expect(walk('rising')).toEqual(walk('rising').toSorted((a, b) => a - b));
    expect(walk('falling')).toEqual(walk('falling').toSorted((a, b) => b - a));
  });
});

test('the same seed makes the same values, another seed others', () => {
  const schema = z.object({ day: Day, price: z.number(), tags: z.array(z.string()) });
  expect(many(schema)).toEqual(many(schema));
  const [first, second] = ['one', 'two'].map((seed) => valueFabricator(schema)(sceneOf(seed, 'full')));
  expect(first).not.toEqual(second);
});

describe('what cannot be fabricated says so', () => {
  test.each<[string, z.ZodType, RegExp]>([
    ['a refinement that nothing fits', z.number().refine(() => false, 'must be lucky'), /must be lucky/],
    ['a class', z.instanceof(Intl.Collator), /expected Collator/],
    ['what cannot be stored', z.map(z.string(), z.number()), /Map cannot be stored/],
    ['an asynchronous refinement', z.string().refine(async () => Promise.resolve(true)), /synchronous parse/],
  ])('%s', (_, schema, reason) => {
    expect(() => valueFabricator(schema)(sceneOf('x', 'mixed'))).toThrow(CannotFabricate);
    expect(() => valueFabricator(schema)(sceneOf('x', 'mixed'))).toThrow(reason);
  });
});

test('texts that a pattern matches', () => {
  const patterns = [
    /^[A-Z]{2}\d+$/,
    /^(?:a|bc)*x?$/,
    /^\w+-\d{2,3}$/,
    /^[^a-c]{3}$/,
    /^(?<year>\d{4})\/[01]\d$/,
    /^a\.b\$$/,
    /^[\d\-_]+$/,
  ];
  fc.assert(
    fc.property(fc.constantFrom(...patterns), fc.string(), (pattern, seed) => {
      expect(fabricateMatch(pattern.source, seededRandom(seed))).toMatch(pattern);
    }),
  );
});
