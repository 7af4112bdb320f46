/** Stored cells made again in the sandbox: what the older code made of the same inputs says whether a proof holds. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { buildManifest } from '../../../../src/mill/manifest/build-manifest.ts';
import { behaviourOf } from '../../../../src/mill/model/vector.ts';
import { remake } from '../../../../src/mill/steps/prove/real-days.ts';
import { DAYS, IMPORTS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { runDay } from '../../../support/run-day.ts';

/** Of every shape of work and every kind of need. */
const moduleOf = ({
  sum = 'sum + one',
  heat = '(before ?? 0) + weather.degrees',
  past = 'past.length',
  look = 'look.pages',
} = {}) => `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { look: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: (look) => ${look},
});
export const total = defineComputation({
  name: 'total', category: 'tests', needs: { pages: dependency(pages) }, output: z.number(),
  compute: ({ pages }) => Object.values(pages).reduce((sum, one) => ${sum}, 0),
});
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: ({ weather, before }, { date }) => ${heat},
});
export const known = defineComputation({
  name: 'known', category: 'tests', needs: { weather: document(weather), past: history(weather, 3) }, output: z.number(),
  compute: ({ past }) => ${past},
});`;

let local: LocalPorts;
beforeEach(async () => {
  local = await localPorts({ 'computations/all.ts': moduleOf() });
  const ports = local.open();
  await loadFixture(ports);
  await runDay({ from: DAYS[0], date: DAYS[3] }, ports, 'first');
});
afterEach(() => local.close());

/** What becomes of the edited code, when it is claimed to do what the older does. */
async function remadeAfter(edit: Parameters<typeof moduleOf>[0], change: (ports: Ports) => Ports = (ports) => ports) {
  const before = local.open().manifest;
  local.project.write({ 'computations/all.ts': moduleOf(edit) });
  const manifest = await buildManifest({ root: local.project.root, directory: 'computations' });
  const ports = change(local.open(manifest));
  const changed = manifest.computations.filter(({ name, fingerprint }) => {
    const old = before.computations.find((each) => each.name === name);
    return old !== undefined && behaviourOf(old.fingerprint) !== behaviourOf(fingerprint);
  });
  const classes = new Map(
    changed.map(({ name, fingerprint }) => {
      const old = before.computations.find((each) => each.name === name);
      return [name, [behaviourOf(fingerprint), behaviourOf(old?.fingerprint ?? fingerprint)]] as const;
    }),
  );
  return remake(changed, classes, ports);
}

test('code that does the same makes the same of all that is stored: entities, results, documents, histories and its own past', async () => {
  const remade = await remadeAfter({
    sum: 'one + sum',
    heat: 'weather.degrees + (before ?? 0)',
    past: '[...past].length',
    look: '(look).pages * 1',
  });
  expect(Object.fromEntries(remade)).toEqual(
    Object.fromEntries(
      ['pages', 'total', 'heat', 'known'].map((name) => [
        name,
        { cells: DAYS.length, tooLarge: 0, reads: expect.any(Number), differing: undefined, impossible: undefined },
      ]),
    ),
  );
  expect(remade.get('total')?.reads).toBe(DAYS.length);
});

test('code that differs on one real day is caught, with that day', async () => {
  const remade = await remadeAfter({ heat: `(before ?? 0) + weather.degrees + (date === '${DAYS[2]}' ? 1e-9 : 0)` });
  expect(remade.get('heat')?.differing?.date).toBe(DAYS[2]);
});

test('code that fails on a real day is caught, with what it failed with', async () => {
  const remade = await remadeAfter({
    past: "past.length === 2 ? (() => { throw new Error('two days are no history'); })() : past.length",
  });
  expect(remade.get('known')?.differing).toEqual({
    date: DAYS[2],
    what: expect.stringMatching(/two days are no history/),
  });
});

test('where nothing is stored, there is nothing to compare with, and nothing is read', async () => {
  const other = await localPorts({ 'computations/all.ts': moduleOf() });
  try {
    const ports = other.open();
    const [first] = ports.manifest.computations;
    if (first === undefined) throw new Error('there is no computation');
    expect(await remake([first], new Map(), ports)).toEqual(new Map());
  } finally {
    await other.close();
  }
});

test('code that breaks the sandbox has no proof left', async () => {
  const remade = await remadeAfter({ past: "(queueMicrotask(() => { throw new Error('beside'); }), past.length)" });
  expect(remade.get('known')).toMatchObject({
    cells: 0,
    impossible: expect.stringMatching(/broke its simulation: beside/),
  });
});
