/** A sample's night: its functions have it, and neither the clone nor another sample sees anything of it. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ExplainAnswer } from '../../src/mill/answers/explain.ts';
import { asJson } from '../support/as-json.ts';
import { daymill } from '../support/daymill-process.ts';

const CLONE = { root: resolve(import.meta.dirname, '../..') };

test('runs on workers of its own, and is explained', async () => {
  const home = mkdtempSync(join(tmpdir(), 'daymill-sample-'));
  onTestFinished(() => rmSync(home, { recursive: true }));
  const run = (...args: string[]) => daymill(CLONE, [...args, '--sample', 'market'], { DAYMILL_HOME: home });
  const ran = await run('run');
  expect(ran.stdout).toContain('Done. 2001-01-31: 147 cells ran, 70 impossible;');
  expect(ran.code).toBe(0);
  expect(existsSync(join(home, 'state.sqlite'))).toBe(true);
  const { json } = await run('explain', 'rsi-14', '2001-01-16', '--json');
  const { last, vector } = asJson(ExplainAnswer, json());
  expect(last).toMatchObject({ status: 'COMPLETED' });
  expect(vector.every(({ same }) => same === true)).toBe(true);
  expect((await run('explain', 'network-day', '2001-01-16')).stderr).toContain('There is no computation "network-day"');
});
