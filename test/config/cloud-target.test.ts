import { expect, test } from 'vitest';
import { Tiers } from '../../src/mill/model/tier.ts';
import { cloudTarget, deployedTiers } from '../../src/config/cloud-target.ts';
import { CloudSettings } from '../../src/config/project-settings.ts';

const settings = CloudSettings.parse({ project: 'acme', region: 'europe-west1', name: 'shop' });

test('a target is what the settings say, and has its own database', () => {
  expect(cloudTarget(settings)).toEqual({
    projectId: 'acme',
    region: 'europe-west1',
    name: 'shop',
    databaseId: 'shop',
    workflow: 'shop-pipeline',
    nightlyJob: 'shop-nightly',
  });
});

test('the command line goes before the settings', () => {
  const { projectId, region } = cloudTarget(settings, { project: 'trial', region: 'us-central1' });
  expect([projectId, region]).toEqual(['trial', 'us-central1']);
});

test('what is nowhere said is asked for', () => {
  expect(() => cloudTarget(CloudSettings.parse({}))).toThrow(/Which project\? Say --project/);
  expect(() => cloudTarget(CloudSettings.parse({ project: 'acme' }))).toThrow(/Which region\? Say --region/);
});

test.each(['a', 'Shop', 'shop-', '1shop', 'x'.repeat(21)])('%s is no name', (name) => {
  expect(CloudSettings.safeParse({ name }).success).toBe(false);
});

test('topics are called by the deployment, but for those that somebody named', () => {
  const tiers = Tiers.parse([
    { name: 'standard', memoryMB: 2_048 },
    { name: 'mid', memoryMB: 4_096, topic: 'orders' },
    { name: 'high-mem', memoryMB: 8_192 },
  ]);
  const topics = deployedTiers(tiers, 'shop').map(({ topic }) => topic);
  expect(topics).toEqual(['shop-computation-tasks', 'orders', 'shop-computation-tasks-highmem']);
});
