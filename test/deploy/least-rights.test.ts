/** Every right that a deployment gives is needed by something that a night does: taken away, that fails; and nothing of a night needs another. */
import { expect, test } from 'vitest';
import { desired } from '../../src/deploy/desired/desired.ts';
import { member, pubsubAgent } from '../../src/deploy/desired/wanted.ts';
import type { Account } from '../../src/deploy/names.ts';
import type { Binding, Resource } from '../../src/deploy/resource.ts';
import { bindingsOf, grant, grantsOf, may } from '../../src/emulators/admin/core/policies.ts';
import type { World } from '../../src/emulators/admin/core/world.ts';
import { deploy } from '../support/deploying.ts';
import { planFor } from '../support/deployment.ts';
import { googleAdmin } from '../support/google-admin.ts';

const plan = planFor('daymill', { dataBuckets: ['acme-data'] });
const { names } = plan;

const HOSTS: Readonly<Record<string, string>> = {
  databases: 'firestore',
  serviceAccounts: 'iam',
  subscriptions: 'pubsub',
  topics: 'pubsub',
  repositories: 'artifactregistry',
  services: 'run',
  workflows: 'workflows',
};

/** Of what a policy, or a call, is about. */
function fullName(name: string): string {
  if (!name.includes('/')) return `//storage.googleapis.com/projects/_/buckets/${name}`;
  const collection = name.split('/').at(-2) ?? '';
  return `//${HOSTS[collection] ?? 'cloudresourcemanager'}.googleapis.com/${name}`;
}

type Use = readonly [who: string, permission: string, on: string];

/** All that a night, and a deployment's build, do as one of the accounts. */
function uses(): Use[] {
  const as = (account: Account): string => member(names.email(account));
  const tiers = plan.services.flatMap(({ id, tier }) => (tier === undefined ? [] : [{ id, topic: tier.topic }]));
  const planners = [as('plan'), as('work')];
  return [
    ...planners.flatMap((who): Use[] => [
      [who, 'datastore.entities.get', names.database],
      [who, 'datastore.entities.create', names.database],
      [who, 'datastore.entities.update', names.database],
      [who, 'datastore.entities.delete', names.database],
      [who, 'workflows.callbacks.send', names.workflow],
      [who, 'storage.objects.get', 'acme-data'],
      [who, 'storage.objects.list', 'acme-data'],
    ]),
    ...planners.flatMap((who) => tiers.map(({ topic }): Use => [who, 'pubsub.topics.publish', names.topic(topic)])),
    ...['index', 'dispatch', 'preflight', 'reconcile'].map((id): Use => [
      as('flow'),
      'run.routes.invoke',
      names.service(id),
    ]),
    [as('flow'), 'logging.logEntries.create', names.project],
    [as('cron'), 'workflows.executions.create', names.workflow],
    [as('cron'), 'run.routes.invoke', names.service('reconcile')],
    [
      pubsubAgent(plan),
      'iam.serviceAccounts.getOpenIdToken',
      `${names.project}/serviceAccounts/${names.email('push')}`,
    ],
    [pubsubAgent(plan), 'pubsub.topics.publish', names.topic(names.deadLetters)],
    ...tiers.flatMap(({ id, topic }): Use[] => [
      [as('push'), 'run.routes.invoke', names.service(id)],
      [pubsubAgent(plan), 'pubsub.subscriptions.consume', names.subscription(`${topic}-push`)],
    ]),
    [as('build'), 'storage.objects.get', names.bucket],
    [as('build'), 'artifactregistry.repositories.uploadArtifacts', names.repository],
    [as('build'), 'logging.logEntries.create', names.project],
  ];
}

const failing = (world: World): string[] =>
  uses().flatMap(([who, permission, on]) =>
    may(world, who, permission, fullName(on)) ? [] : `${who} ${permission} ${on}`,
  );

const policies = desired(plan).filter(({ kind }: Resource) => kind === 'policy');
const given = policies.flatMap(({ name, body }) =>
  (body['bindings'] as readonly Binding[]).flatMap(({ role, members }) =>
    members.map((who) => [role, who, name] as const),
  ),
);

test('a night needs no right that it is not given, and is given none that it does not need', async () => {
  const google = googleAdmin();
  await google.byHand(
    'POST',
    'https://serviceusage.googleapis.com/v1/projects/acme/services/storage.googleapis.com:enable',
    {},
  );
  await google.clock.sleep(60_000);
  await google.byHand('POST', 'https://storage.googleapis.com/storage/v1/b?project=acme', { name: 'acme-data' });
  await deploy(google, { settings: { dataBuckets: ['acme-data'] } });
  const { world } = google;
  world.delays = { ...world.delays, grant: 0 };
  expect(failing(world)).toEqual([]);
  const idle = given.filter(([role, who, name]) => {
    const of = fullName(name);
    const before = bindingsOf(grantsOf(world, of));
    grant(
      world,
      of,
      before.map((one) =>
        one.role === role ? { ...one, members: (one.members ?? []).filter((each) => each !== who) } : one,
      ),
    );
    const isIdle = failing(world).length === 0;
    grant(world, of, before);
    return isIdle;
  });
  expect(idle).toEqual([]);
  expect(given.length).toBeGreaterThan(25);
});
