/** Days of many entities in a heap that could not hold half of them, even as text: two side by side, and one that is generated. */
import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { heapOf, memoryFlags } from '../../../src/deploy/services.ts';
import { STANDARD_MEMORY_MB } from '../../../src/mill/lifecycle/limits.ts';

const ENTITIES = 1_000_000;
const HEAP_MB = 32;
/** As a worker is started. */
const WORKER = memoryFlags({ heapMB: heapOf({ memoryMB: STANDARD_MEMORY_MB }) });
/** Beside what JavaScript keeps by chance of the moment; of ten times as many entities one byte each would be 1 MB. */
const CHANCE_MB = 1;
/** Of a worker's process at its peak; a million took 143 to 177. */
const MOST_MB = 220;

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

test("before its last entities a scan keeps no more of a million than of a hundred thousand, and a worker's peak is bounded", async () => {
  const script = fileURLToPath(new URL('../../support/million-entities.ts', import.meta.url));
  const of = async (count: number): Promise<{ keptMB: number; peakMB: number }> => {
    const { stdout } = await promisify(execFile)(process.execPath, [...WORKER, script, String(count)]);
    return JSON.parse(stdout) as { keptMB: number; peakMB: number };
  };
  const [few, many] = [await of(ENTITIES / 10), await of(ENTITIES)];
  expect(many.keptMB).toBeLessThan(few.keptMB + CHANCE_MB);
  // V8's young generation without a bound of its own made it 238. When V8 empties it is by chance: how much more than of fewer entities is the bench's to say.
  expect(many.peakMB).toBeLessThan(MOST_MB);
}, 60_000);
