/** What is deployed, among itself: each account reaches what it needs by the rights that a deployment gives, and nothing more. */
import { describe, expect, test } from 'vitest';
import { environmentOf } from '../../src/deploy/desired/functions.ts';
import { nightlyArgument } from '../../src/deploy/desired/night.ts';
import { ApiError } from '../../src/emulators/rest-server.ts';
import { bindingsOf, grant, grantsOf, may } from '../../src/emulators/admin/core/policies.ts';
import { callService } from '../../src/emulators/admin/core/traffic.ts';
import { projectOf } from '../../src/emulators/admin/core/world.ts';
import { deploy } from '../support/deploying.ts';
import { planFor } from '../support/deployment.ts';
import { answerAsDaymill, type GoogleAdmin, googleAdmin } from '../support/google-admin.ts';

const plan = planFor();
const REGION = 'projects/acme/locations/europe-west1';
const ACCOUNTS = ['plan', 'work', 'flow', 'cron', 'push', 'build'] as const;

async function deployed(): Promise<GoogleAdmin> {
  const google = googleAdmin();
  await deploy(google);
  await google.clock.sleep(600_000);
  return google;
}

/** Ids of the services that let the account in. */
function reached({ world }: GoogleAdmin, account: (typeof ACCOUNTS)[number]): string[] {
  return plan.services.flatMap(({ id }) => {
    const url = plan.names.url(id, plan.number);
    try {
      callService(world, plan.names.email(account), url, url, {});
      return id;
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.status === 'PERMISSION_DENIED') return [];
      throw thrown;
    }
  });
}

test('each account calls the services that it is there to call', async () => {
  const google = await deployed();
  expect(Object.fromEntries(ACCOUNTS.map((account) => [account, reached(google, account)]))).toEqual({
    plan: [],
    work: [],
    flow: ['index', 'dispatch', 'preflight', 'reconcile'],
    cron: ['reconcile'],
    push: ['work-standard', 'work-high-mem'],
    build: [],
  });
  // What the workflow is told are addresses that it may call.
  expect(Object.keys(nightlyArgument(plan).functions)).toEqual(reached(google, 'flow'));
});

test.each([
  ['plan', 'datastore.entities.create', '//firestore.googleapis.com/projects/acme/databases/daymill', true],
  ['work', 'datastore.entities.update', '//firestore.googleapis.com/projects/acme/databases/daymill', true],
  ['work', 'datastore.entities.get', '//firestore.googleapis.com/projects/acme/databases/others', false],
  ['flow', 'datastore.entities.get', '//firestore.googleapis.com/projects/acme/databases/daymill', false],
  ['plan', 'pubsub.topics.publish', '//pubsub.googleapis.com/projects/acme/topics/daymill-computation-tasks', true],
  [
    'work',
    'pubsub.topics.publish',
    '//pubsub.googleapis.com/projects/acme/topics/daymill-computation-tasks-highmem',
    true,
  ],
  ['work', 'pubsub.topics.publish', '//pubsub.googleapis.com/projects/acme/topics/others', false],
  // Whoever counts to zero calls the workflow back.
  ['work', 'workflows.callbacks.send', `//workflows.googleapis.com/${REGION}/workflows/daymill-pipeline`, true],
  ['plan', 'workflows.callbacks.send', `//workflows.googleapis.com/${REGION}/workflows/daymill-pipeline`, true],
  ['cron', 'workflows.executions.create', `//workflows.googleapis.com/${REGION}/workflows/daymill-pipeline`, true],
  ['flow', 'logging.logEntries.create', '//cloudresourcemanager.googleapis.com/projects/acme', true],
  ['build', 'storage.objects.get', '//storage.googleapis.com/projects/_/buckets/acme-daymill-source/objects/a', true],
  [
    'build',
    'storage.objects.create',
    '//storage.googleapis.com/projects/_/buckets/acme-daymill-source/objects/a',
    false,
  ],
] as const)('%s has %s on %s: %s', async (account, permission, on, has) => {
  const { world } = await deployed();
  expect(may(world, `serviceAccount:${plan.names.email(account)}`, permission, on)).toBe(has);
});

describe('a night', () => {
  const nightly = `https://cloudscheduler.googleapis.com/v1/${plan.names.nightlyJob}`;

  test('is started by its job, with the addresses of the functions', async () => {
    const google = await deployed();
    await google.byHand('POST', `${nightly}:run`, {});
    await google.clock.sleep(2_000);
    expect((await google.byHand('GET', nightly))['status']).toEqual({});
    const { executions } = await google.byHand(
      'GET',
      `https://workflowexecutions.googleapis.com/v1/${plan.names.workflow}/executions`,
    );
    const [night, ...others] = executions as { argument: string; state: string }[];
    expect(others).toEqual([]);
    expect(JSON.parse(night?.argument ?? '')).toEqual(nightlyArgument(plan));
  });

  test('is not, where its account may start none: the job says so', async () => {
    const google = await deployed();
    const project = projectOf(google.world);
    const bindings = bindingsOf(grantsOf(google.world, project)).filter(
      ({ role }) => role !== 'roles/workflows.invoker',
    );
    grant(google.world, project, bindings);
    await google.clock.sleep(600_000);
    await google.byHand('POST', `${nightly}:run`, {});
    await google.clock.sleep(2_000);
    expect((await google.byHand('GET', nightly))['status']).toMatchObject({
      code: 7,
      message: expect.stringContaining('workflows.executions.create') as string,
    });
  });
});

describe('a message', () => {
  const TOPIC = 'https://pubsub.googleapis.com/v1/projects/acme/topics/daymill-computation-tasks';
  const DEAD = 'projects/acme/subscriptions/daymill-dead-letters';
  const publish = (google: GoogleAdmin) => google.byHand('POST', `${TOPIC}:publish`, { messages: [{ data: 'e30=' }] });

  test('reaches its workers, who know their tier', async () => {
    const google = await deployed();
    const called: unknown[] = [];
    google.world.serve = ({ service, body }) => {
      called.push([service['name'], (body['message'] as { data: string }).data]);
      return 204;
    };
    await publish(google);
    expect(called).toEqual([[plan.names.service('work-standard'), 'e30=']]);
    const [worker] = plan.services;
    expect(worker && environmentOf(plan, worker)['DAYMILL_TIER']).toBe('standard');
  });

  test('that a worker refuses comes again, and again later', async () => {
    const google = await deployed();
    const startMs = google.clock.now();
    const seconds: number[] = [];
    google.world.serve = () => {
      seconds.push((google.clock.now() - startMs) / 1_000);
      return seconds.length < 4 ? 503 : 204;
    };
    await publish(google);
    for (let second = 0; second < 200; second += 1) {
      await google.clock.sleep(1_000);
      await google.byHand('GET', TOPIC);
    }
    expect(seconds).toEqual([0, 10, 30, 70]);
  });

  test('that nobody takes is given up, and kept', async () => {
    const google = await deployed();
    google.world.serve = () => 500;
    await publish(google);
    for (let hour = 0; hour < 24; hour += 1) {
      await google.clock.sleep(3_600_000);
      await google.byHand('GET', TOPIC);
    }
    expect(google.world.backlogs.get(DEAD)).toBe(1);
  });

  test.each([
    [
      'Pub/Sub may not make its token',
      '//iam.googleapis.com/projects/acme/serviceAccounts/daymill-push@acme.iam.gserviceaccount.com',
    ],
    ['its account may not call the service', `//run.googleapis.com/${REGION}/services/daymill-work-standard`],
  ])('is not delivered while %s: deploy finds it, and mends it', async (_, of) => {
    const google = await deployed();
    grant(google.world, of, []);
    await google.clock.sleep(600_000);
    let calls = 0;
    google.world.serve = (call) => {
      calls += 1;
      return answerAsDaymill(google.world, call);
    };
    await publish(google);
    expect(calls).toBe(0);
    const { told } = await deploy(google);
    expect(told).toEqual([expect.stringContaining('update policy')]);
    // The one that waited, and those of the probe.
    expect(calls).toBeGreaterThan(1);
  });
});
