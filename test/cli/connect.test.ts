/** A command beside a process that has the state file: one that is about to end is waited for, one that stays is named. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { connectCloud, MAX_TRIES } from '../../src/cli/local/connect.ts';
import { stateFile } from '../../src/cli/local/state-file.ts';
import { openState } from '../../src/emulators/state.ts';
import { type ShopProject, shopProject } from './shop-project.ts';

let project: ShopProject;
beforeEach(() => {
  project = shopProject();
});
afterEach(() => project.remove());

const NONE = { datasets: [] };

test('a state file whose owner is about to end is waited for', async () => {
  const config = readConfig({}, project.root, 1);
  const owner = openState(stateFile(config));
  let waited = 0;
  const cloud = await connectCloud(config, NONE, 'look', async () => {
    waited++;
    await owner.close();
  });
  expect(waited).toBe(1);
  await cloud.close();
});

test('an owner that stays is named, after a while', async () => {
  const config = readConfig({}, project.root, 1);
  const owner = openState(stateFile(config));
  let waited = 0;
  const asked = connectCloud(config, NONE, 'look', () => Promise.resolve(waited++));
  await expect(asked).rejects.toThrow(`in use by another Daymill (process ${process.pid})`);
  expect(waited).toBe(MAX_TRIES - 1);
  await owner.close();
});
