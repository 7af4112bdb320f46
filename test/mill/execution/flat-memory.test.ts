/** Days of many entities in a heap that could not hold half of them, even as text: two side by side, and one that is generated. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';

const ENTITIES = 1_000_000;
const HEAP_MB = 32;

test('a million entities joined with a million others pass through a small heap, and all are in the result', async () => {
  const script = fileURLToPath(new URL('../../support/million-entities.ts', import.meta.url));
  const args = [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=4', script, String(ENTITIES), 'joined'];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const made = JSON.parse(stdout) as { count: number; together: number; rawBytes: number; shards: number };
  expect(made.count).toBe(ENTITIES);
  // Of all even numbers below two million those that three divides.
  expect(made.together).toBe(Math.ceil(ENTITIES / 3));
  expect(made.rawBytes).toBeGreaterThan(1.8 * HEAP_MB * 1_048_576);
  expect(made.shards).toBeGreaterThanOrEqual(ENTITIES / 5_000);
}, 60_000);

test('as many entities as a function makes of a day are written by a small heap', async () => {
  const count = 150_000;
  const script = fileURLToPath(new URL('../../support/generated-entities.ts', import.meta.url));
  const args = [`--max-old-space-size=${HEAP_MB}`, '--max-semi-space-size=4', script, String(count)];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  const made = JSON.parse(stdout) as { rows: number; entities: number; rawBytes: number; shards: number };
  expect(made).toMatchObject({ rows: count, entities: count });
  expect(made.rawBytes).toBeGreaterThan(1.4 * HEAP_MB * 1_048_576);
  expect(made.shards).toBeGreaterThanOrEqual(count / 5_000);
}, 60_000);
