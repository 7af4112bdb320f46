/** A function's service: this process answers while it can, and a process of its own from the first request that it cannot, once all is ready for it. */
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import type { AskAtHand } from '../../src/cli/local/at-hand.ts';
import { type FunctionService, startFunctionService } from '../../src/cli/local/function-service.ts';

let service: FunctionService | undefined;
afterEach(() => service?.close());

const start = (atHand: AskAtHand, ready: () => Promise<void>): Promise<FunctionService> =>
  startFunctionService({
    target: 'hungry',
    source: join(import.meta.dirname, '../fixtures/hungry-function.ts'),
    memoryMB: 400,
    heapMB: 200,
    concurrency: 1,
    maxInstances: 1,
    env: { PATH: process.env['PATH'] },
    onLine: () => {},
    atHand,
    ready,
  });

const ask = (query: string) =>
  fetch(`${service?.url ?? ''}/${query}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query }),
  });

test('what it is asked at hand first, and its process from then on', async () => {
  const asked: unknown[] = [];
  let readied = 0;
  service = await start(
    ({ body }) => {
      asked.push(body);
      return Promise.resolve(asked.length === 1 ? { status: 201, value: 'at hand' } : undefined);
    },
    () => {
      readied++;
      return Promise.resolve();
    },
  );
  const first = await ask('?mb=1');
  expect([first.status, await first.json(), readied]).toEqual([201, 'at hand', 0]);
  expect(await (await ask('?mb=1')).json()).toBe(1);
  expect(readied).toBe(1);
  expect(await (await ask('?mb=1')).json()).toBe(2);
  expect(asked).toEqual([{ query: '?mb=1' }, { query: '?mb=1' }]);
});

test('a process for which nothing can be made ready is ended again, and who asked is told why', async () => {
  service = await start(
    () => Promise.resolve(undefined),
    () => Promise.reject(new Error('no topics')),
  );
  const answer = await ask('?mb=1');
  expect([answer.status, await answer.text()]).toEqual([500, 'no topics']);
});
