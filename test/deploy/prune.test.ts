/** What bears our label and is wanted no more: shown, and removed only when that is said and nothing is lost by it. */
import { describe, expect, test } from 'vitest';
import { kindOf, nameOf } from '../../src/deploy/change.ts';
import { shortName } from '../../src/deploy/resource.ts';
import { Tiers } from '../../src/mill/model/tier.ts';
import { deploy, look } from '../support/deploying.ts';
import { googleAdmin } from '../support/google-admin.ts';

describe('what is wanted no more', () => {
  const tiers = Tiers.parse([{ name: 'standard', memoryMB: 2_048 }]);
  const PUSH = 'projects/acme/subscriptions/daymill-computation-tasks-highmem-push';

  test('is shown, and stays unless it is said', async () => {
    const google = googleAdmin();
    await deploy(google);
    const { leftovers } = await look(google, { settings: { tiers } });
    expect(leftovers.map((change) => `${kindOf(change)} ${shortName(nameOf(change))}`)).toEqual([
      'subscription daymill-computation-tasks-highmem-push',
      'topic daymill-computation-tasks-highmem',
      'service daymill-work-high-mem',
    ]);
    const { removed } = await deploy(google, { settings: { tiers } });
    expect(removed).toBe(0);
  });

  test('goes with --prune: subscription, then topic, then service', async () => {
    const google = googleAdmin({ apis: ['monitoring'] });
    await deploy(google);
    google.world.backlogs.set(PUSH, 0);
    const { told } = await deploy(google, { settings: { tiers }, prune: true });
    expect(told.filter((line) => line.startsWith('remove'))).toEqual([
      'remove subscription daymill-computation-tasks-highmem-push',
      'remove topic daymill-computation-tasks-highmem',
      'remove service daymill-work-high-mem',
    ]);
    expect((await look(google, { settings: { tiers } })).leftovers).toEqual([]);
  });

  test.each([
    ['messages wait in it', ['monitoring'], 12, '12 messages wait in it'],
    ['nobody knows whether any do', ['monitoring'], undefined, 'nobody can say whether messages wait in it'],
    [
      'nobody can be asked',
      [],
      undefined,
      'nobody can say whether messages wait in it: the API monitoring.googleapis.com is not enabled',
    ],
  ])('stays when %s, and with it its topic and its workers', async (_, apis, messages, why) => {
    const google = googleAdmin({ apis });
    await deploy(google);
    if (messages !== undefined) google.world.backlogs.set(PUSH, messages);
    const { told, waits } = await deploy(google, { settings: { tiers }, prune: true });
    expect(waits).toEqual([]);
    expect(told.filter((line) => line.startsWith('left'))).toEqual([
      `left remove subscription daymill-computation-tasks-highmem-push: ${why}`,
      `left remove topic daymill-computation-tasks-highmem: it has subscriptions: ${PUSH}`,
      'left remove service daymill-work-high-mem: a subscription stays that may push to it',
    ]);
  });

  test('stays when the deployer may not ask, and says which right that is', async () => {
    const google = googleAdmin({ apis: ['monitoring'] });
    await deploy(google);
    const message = "Permission 'monitoring.timeSeries.list' denied on resource '//x' (or it may not exist).";
    google.intercept = (_, url) =>
      url.includes('/timeSeries?')
        ? { status: 403, data: { error: { status: 'PERMISSION_DENIED', message } } }
        : undefined;
    const { told } = await deploy(google, { settings: { tiers }, prune: true });
    expect(told).toContain(
      `left remove subscription daymill-computation-tasks-highmem-push: nobody can say whether messages wait in it: ${message}`,
    );
  });
});
