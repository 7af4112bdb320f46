/** Answers that are kept: by organization and question, for as long as they are good. */
import { expect, test } from 'vitest';
import { AnswerCache, CLOSED_MS, OPEN_MS } from '../../../../src/meter/answers/query/answer-cache.ts';

let nowMs = 0;
let made = 0;
const make = () => Promise.resolve({ made: ++made });
const OPEN = { endMs: 1e12, nowMs: 1e12 };
const CLOSED = { endMs: 1e12, nowMs: 1e12 + 86_400_000 };
const fresh = (maxBytes?: number): AnswerCache => {
  [nowMs, made] = [0, 0];
  return new AnswerCache(() => nowMs, maxBytes);
};
const text = async (answer: Promise<{ body: Uint8Array }>): Promise<string> =>
  Buffer.from((await answer).body).toString();

test('a question is answered once, for all who ask it while the answer is good', async () => {
  const cache = fresh();
  const all = await Promise.all([1, 2, 3].map(() => text(cache.read(['acme', 'q'], OPEN, make))));
  expect(new Set(all)).toEqual(new Set(['{"made":1}']));
  nowMs = OPEN_MS - 1;
  expect(await text(cache.read(['acme', 'q'], OPEN, make))).toBe('{"made":1}');
  nowMs = OPEN_MS;
  expect(await text(cache.read(['acme', 'q'], OPEN, make))).toBe('{"made":2}');
  expect(cache.counts).toEqual({ hits: 3, misses: 2 });
});

test('what is over is kept for longer, and says for how long', async () => {
  const cache = fresh();
  expect(await cache.read(['acme', 'q'], CLOSED, make)).toMatchObject({ maxAge: CLOSED_MS / 1_000 });
  nowMs = CLOSED_MS - 1_000;
  expect(await cache.read(['acme', 'q'], CLOSED, make)).toMatchObject({ maxAge: 1 });
  expect(made).toBe(1);
});

test("another organization's question is another, also where the texts would run together", async () => {
  const cache = fresh();
  await cache.read(['acme', 'b', 'c'], OPEN, make);
  await cache.read(['globex', 'b', 'c'], OPEN, make);
  await cache.read(['acme', 'bc'], OPEN, make);
  await cache.read(['acme","b', 'c'], OPEN, make);
  expect(made).toBe(4);
});

test('equal answers have equal tags; a failure is not kept', async () => {
  const cache = fresh();
  const one = await cache.read(['acme', '1'], OPEN, () => Promise.resolve({ a: 1 }));
  const other = await cache.read(['acme', '2'], OPEN, () => Promise.resolve({ a: 1 }));
  expect(one.etag).toBe(other.etag);
  await expect(cache.read(['acme', '3'], OPEN, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  expect(await text(cache.read(['acme', '3'], OPEN, make))).toBe('{"made":1}');
});

test('memory is bounded: the oldest go', async () => {
  const cache = fresh(50);
  for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g']) await cache.read(['acme', name], CLOSED, make);
  await cache.read(['acme', 'g'], CLOSED, make);
  expect(made).toBe(7);
  await cache.read(['acme', 'a'], CLOSED, make);
  expect(made).toBe(8);
});
