/** What a schema gives out and JSON cannot bring back, found before anything runs. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { unstorableIn } from '../../../src/mill/model/storable-schema.ts';

type Tree = { value: number; children: Tree[] };
const Tree: z.ZodType<Tree> = z.lazy(() => z.object({ value: z.number(), children: z.array(Tree) }));

const toDate = z.codec(z.iso.datetime(), z.date(), {
  decode: (text) => new Date(text),
  encode: (date) => date.toISOString(),
});

test.each<[schema: z.ZodType, path: string, what: string]>([
  [z.date(), '', 'z.date()'],
  [z.object({ at: z.date() }), '.at', 'z.date()'],
  [z.object({ at: z.coerce.date().min(new Date(0)).brand('x') }), '.at', 'z.date()'],
  [z.record(z.string(), z.object({ at: z.date().nullable() })), '.*.at', 'z.date()'],
  [z.array(z.object({ at: z.date().optional() })), '[].at', 'z.date()'],
  [z.tuple([z.string(), z.date()]), '[1]', 'z.date()'],
  [z.tuple([z.string()], z.date()), '[]', 'z.date()'],
  [z.union([z.string(), z.object({ at: z.date() })]), '.at', 'z.date()'],
  [z.intersection(z.object({ a: z.string() }), z.object({ at: z.date() })), '.at', 'z.date()'],
  [z.string().pipe(z.coerce.date()), '', 'z.date()'],
  [z.preprocess(String, z.date()), '', 'z.date()'],
  [toDate, '', 'z.date()'],
  [z.lazy(() => z.date()), '', 'z.date()'],
  [z.object({}).catchall(z.date()), '.*', 'z.date()'],
  [z.date().default(new Date(0)), '', 'z.date()'],
  [z.date().catch(new Date(0)).readonly(), '', 'z.date()'],
  [z.object({ id: z.bigint() }), '.id', 'z.bigint()'],
  [z.int64(), '', 'z.bigint()'],
  [z.literal(['a', 1n]), '', 'z.literal(1n)'],
  [z.map(z.string(), z.number()), '', 'z.map()'],
  [z.object({ tags: z.set(z.string()) }), '.tags', 'z.set()'],
  [z.symbol(), '', 'z.symbol()'],
  [z.number().or(z.nan()), '', 'z.nan()'],
  [z.promise(z.number()), '', 'z.promise()'],
  [z.file(), '', 'z.file()'],
  [z.array(z.number().optional()), '[]', 'z.undefined() or .optional()'],
  [z.array(z.union([z.number(), z.undefined()])), '[]', 'z.undefined() or .optional()'],
  [z.object({ a: z.array(z.void().readonly()) }), '.a[]', 'z.undefined() or .optional()'],
  [z.array(z.literal([1, undefined])), '[]', 'z.undefined() or .optional()'],
  [z.tuple([z.number(), z.string().optional()]), '[1]', 'z.undefined() or .optional()'],
])('%# is refused, by its place', (schema, path, what) => {
  expect(unstorableIn(schema)).toEqual({ path, what, remedy: expect.stringMatching(/^(Store|JSON) .*\.$/) });
});

test.each<[what: string, schema: z.ZodType]>([
  ['plain values', z.object({ a: z.string(), b: z.number(), c: z.boolean(), d: z.null(), e: z.enum(['x']) })],
  ['members that may be absent', z.object({ a: z.number().optional(), b: z.undefined() })],
  ['records whose values may be absent', z.record(z.string(), z.number().optional())],
  ['lists with nulls, and with defaults', z.array(z.union([z.number().nullable(), z.number().default(0)]))],
  ['dates as text', z.object({ at: z.iso.datetime() })],
  ['what becomes text', z.date().transform((date) => date.toISOString())],
  ['what was a date only on the way in', z.date().transform(Number).pipe(z.number())],
  ['what only running can tell', z.object({ a: z.any(), b: z.unknown(), c: z.custom(), d: z.instanceof(URL) })],
  ['recursive schemas', Tree],
  ['JSON', z.json()],
  ['coerced and refined numbers', z.coerce.number().refine((value) => value > 0)],
  ['stringbools and template literals', z.object({ a: z.stringbool(), b: z.templateLiteral(['a', z.number()]) })],
])('%s can be stored', (_, schema) => {
  expect(unstorableIn(schema)).toBeUndefined();
});
