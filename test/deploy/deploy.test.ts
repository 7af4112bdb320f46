import { describe, expect, test } from 'vitest';
import { bindingsOf, grant, grantsOf } from '../../src/emulators/admin/core/policies.ts';
import { projectOf } from '../../src/emulators/admin/core/world.ts';
import { Tiers } from '../../src/mill/model/tier.ts';
import { changesOf, deploy, due, look } from '../support/deploying.ts';
import { wantedFor } from '../support/deployment.ts';
import { googleAdmin } from '../support/google-admin.ts';

const REGION = 'projects/acme/locations/europe-west1';
const INDEX = `https://run.googleapis.com/v2/${REGION}/services/daymill-index`;
const JOBS = `https://cloudscheduler.googleapis.com/v1/${REGION}/jobs`;

describe('a deployment', () => {
  test('to an empty project makes everything, and a second one changes nothing', async () => {
    const google = googleAdmin();
    const { done } = await deploy(google);
    expect(done).toBe((await look(google)).changes.length);
    expect(due(await look(google))).toEqual([]);
    expect(await changesOf(google, () => deploy(google))).toEqual([]);
  });

  test('of one changed file is one PATCH, and the probes', async () => {
    const google = googleAdmin();
    await deploy(google);
    const changed = await changesOf(google, () =>
      deploy(google, { settings: { workflow: 'main: { steps: [{ done: { return: 2 } }] }' } }),
    );
    expect(changed).toEqual([
      'PATCH workflows.googleapis.com/v1/projects/acme/locations/europe-west1/workflows/daymill-pipeline',
      'POST cloudscheduler.googleapis.com/v1/projects/acme/locations/europe-west1/jobs/daymill-reconcile:run',
      'POST pubsub.googleapis.com/v1/projects/acme/topics/daymill-computation-tasks:publish',
      'POST pubsub.googleapis.com/v1/projects/acme/topics/daymill-computation-tasks-highmem:publish',
    ]);
  });

  test('of changed code builds once, and gives the image to workers before the functions that send them tasks', async () => {
    const google = googleAdmin();
    await deploy(google);
    const { told } = await deploy(google, { hash: 'b'.repeat(40) });
    expect(told.slice(0, 3).sort()).toEqual([
      `create image functions:${'b'.repeat(40)}`,
      'update service daymill-work-high-mem',
      'update service daymill-work-standard',
    ]);
    expect(told.slice(3).sort()).toEqual(
      ['dispatch', 'index', 'preflight', 'reconcile'].map((id) => `update service daymill-${id}`),
    );
  });

  test('mends what was changed by hand, names it, and leaves what is none of its business', async () => {
    const google = googleAdmin();
    await deploy(google);
    const service = await google.byHand('GET', INDEX);
    const template = service['template'] as { containers: [{ env: object[] }] };
    template.containers[0].env.push({ name: 'DEBUG', value: '1' });
    const labels = { ...(service['labels'] as object), team: 'data' };
    await google.byHand('PATCH', `${INDEX}?updateMask=labels,template`, {
      labels,
      template: { ...template, timeout: '60s' },
    });
    await google.clock.sleep(60_000);
    const [change, ...others] = due(await look(google));
    expect(others).toEqual([]);
    expect(change).toMatchObject({
      action: 'update',
      fields: [
        { path: 'template.timeout', was: '60s', will: '540s' },
        { path: 'template.containers.0.env.DEBUG', was: '1', will: undefined },
      ],
    });
    await deploy(google);
    expect(due(await look(google))).toEqual([]);
    expect((await google.byHand('GET', INDEX))['labels']).toEqual({ daymill: 'daymill', team: 'data' });
  });

  test('takes from everybody what somebody gave them, and leaves what people have', async () => {
    const google = googleAdmin();
    await deploy(google);
    const policy = await google.byHand('GET', `${INDEX}:getIamPolicy`);
    const [binding] = policy['bindings'] as [{ role: string; members: string[] }];
    const members = [...binding.members, 'allUsers', 'user:ann@acme.example'];
    await google.byHand('POST', `${INDEX}:setIamPolicy`, {
      policy: { ...policy, bindings: [{ ...binding, members }] },
    });
    await deploy(google);
    expect((await google.byHand('GET', `${INDEX}:getIamPolicy`))['bindings']).toEqual([
      {
        role: 'roles/run.invoker',
        members: ['serviceAccount:daymill-flow@acme.iam.gserviceaccount.com', 'user:ann@acme.example'],
      },
    ]);
  });

  test('keeps what people chose: when jobs run, and that one is paused', async () => {
    const google = googleAdmin();
    await deploy(google);
    const job = `${JOBS}/daymill-nightly`;
    await google.byHand('PATCH', `${job}?updateMask=schedule`, { schedule: '30 6 * * *' });
    await google.byHand('POST', `${job}:pause`, {});
    expect(due(await look(google))).toEqual([]);
  });

  test('keeps the other policies of a project, also when somebody else writes at the same time', async () => {
    const google = googleAdmin();
    let raced = false;
    google.intercept = (_, url) => {
      if (raced || !url.endsWith('projects/acme:setIamPolicy')) return undefined;
      raced = true;
      // Between its reading and its writing.
      grant(google.world, projectOf(google.world), [
        ...bindingsOf(grantsOf(google.world, projectOf(google.world))),
        { role: 'roles/pubsub.publisher', members: ['group:data@acme.example'] },
      ]);
      return undefined;
    };
    const before = bindingsOf(grantsOf(google.world, projectOf(google.world)));
    await deploy(google);
    const after = bindingsOf(grantsOf(google.world, projectOf(google.world)));
    expect(raced).toBe(true);
    expect(after.slice(0, before.length)).toEqual(before);
    // Google's own, somebody's, and then ours.
    const added = after.slice(before.length).map(({ role }) => role);
    expect(added.filter((role) => !role.endsWith('.serviceAgent'))).toEqual([
      'roles/pubsub.publisher',
      'roles/datastore.user',
      'roles/workflows.invoker',
      'roles/logging.logWriter',
    ]);
  });

  test('of another name beside it touches nothing of the first', async () => {
    const google = googleAdmin();
    await deploy(google);
    await deploy(google, { settings: { target: wantedFor('shop').target } });
    expect(due(await look(google))).toEqual([]);
  });

  test('by two people at once is one deployment', async () => {
    const google = googleAdmin();
    await Promise.all([deploy(google), deploy(google)]);
    expect(due(await look(google))).toEqual([]);
  });

  test('refuses what belongs to another deployment', async () => {
    const google = googleAdmin();
    const tiers = Tiers.parse([{ name: 'standard', memoryMB: 2_048, topic: 'orders' }]);
    await deploy(google, { settings: { tiers, target: wantedFor('shop').target } });
    await expect(look(google, { settings: { tiers } })).rejects.toThrow('topics/orders belongs to the deployment shop');
  });
});
