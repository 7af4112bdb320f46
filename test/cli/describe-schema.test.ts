/** The members of an answer as usage texts list them. */
import { expect, test } from 'vitest';
import { z } from 'zod';
import { describeSchema, jsonUsage } from '../../src/cli/describe-schema.ts';

const Row = z.object({
  id: z.string(),
  state: z.enum(['RUNNING', 'COMPLETED', 'CANCELLED']),
  kind: z.literal('run'),
  pass: z.number().nullable(),
  error: z.object({ code: z.string() }).nullable(),
  days: z.array(z.string()).readonly(),
  value: z.unknown(),
  attempts: z.array(z.object({ end: z.enum(['DIED', 'ENDED']).optional() })),
});

test('members are named, with what is in them', () => {
  expect(describeSchema(Row)).toBe(
    '{"id", "state": RUNNING, COMPLETED or CANCELLED, "kind": run, "pass" or null, "error": {"code"} or null, "days", "value", ' +
      '"attempts": [{"end": DIED or ENDED}]}',
  );
});

test('what is described is not listed again, and where it is asked for itself it is', () => {
  const Cost = z.object({ reads: z.number() }).describe('a cost');
  const counts = z.record(z.string(), z.number());
  expect(describeSchema(z.object({ all: Cost, each: z.array(Cost), counts: counts.describe('{tier: count}') }))).toBe(
    '{"all": a cost, "each": [a cost], "counts": {tier: count}}',
  );
  expect(describeSchema(Cost)).toBe('{"reads"}');
});

test('of many words the first are listed', () => {
  expect(describeSchema(z.enum(['a', 'b', 'c', 'd', 'e', 'f']))).toBe('a, b, c, d, e or f');
  expect(describeSchema(z.enum(['a', 'b', 'c', 'd', 'e', 'f', 'g']))).toBe('a, b, c, …');
});

test('one of several answers is any of them', () => {
  expect(describeSchema(z.union([z.object({ a: z.string() }), z.object({ b: z.string() })]))).toBe('{"a"} or {"b"}');
  expect(describeSchema(z.object({ a: z.union([z.string(), z.null()]) }))).toBe('{"a"}');
});

test('a usage text goes on under where it began, after a comma, and loses no word', () => {
  const usage = jsonUsage('  --json   ', z.object({ first: Row, second: Row }), ', newest first');
  const lines = usage.split('\n');
  expect(lines.length).toBeGreaterThan(2);
  expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(136);
  expect(
    lines.slice(1).every((line) => /^ {11}\S/.test(line)) && lines.slice(0, -1).every((line) => line.endsWith(',')),
  ).toBe(true);
  expect(lines.map((line) => line.trim()).join(' ')).toBe(
    `--json   ${describeSchema(z.object({ first: Row, second: Row }))}, newest first`,
  );
});
