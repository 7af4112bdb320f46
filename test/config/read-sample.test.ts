/** Samples of a clone: which there are, what each is set to, and where they are not. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TEMPLATE_NAMES } from '../../src/cli/scaffold.ts';
import { readConfig } from '../../src/config/config.ts';
import { sampleNames } from '../../src/config/read-sample.ts';
import { modulesIn } from '../../src/mill/manifest/modules-in.ts';

const CLONE = resolve(import.meta.dirname, '../..');

const read = (sample: string, env: Record<string, string> = {}) =>
  readConfig({ DAYMILL_SAMPLE: sample, ...env }, CLONE, 1);

test('a sample is the project, with the settings of its template and a state of its own', () => {
  expect(read('market')).toMatchObject({
    sample: 'market',
    root: CLONE,
    computations: ['src/computations/market'],
    from: '2001-01-01',
    date: '2001-01-31',
    home: join(CLONE, '.daymill/samples/market'),
    manifestFile: join(CLONE, '.daymill/samples/market/manifest.json'),
    inPackage: false,
  });
});

test('each can be read, has computations, and is a template of daymill init', () => {
  expect(sampleNames()).toEqual(expect.arrayContaining(['flights', 'market']));
  for (const name of sampleNames()) {
    const { computations, from } = read(name);
    expect(modulesIn(CLONE, computations).length).toBeGreaterThan(0);
    expect(from).toBeDefined();
  }
  expect([...TEMPLATE_NAMES].sort()).toEqual(['hello', ...sampleNames()].sort());
});

test('what the environment says goes before it', () => {
  const env = {
    DAYMILL_HOME: '/elsewhere',
    DAYMILL_COMPUTATIONS: 'src/computations/flights',
    DAYMILL_FROM: '2001-02-01',
  };
  expect(read('market', env)).toMatchObject({
    home: '/elsewhere',
    computations: ['src/computations/flights'],
    from: '2001-02-01',
  });
});

test('the clone itself is flights and market, and nothing of a sample', () => {
  expect(readConfig({ DAYMILL_SAMPLE: '' }, CLONE, 1)).toMatchObject({
    sample: undefined,
    computations: ['src/computations/flights', 'src/computations/market'],
    home: join(CLONE, '.daymill'),
  });
});

test('another name is met with the near one, and with all', () => {
  expect(() => read('flihgts')).toThrow(
    /^There is no sample "flihgts"\. Did you mean flights\? There are .*flights.*market/u,
  );
  // A template of no computations of the clone, and a way out of the folder.
  for (const none of ['hello', 'deploy', '../templates/market', 'statistics'])
    expect(() => read(none)).toThrow(`There is no sample "${none}".`);
});

test('a project of one’s own has none, and is told how to make one', () => {
  const root = mkdtempSync(join(tmpdir(), 'daymill-own-'));
  onTestFinished(() => rmSync(root, { recursive: true }));
  for (const folder of [root, join(root, 'gone')])
    expect(() => readConfig({ DAYMILL_SAMPLE: 'market' }, folder, 1)).toThrow(
      `Samples are of a clone of Daymill, and ${folder} is none. npx daymill init DIR --template NAME makes a project of one.`,
    );
});
