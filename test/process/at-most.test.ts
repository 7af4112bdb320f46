/** Fan-outs are as wide as they may be, and no wider. */
import { setImmediate as turn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { atMost, RPCS_AT_ONCE } from '../../src/process/at-most.ts';

test('no more than the limit are under way, and the answers come in order', async () => {
  let underWay = 0;
  let most = 0;
  const items = Array.from({ length: 4 * RPCS_AT_ONCE + 1 }, (_, index) => index);
  const answers = await atMost(items, async (item) => {
    most = Math.max(most, ++underWay);
    await turn();
    underWay--;
    return item * 2;
  });
  expect(answers).toEqual(items.map((item) => item * 2));
  expect(most).toBe(RPCS_AT_ONCE);
});

test('after a failure nothing more is asked, and what was under way has ended', async () => {
  let asked = 0;
  let underWay = 0;
  const failing = atMost(
    Array.from({ length: 100 }, (_, index) => index),
    async (item) => {
      asked++;
      underWay++;
      await turn();
      underWay--;
      if (item === 3) throw new Error('away');
    },
    2,
  );
  await expect(failing).rejects.toThrow('away');
  expect(asked).toBeLessThan(8);
  expect(underWay).toBe(0);
});
