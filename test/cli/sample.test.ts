/** `--sample`: which commands take it, and what they then work on. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { sharedOptions } from '../../src/cli/cloud-options.ts';
import { PlanAnswer } from '../../src/mill/answers/plan.ts';
import { asJson } from '../support/as-json.ts';
import { daymill } from '../support/daymill-process.ts';

const CLONE = { root: resolve(import.meta.dirname, '../..') };

test('a plan of a sample has its computations, and leaves the clone’s own state alone', async () => {
  const home = mkdtempSync(join(tmpdir(), 'daymill-sample-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const { code, json } = await daymill(CLONE, ['plan', '--sample', 'market', '--json'], { DAYMILL_HOME: home });
  expect(code).toBe(0);
  const { groups, loads } = asJson(PlanAnswer, json());
  expect(new Set(groups.map(({ computation }) => computation))).toEqual(
    new Set(['crossing-50-200', 'daily-return', 'drawdown', 'regime', 'regime-spell', 'rsi-14', 'volatility-20']),
  );
  expect(loads.map(({ dataset }) => dataset)).toEqual(['sp500']);
  expect(existsSync(join(home, 'state.sqlite'))).toBe(false);
});

test.each<[what: string, args: string[], says: string]>([
  ['a name that no sample has', ['report', '--sample', 'fligts'], 'There is no sample "fligts". Did you mean flights?'],
  ['no name', ['plan', '--sample'], '--sample needs a value behind it.'],
  ['an empty name', ['plan', '--sample', ''], '--sample needs a name behind it.'],
  ['the cloud', ['plan', '--sample', 'market', '--cloud'], 'The sample market runs on the local cloud alone.'],
])('%s is refused', async (_, args, says) => {
  const { code, stderr } = await daymill(CLONE, args);
  expect({ code, said: stderr.includes(says) ? says : stderr }).toEqual({ code: 2, said: says });
});

test('a deployment of what the environment calls a sample is refused', async () => {
  const { code, stderr } = await daymill(CLONE, ['deploy', '--dry-run'], { DAYMILL_SAMPLE: 'market' });
  expect(code).toBe(2);
  expect(stderr).toContain('npx daymill init DIR --template market makes a project of it, which can be deployed.');
});

test('every command takes it that reads a project', async () => {
  const without: string[] = [];
  for (const [name, { load }] of Object.entries(COMMANDS))
    if (!('sample' in sharedOptions(await load()))) without.push(name);
  expect(without.sort()).toEqual(['completion', 'deploy', 'init', 'test']);
});
