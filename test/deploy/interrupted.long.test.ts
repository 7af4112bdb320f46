import { expect, test } from 'vitest';
import { deploy, due, look } from '../support/deploying.ts';
import { googleAdmin } from '../support/google-admin.ts';
import { namesIn, resumed, whole } from '../support/interrupted.ts';

test('a deployment goes on from wherever it was stopped: before and after each call that changes something', async () => {
  const complete = await whole();
  for (let stop = 1; stop <= complete.changes.length; stop += 1)
    for (const isCarriedOut of [false, true]) {
      const at = complete.changes[stop - 1];
      expect({ at, ...(await resumed(stop, isCarriedOut)) }).toEqual({ at, names: namesIn(complete), due: [] });
    }
});

test.each(Array.from({ length: 20 }, (_, seed) => seed))(
  'a deployment gets there though Google is often busy, and answers get lost, seed %i',
  async (seed) => {
    const google = googleAdmin({ busy: { share: 0.2, lost: 0.1, seed } });
    await deploy(google, { settings: WATCHED });
    expect(due(await look(google, { settings: WATCHED }))).toEqual([]);
    expect(namesIn(google)).toEqual(await namesOfWatched());
  },
);

const WATCHED = { alerts: { email: 'data@acme.example' }, budget: { perMonth: 50 } };

async function namesOfWatched(): Promise<string[]> {
  const google = googleAdmin();
  await deploy(google, { settings: WATCHED });
  return namesIn(google);
}
