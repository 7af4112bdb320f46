/** Alerts by mail, and a budget: made where the settings ask for them, mended when they drift, gone when they are wanted no more. */
import { expect, test } from 'vitest';
import { kindOf, nameOf } from '../../src/deploy/change.ts';
import { desired } from '../../src/deploy/desired/desired.ts';
import { shortName } from '../../src/deploy/resource.ts';
import { BILLING_ACCOUNT } from '../../src/emulators/admin/apis/billing.ts';
import type { Json } from '../../src/emulators/admin/core/json.ts';
import { deploy, due, look } from '../support/deploying.ts';
import { planFor } from '../support/deployment.ts';
import { type GoogleAdmin, googleAdmin } from '../support/google-admin.ts';

const settings = { alerts: { email: 'data@acme.example' }, budget: { perMonth: 50 } };

const MONITORING = 'https://monitoring.googleapis.com/v3/projects/acme';

/** All that there is of a collection. */
const listed = async (google: GoogleAdmin, collection: string, url = MONITORING): Promise<Json[]> =>
  ((await google.byHand('GET', `${url}/${collection}`))[collection] ?? []) as Json[];

test('a project that asks for none has none, and no API for them', () => {
  const resources = desired(planFor());
  expect(resources.filter(({ kind }) => ['alert', 'channel', 'budget'].includes(kind))).toEqual([]);
  expect(resources.filter(({ name }) => /monitoring|billingbudgets/.test(name))).toEqual([]);
});

test('four things are told: no night in 26 hours, one that failed, dead letters, tasks that are stuck', () => {
  const alerts = desired(planFor('shop', settings)).filter(({ kind }) => kind === 'alert');
  const conditions = alerts.flatMap(({ body }) => body['conditions'] as Record<string, unknown>[]);
  expect(alerts.map(({ name }) => shortName(name))).toEqual([
    'shop: no night has succeeded',
    'shop: a night has failed',
    'shop: dead letters',
    'shop: tasks are stuck',
  ]);
  expect(conditions).toMatchObject([
    {
      conditionPrometheusQueryLanguage: {
        query: expect.stringMatching(/workflow_id="shop-pipeline",status="SUCCEEDED"\}\[26h\]/) as string,
      },
    },
    { conditionThreshold: { filter: expect.stringContaining('metric.labels.status = "FAILED"') as string } },
    { conditionThreshold: { filter: expect.stringContaining('subscription_id = "shop-dead-letters"') as string } },
    {
      conditionThreshold: {
        filter: expect.stringContaining(
          'one_of("shop-computation-tasks-push", "shop-computation-tasks-highmem-push")',
        ) as string,
        thresholdValue: 3_600,
      },
    },
  ]);
});

test('they are made once; a second deployment finds them by what they display', async () => {
  const google = googleAdmin();
  await deploy(google, { settings });
  expect(due(await look(google, { settings }))).toEqual([]);
  const [channel] = await listed(google, 'notificationChannels');
  const alerts = await listed(google, 'alertPolicies');
  expect(alerts).toHaveLength(4);
  expect(alerts.map((alert) => alert['notificationChannels'])).toEqual(alerts.map(() => [channel?.['name']]));
  const account = `https://billingbudgets.googleapis.com/v1/${BILLING_ACCOUNT}`;
  expect(await listed(google, 'budgets', account)).toMatchObject([
    {
      displayName: 'acme daymill',
      amount: { specifiedAmount: { units: '50' } },
      budgetFilter: { projects: ['projects/123456789012'] },
    },
  ]);
});

test('another address is a change of the channel alone, and a channel that people added stays', async () => {
  const google = googleAdmin();
  await deploy(google, { settings });
  const { name: pager } = await google.byHand('POST', `${MONITORING}/notificationChannels`, {
    type: 'pubsub',
    labels: { topic: 'projects/acme/topics/pager' },
  });
  const [alert = {}] = await listed(google, 'alertPolicies');
  const url = `https://monitoring.googleapis.com/v3/${String(alert['name'])}`;
  const channels = [...(alert['notificationChannels'] as string[]), pager];
  await google.byHand('PATCH', `${url}?updateMask=notificationChannels`, { notificationChannels: channels });
  const moved = { ...settings, alerts: { email: 'night@acme.example' } };
  const { told } = await deploy(google, { settings: moved });
  expect(told).toEqual(['update channel daymill: mail']);
  await google.byHand('PATCH', `${url}?updateMask=combiner`, { combiner: 'AND' });
  await deploy(google, { settings: moved });
  const again = await google.byHand('GET', url);
  expect(again['combiner']).toBe('OR');
  expect(again['notificationChannels']).toEqual(channels);
});

test('those that are wanted no more go with --prune, alerts before where they go', async () => {
  const google = googleAdmin();
  await deploy(google, { settings });
  const { leftovers } = await look(google);
  expect(leftovers.map((change) => `${kindOf(change)} ${shortName(nameOf(change))}`)).toEqual([
    'alert daymill: no night has succeeded',
    'alert daymill: a night has failed',
    'alert daymill: dead letters',
    'alert daymill: tasks are stuck',
    'channel daymill: mail',
  ]);
  await deploy(google, { prune: true });
  expect([await listed(google, 'alertPolicies'), await listed(google, 'notificationChannels')]).toEqual([[], []]);
});

test('two people who deploy at once make one of each', async () => {
  const google = googleAdmin();
  await Promise.all([deploy(google, { settings }), deploy(google, { settings })]);
  const made = [...google.world.resources.keys()].filter((name) => /monitoring|billingbudgets/.test(name));
  expect(made).toHaveLength(6);
  expect(due(await look(google, { settings }))).toEqual([]);
});
