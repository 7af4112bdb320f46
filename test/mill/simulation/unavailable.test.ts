/** Where no sandbox can be opened, nothing is proven and nothing waits: code that changed runs. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { moduleOf, PRICES, preflightOf, type Registries, startRegistries, verdictOn } from './versions.ts';

const BEFORE = {
  'computations/prices.ts': PRICES,
  'computations/it.ts': moduleOf('it', '({ prices }) => prices.close'),
};
const AFTER = { ...BEFORE, 'computations/it.ts': moduleOf('it', '(all) => all.prices.close') };

let registries: Registries;
beforeAll(async () => {
  registries = await startRegistries();
});
afterAll(() => registries.close());

test('a change is not proven, is not waited for, and is proven once it can be', async () => {
  const memory = registries.open();
  await preflightOf(BEFORE, memory);
  const without = await preflightOf(AFTER, memory, { unavailable: 'this Node is too old' });
  expect(without).toMatchObject({ simulated: 0, left: 0, verdicts: [] });
  expect(without.equivalents.size).toBe(0);
  expect(verdictOn(await preflightOf(AFTER, memory), 'it')).toMatchObject({ verdict: 'SAME', simulated: true });
});
