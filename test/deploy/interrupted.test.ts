import { expect, test } from 'vitest';
import { namesIn, resumed, whole } from '../support/interrupted.ts';

/** All of them are stopped at in interrupted.long.test.ts. */
const EVERY = 9;

test('a deployment goes on from where it was stopped, whether the last call was carried out or not', async () => {
  const complete = await whole();
  expect(complete.changes.length).toBeGreaterThan(60);
  for (let stop = 1; stop <= complete.changes.length; stop += EVERY)
    for (const isCarriedOut of [false, true]) {
      const at = complete.changes[stop - 1];
      expect({ at, ...(await resumed(stop, isCarriedOut)) }).toEqual({ at, names: namesIn(complete), due: [] });
    }
});
