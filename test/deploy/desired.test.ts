import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { desired } from '../../src/deploy/desired/desired.ts';
import { type Binding, type Resource, WAVES, waveOrder } from '../../src/deploy/resource.ts';
import { Tiers } from '../../src/mill/model/tier.ts';
import { planFor } from '../support/deployment.ts';

const named = (resources: readonly Resource[], kind: string, name: string): Resource => {
  const found = resources.find((one) => one.kind === kind && one.name.endsWith(name));
  if (found === undefined) throw new Error(`no ${kind} ${name}`);
  return found;
};

/** `role member on`, of every policy. */
const grants = (resources: readonly Resource[]): string[] =>
  resources
    .filter(({ kind }) => kind === 'policy')
    .flatMap(({ name, body }) =>
      (body['bindings'] as Binding[]).flatMap(({ role, members }) => members.map((who) => `${role} ${who} ${name}`)),
    );

describe('what is wanted', () => {
  const resources = desired(planFor());

  test('is in the order of its waves', () => {
    const resources = desired(planFor('daymill', { alerts: { email: 'data@acme.example' } }));
    const waves = resources.map(({ wave }) => waveOrder(wave));
    expect(waves).toEqual([...waves].sort((a, b) => a - b));
    expect(new Set(resources.map(({ wave }) => wave))).toEqual(new Set(WAVES));
  });

  test('has workers before functions, functions before who calls them, and all before the schedule', () => {
    const at = (kind: string, name: string): number => resources.indexOf(named(resources, kind, name));
    expect(at('image', 'a'.repeat(64))).toBeLessThan(at('service', 'daymill-work-standard'));
    expect(at('service', 'daymill-work-high-mem')).toBeLessThan(at('service', 'daymill-index'));
    expect(at('service', 'daymill-reconcile')).toBeLessThan(at('policy', 'services/daymill-work-standard'));
    expect(at('policy', 'services/daymill-reconcile')).toBeLessThan(
      at('subscription', 'daymill-computation-tasks-push'),
    );
    expect(at('subscription', 'daymill-dead-letters')).toBeLessThan(
      at('subscription', 'daymill-computation-tasks-push'),
    );
    expect(at('workflow', 'daymill-pipeline')).toBeLessThan(at('job', 'daymill-nightly'));
  });

  test('tells a worker its tier, its database, and a heap that leaves room for buffers', () => {
    expect(named(resources, 'service', 'daymill-work-high-mem').body).toEqual({
      labels: { daymill: 'daymill' },
      ingress: 'INGRESS_TRAFFIC_ALL',
      scaling: { minInstanceCount: 0, maxInstanceCount: 4 },
      template: {
        serviceAccount: 'daymill-work@acme.iam.gserviceaccount.com',
        timeout: '540s',
        maxInstanceRequestConcurrency: 1,
        containers: [
          {
            image: `europe-west1-docker.pkg.dev/acme/daymill/functions:${'a'.repeat(64)}`,
            env: [
              { name: 'FUNCTION_TARGET', value: 'work' },
              { name: 'NODE_ENV', value: 'production' },
              { name: 'NODE_OPTIONS', value: '--max-heap-size=5324 --max-semi-space-size=32' },
              { name: 'NODE_COMPILE_CACHE', value: '.compile-cache' },
              { name: 'DAYMILL_PROJECT', value: 'acme' },
              { name: 'DAYMILL_DATABASE', value: 'daymill' },
              { name: 'DAYMILL_MANIFEST', value: 'daymill-manifest.json' },
              {
                name: 'DAYMILL_TIERS',
                value: 'standard=2048:daymill-computation-tasks high-mem=8192:daymill-computation-tasks-highmem',
              },
              { name: 'DAYMILL_LANES', value: '32' },
              { name: 'DAYMILL_TIER', value: 'high-mem' },
            ],
            resources: { limits: { cpu: '2', memory: '8192Mi' }, cpuIdle: true, startupCpuBoost: true },
          },
        ],
      },
    });
  });

  test('has every request end before Pub/Sub gives it to another, and before the workflow gives up', () => {
    const timeouts = resources
      .filter(({ kind }) => kind === 'service')
      .map(({ body }) => Number.parseInt((body['template'] as { timeout: string }).timeout, 10));
    expect(timeouts).toHaveLength(6);
    expect(Math.max(...timeouts)).toBeLessThan(600);
  });

  test('pushes to the root of the service, as an account that alone may call it', () => {
    const root = 'https://daymill-work-standard-123456789012.europe-west1.run.app';
    expect(named(resources, 'subscription', 'daymill-computation-tasks-push').body).toMatchObject({
      topic: 'projects/acme/topics/daymill-computation-tasks',
      pushConfig: {
        pushEndpoint: `${root}/projects/acme/topics/daymill-computation-tasks`,
        oidcToken: { serviceAccountEmail: 'daymill-push@acme.iam.gserviceaccount.com', audience: root },
      },
      ackDeadlineSeconds: 600,
      deadLetterPolicy: { deadLetterTopic: 'projects/acme/topics/daymill-dead-letters' },
      expirationPolicy: {},
    });
  });

  test('starts the night as `run --cloud` reads it', () => {
    const { body } = named(resources, 'job', 'daymill-nightly').body['httpTarget'] as { body: string };
    const { argument } = JSON.parse(Buffer.from(body, 'base64').toString('utf8')) as { argument: string };
    const url = (id: string): string => `https://daymill-${id}-123456789012.europe-west1.run.app`;
    expect(JSON.parse(argument)).toEqual({
      functions: {
        index: url('index'),
        dispatch: url('dispatch'),
        preflight: url('preflight'),
        reconcile: url('reconcile'),
      },
    });
  });

  test('grants these rights and no others', () => {
    expect(
      grants(resources).map((grant) =>
        grant.replaceAll(
          /@acme\.iam\.gserviceaccount\.com|projects\/acme\/|locations\/europe-west1\/|roles\/|serviceAccount:/g,
          '',
        ),
      ),
    ).toMatchInlineSnapshot(`
      [
        "datastore.user daymill-plan projects/acme",
        "datastore.user daymill-work projects/acme",
        "workflows.invoker daymill-plan projects/acme",
        "workflows.invoker daymill-work projects/acme",
        "workflows.invoker daymill-cron projects/acme",
        "logging.logWriter daymill-flow projects/acme",
        "logging.logWriter daymill-build projects/acme",
        "storage.objectViewer daymill-build acme-daymill-source",
        "artifactregistry.writer daymill-build repositories/daymill",
        "iam.serviceAccountTokenCreator service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com serviceAccounts/daymill-push",
        "pubsub.publisher service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com topics/daymill-dead-letters",
        "pubsub.publisher daymill-plan topics/daymill-computation-tasks",
        "pubsub.publisher daymill-work topics/daymill-computation-tasks",
        "pubsub.publisher daymill-plan topics/daymill-computation-tasks-highmem",
        "pubsub.publisher daymill-work topics/daymill-computation-tasks-highmem",
        "run.invoker daymill-push services/daymill-work-standard",
        "run.invoker daymill-push services/daymill-work-high-mem",
        "run.invoker daymill-flow services/daymill-index",
        "run.invoker daymill-flow services/daymill-dispatch",
        "run.invoker daymill-flow services/daymill-preflight",
        "run.invoker daymill-flow services/daymill-reconcile",
        "run.invoker daymill-cron services/daymill-reconcile",
        "pubsub.subscriber service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com subscriptions/daymill-computation-tasks-push",
        "pubsub.subscriber service-123456789012@gcp-sa-pubsub.iam.gserviceaccount.com subscriptions/daymill-computation-tasks-highmem-push",
      ]
    `);
  });

  test('lets nobody call who has no account', () => {
    expect(JSON.stringify(resources)).not.toMatch(/allUsers|allAuthenticatedUsers/);
  });
});

test('a project that simulates nothing has no preflight, and none is called', () => {
  const resources = desired(planFor('daymill', { simulate: false }));
  expect(resources.filter(({ name }) => name.includes('preflight'))).toEqual([]);
});

test("a database that the setting names is somebody's: neither its rules nor its protection are touched", () => {
  const target = { ...planFor().target, databaseId: '(default)' };
  const resources = desired(planFor('daymill', { target }));
  expect(resources.filter(({ kind }) => kind === 'rules')).toEqual([]);
  expect(named(resources, 'database', '(default)').body).toEqual({ type: 'FIRESTORE_NATIVE' });
});

test('a topic that the setting names is called as it says', () => {
  const tiers = Tiers.parse([{ name: 'standard', memoryMB: 2_048, topic: 'orders' }]);
  const topics = desired(planFor('shop', { tiers })).filter(({ kind }) => kind === 'topic');
  expect(topics.map(({ name }) => name)).toEqual([
    'projects/acme/topics/orders',
    'projects/acme/topics/shop-dead-letters',
  ]);
});

test('buckets that datasets lie in can be read by who plans and who works', () => {
  expect(
    grants(desired(planFor('daymill', { dataBuckets: ['lake'] }))).filter((grant) => grant.endsWith(' lake')),
  ).toEqual([
    'roles/storage.objectViewer serviceAccount:daymill-plan@acme.iam.gserviceaccount.com lake',
    'roles/storage.objectViewer serviceAccount:daymill-work@acme.iam.gserviceaccount.com lake',
  ]);
});

const Name = fc
  .stringMatching(/^[a-z]([a-z]|-(work|index|push|dead|x)){0,4}[a-z]$/)
  .filter((name) => name.length <= 20);
const TierNames = fc.uniqueArray(
  fc.oneof(
    fc.constantFrom('index', 'dispatch', 'reconcile', 'work', 'work-index', 'dead-letters', 'push', 'standard'),
    fc.stringMatching(/^[a-z][a-z-]{0,8}$/),
  ),
  { minLength: 1, maxLength: 4, selector: (name) => name.replaceAll('-', '') },
);

/** What both may have, since both only add to it. */
const isShared = ({ kind, name }: Resource): boolean =>
  kind === 'api' || (kind === 'policy' && name === 'projects/acme');

test('deployments of two names share no resource, whatever their tiers are called', () => {
  fc.assert(
    fc.property(Name, TierNames, Name, TierNames, (name, tiers, other, otherTiers) => {
      fc.pre(name !== other && ![name, other].some((one) => /-work(-|$)/.test(one)));
      const [left, right] = [[name, tiers] as const, [other, otherTiers] as const].map(([called, names]) =>
        desired(
          planFor(called, {
            tiers: Tiers.parse(names.map((tier, index) => ({ name: tier, memoryMB: 512 * (index + 1) }))),
          }),
        )
          .filter((resource) => !isShared(resource))
          .map((resource) => `${resource.kind} ${resource.name}`),
      );
      const names = new Set(left);
      expect(names.size).toBe(left?.length);
      expect(right?.filter((resource) => names.has(resource))).toEqual([]);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['shop-work', 'has "-work" in it'],
  ['a-work-b', 'has "-work" in it'],
])('the name %s is refused: its services would be those of another', (name, message) => {
  expect(() => planFor(name)).toThrow(message);
});

test('what Google would refuse is refused by name before anything is asked', () => {
  const large = Tiers.parse([{ name: 'huge', memoryMB: 65_536 }]);
  expect(() => planFor('daymill', { tiers: large })).toThrow('The tier huge has 65536 MB');
  const long = Tiers.parse([{ name: `t${'x'.repeat(50)}`, memoryMB: 512 }]);
  expect(() => desired(planFor('daymill', { tiers: long }))).toThrow('is longer than 49 characters');
});
