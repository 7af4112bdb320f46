/** Whom a use of the clock is attributed to. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { HEAD } from '../manifest/project-folder.ts';
import { type Files, PRICES, preflightOf, type Registries, startRegistries } from './versions.ts';

/** Computations of one module with one that uses the clock, and what else is nobody's use. */
const TWO_IN_ONE = `${HEAD}
    import { prices } from './prices.ts';
    import { log } from '../lib/log.ts';
    const seconds = () => Date.now() / 1000; const half = (value: number) => value / 2;
    const needs = { prices: document(prices) };
    const shared = { category: 'x', output: z.number() } as const;
    const stamped = (value: number) => value + 0 * seconds();
    export const clocked = defineComputation({ ...shared, name: 'clocked', needs, compute: ({ prices }) => prices.close + 0 * seconds() });
    export const through = defineComputation({ ...shared, name: 'through', needs, compute: ({ prices }) => stamped(prices.close) });
    export const innocent = defineComputation({ ...shared, name: 'innocent', needs, compute: ({ prices }) => half(prices.close) });
    export const talkative = defineComputation({ ...shared, name: 'talkative', needs, compute: ({ prices }) => {
      console.log('close', prices.close); console.error(new Error('no error')); console.time('a'); console.timeEnd('a'); console.table([prices]); process.stdout.write(styleText('red', 'x'));
      return log(prices.close); } });
    export const checking = defineComputation({ ...shared, name: 'checking', needs,
      compute: ({ prices }) => z.object({ at: z.iso.date().optional(), close: z.coerce.number() }).parse(prices).close });
    export const defaulting = defineComputation({ ...shared, name: 'defaulting', needs,
      compute: ({ prices }) => prices.close + 0 * Number(z.date().default(() => new Date()).parse(undefined)) });
    export const loading = defineComputation({ ...shared, name: 'loading', needs,
      compute: async ({ prices }) => (await import('../lib/log.ts')).log(prices.close) });
    export const requiring = defineComputation({ ...shared, name: 'requiring', needs,
      compute: ({ prices }) => createRequire(import.meta.url)('../lib/data.json').one * prices.close });`.replace(
  HEAD,
  `${HEAD}\n    import { createRequire } from 'node:module';\n    import { styleText } from 'node:util';`,
);
/** The clock is asked when the module is loaded: that is felt by all that load it, whatever they name. */
const AT_LOAD = `${HEAD}
    import { prices } from './prices.ts';
    const started = performance.now();
    export const timed = defineComputation({ name: 'timed', category: 'x', needs: { prices: document(prices) }, output: z.number(),
      compute: ({ prices }) => prices.close + 0 * started });`;
const TWO_IN_ONE_FILES: Files = {
  'computations/prices.ts': PRICES,
  'computations/two.ts': TWO_IN_ONE,
  'computations/at-load.ts': AT_LOAD,
  'lib/log.ts': "export const log = (value: number) => { console.warn('value', value); return value; };",
  'lib/data.json': '{ "one": 1 }',
};

let registries: Registries;
beforeAll(async () => {
  registries = await startRegistries();
});
afterAll(() => registries.close());

test('distrust falls on who reaches the call, not on its file; the console, the loader and zod are nobody’s', async () => {
  const report = await preflightOf(TWO_IN_ONE_FILES, registries.open());
  const distrusted = report.verdicts.map(({ computation, nondeterminism }) => [computation, nondeterminism]);
  expect(Object.fromEntries(distrusted)).toEqual({
    clocked: expect.stringMatching(/^it uses Date\.now at computations\/two\.ts:\d+$/),
    through: expect.stringMatching(/^it uses Date\.now at/),
    timed: expect.stringMatching(/^it uses performance\.now at/),
    defaulting: expect.stringMatching(/^it uses new Date\(\) at/),
    innocent: undefined,
    talkative: undefined,
    checking: undefined,
    loading: undefined,
    requiring: undefined,
  });
});
