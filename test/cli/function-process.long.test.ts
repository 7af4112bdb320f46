/** The memory limit of a function's process: as Cloud Run's, of all that it holds, and not of V8's heap alone. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { type FunctionProcess, type MemoryDeath, startFunction } from '../../src/cli/local/function-process.ts';

const lines: string[] = [];
const deaths: MemoryDeath[] = [];
let hungry: FunctionProcess | undefined;
afterEach(() => hungry?.stop());

test.skipIf(process.platform !== 'linux')('a process that holds more than its memory ends, and says why', async () => {
  hungry = await startFunction({
    target: 'hungry',
    source: join(import.meta.dirname, '../fixtures/hungry-function.ts'),
    memoryMB: 400,
    heapMB: 200,
    env: { PATH: process.env['PATH'] },
    onLine: (line) => lines.push(line),
    onOutOfMemory: (death) => deaths.push(death),
  });
  const url = `http://127.0.0.1:${hungry.port}/`;
  expect(await (await fetch(`${url}?mb=10`)).json()).toBe(1);
  // Far below the heap's limit, for none of it is on the heap.
  await fetch(`${url}?mb=500`).catch(() => {});
  await hungry.exited;
  await expect.poll(() => deaths).toHaveLength(1);
  expect(deaths[0]?.residentMB).toBeGreaterThan(400);
  expect(lines.join('\n')).toMatch(/"memory\.exceeded".*Memory limit of 400 MiB exceeded .* by hungry/);
});
