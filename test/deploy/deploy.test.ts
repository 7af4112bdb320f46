import { describe, expect, test } from 'vitest';
import { kindOf, nameOf } from '../../src/deploy/change.ts';
import { shortName } from '../../src/deploy/resource.ts';
import { Tiers } from '../../src/mill/model/tier.ts';
import { changesOf, deploy, due, look } from '../support/deploying.ts';
import { wantedFor } from '../support/deployment.ts';
import { type GoogleInMemory, googleInMemory } from '../support/google-in-memory.ts';

describe('a deployment', () => {
  test('to an empty project makes everything, and a second one changes nothing', async () => {
    const google = googleInMemory();
    const { done } = await deploy(google);
    expect(done).toBe((await look(google)).changes.length);
    expect(due(await look(google))).toEqual([]);
    expect(await changesOf(google, () => deploy(google))).toEqual([]);
  });

  test('of one changed file is one PATCH, and the probes', async () => {
    const google = googleInMemory();
    await deploy(google);
    const changed = await changesOf(google, () => deploy(google, { settings: { workflow: 'main: { steps: [] }' } }));
    expect(changed).toEqual([
      'PATCH workflows.googleapis.com/v1/projects/acme/locations/europe-west1/workflows/daymill-pipeline',
      'POST cloudscheduler.googleapis.com/v1/projects/acme/locations/europe-west1/jobs/daymill-reconcile:run',
      'POST pubsub.googleapis.com/v1/projects/acme/topics/daymill-computation-tasks:publish',
      'POST pubsub.googleapis.com/v1/projects/acme/topics/daymill-computation-tasks-highmem:publish',
    ]);
  });

  test('of changed code builds once, and gives the image to workers before the functions that send them tasks', async () => {
    const google = googleInMemory();
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
    const google = googleInMemory();
    await deploy(google);
    const service = google.resources.get(
      'run.googleapis.com/v2/projects/acme/locations/europe-west1/services/daymill-index',
    ) as {
      labels: Record<string, string>;
      template: { timeout: string; containers: [{ env: { name: string; value: string }[] }] };
    };
    service.template.timeout = '60s';
    service.template.containers[0].env.push({ name: 'DEBUG', value: '1' });
    service.labels['team'] = 'data';
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
    expect(
      google.resources.get('run.googleapis.com/v2/projects/acme/locations/europe-west1/services/daymill-index')?.[
        'labels'
      ],
    ).toEqual({
      daymill: 'daymill',
      team: 'data',
    });
  });

  test('takes from everybody what somebody gave them, and leaves what people have', async () => {
    const google = googleInMemory();
    await deploy(google);
    const key = 'run.googleapis.com/v2/projects/acme/locations/europe-west1/services/daymill-index';
    google.policies.get(key)?.bindings[0]?.members.push('allUsers', 'user:ann@acme.example');
    await deploy(google);
    expect(google.policies.get(key)?.bindings).toEqual([
      {
        role: 'roles/run.invoker',
        members: ['serviceAccount:daymill-flow@acme.iam.gserviceaccount.com', 'user:ann@acme.example'],
      },
    ]);
  });

  test('keeps what people chose: when jobs run, and that one is paused', async () => {
    const google = googleInMemory();
    await deploy(google);
    const job = google.resources.get(
      'cloudscheduler.googleapis.com/v1/projects/acme/locations/europe-west1/jobs/daymill-nightly',
    );
    Object.assign(job ?? {}, { schedule: '30 6 * * *', state: 'PAUSED' });
    expect(due(await look(google))).toEqual([]);
  });

  test('keeps the other policies of a project, also when somebody else writes at the same time', async () => {
    const google = googleInMemory();
    google.policies.set('cloudresourcemanager.googleapis.com/v3/projects/acme', {
      bindings: [{ role: 'roles/owner', members: ['user:ann@acme.example'] }],
      etag: 'first',
    });
    let raced = false;
    google.intercept = (_, url) => {
      if (raced || !url.endsWith('projects/acme:setIamPolicy')) return undefined;
      raced = true;
      return { status: 409, data: { error: { status: 'ABORTED', message: 'there were concurrent policy changes' } } };
    };
    await deploy(google);
    const { bindings } = google.policies.get('cloudresourcemanager.googleapis.com/v3/projects/acme') ?? {
      bindings: [],
    };
    expect(bindings[0]).toEqual({ role: 'roles/owner', members: ['user:ann@acme.example'] });
    expect(bindings.map(({ role }) => role)).toEqual([
      'roles/owner',
      'roles/datastore.user',
      'roles/workflows.invoker',
      'roles/logging.logWriter',
    ]);
  });

  test('of another name beside it touches nothing of the first', async () => {
    const google = googleInMemory();
    await deploy(google);
    await deploy(google, { settings: { target: wantedFor('shop').target } });
    expect(due(await look(google))).toEqual([]);
  });

  test('by two people at once is one deployment', async () => {
    const google = googleInMemory();
    await Promise.all([deploy(google), deploy(google)]);
    expect(due(await look(google))).toEqual([]);
  });

  test('refuses what belongs to another deployment', async () => {
    const google = googleInMemory();
    const tiers = Tiers.parse([{ name: 'standard', memoryMB: 2_048, topic: 'orders' }]);
    await deploy(google, { settings: { tiers, target: wantedFor('shop').target } });
    await expect(look(google, { settings: { tiers } })).rejects.toThrow('topics/orders belongs to the deployment shop');
  });
});

describe('what stops a deployment', () => {
  test('it goes on from wherever it was stopped: between any two calls', async () => {
    const whole = googleInMemory();
    await deploy(whole);
    const wanted = namesIn(whole);
    for (let stop = 1; stop <= whole.changes.length; stop += 1) {
      for (const isCarriedOut of [false, true]) {
        const google = googleInMemory();
        const { request } = google;
        const killed = { ...google, request: killedAt(stop, isCarriedOut, google) };
        await expect(deploy(killed)).rejects.toThrow('killed');
        await deploy({ ...google, request });
        expect(due(await look(google)), `stopped at ${google.changes[stop - 1]}`).toEqual([]);
        expect(namesIn(google)).toEqual(wanted);
      }
    }
  }, 120_000);

  test('messages that nobody answers are told by their tier, and tried again when it goes on, though nothing is to be changed', async () => {
    const google = googleInMemory();
    google.isSilent = true;
    const refusal =
      /^All is there, but a message to daymill-computation-tasks(-highmem)? was not answered: .* 401 or 403/;
    await expect(deploy(google)).rejects.toThrow(refusal);
    expect(due(await look(google))).toEqual([]);
    await expect(deploy(google)).rejects.toThrow(refusal);
    google.isSilent = false;
    expect(await deploy(google)).toMatchObject({ done: 0 });
    expect(await changesOf(google, () => deploy(google))).toEqual([]);
  });

  test('rights that the deployer lacks are named, with their role, before the first change', async () => {
    const google = googleInMemory();
    const manager = 'serviceusage.googleapis.com/v1/projects/acme/services/cloudresourcemanager.googleapis.com';
    google.resources.set(manager, { state: 'ENABLED' });
    google.lacking.add('run.services.setIamPolicy').add('pubsub.topics.create');
    const changed = await changesOf(google, () =>
      expect(deploy(google)).rejects.toThrow(
        /nothing was changed.*\n {2}roles\/pubsub.admin \(pubsub.topics.create\)\n {2}roles\/run.admin \(run.services.setIamPolicy\)$/,
      ),
    );
    expect(changed).toEqual([]);
  });

  test('of a fresh project, whose rights nobody can be asked for, only that is enabled before they are named', async () => {
    const google = googleInMemory();
    google.lacking.add('run.services.setIamPolicy');
    expect((await look(google)).lacking).toBeUndefined();
    const changed = await changesOf(google, () => expect(deploy(google)).rejects.toThrow('roles/run.admin'));
    expect(changed).toEqual([expect.stringMatching(/cloudresourcemanager.googleapis.com:enable$/)]);
  });

  test('a permission that Google does not know stops nothing', async () => {
    const google = googleInMemory();
    google.intercept = (_, url) =>
      url.endsWith(':testIamPermissions')
        ? { status: 400, data: { error: { status: 'INVALID_ARGUMENT', message: 'no such permission' } } }
        : undefined;
    await deploy(google);
    expect(due(await look(google))).toEqual([]);
  });

  test('a refusal names what could not be made, and why', async () => {
    const google = googleInMemory();
    google.intercept = (method, url) =>
      method === 'POST' && url.includes('serviceId=daymill-work-high-mem')
        ? {
            status: 400,
            data: { error: { status: 'INVALID_ARGUMENT', message: 'Max instances must be set to 3 or fewer' } },
          }
        : undefined;
    await expect(deploy(google)).rejects.toThrow(
      /^Could not make the service daymill-work-high-mem: Max instances must be set to 3 or fewer What was done before stays: .* quota/,
    );
  });

  test('a night that is under way is waited for, unless one says otherwise', async () => {
    const google = googleInMemory();
    await deploy(google);
    let asked = 0;
    google.intercept = (_, url) => {
      if (!url.endsWith('/executions')) return undefined;
      asked += 1;
      return { status: 200, data: { executions: asked < 4 ? [{ name: 'night', state: 'ACTIVE' }] : [] } };
    };
    const { waits } = await deploy(google, { hash: 'b'.repeat(40) });
    expect({ asked, waits }).toEqual({ asked: 4, waits: [expect.stringContaining('A night is under way (night)')] });
    await deploy(google, { hash: 'c'.repeat(40), now: true });
    expect(asked).toBe(4);
  });

  test('accounts that Google does not know everywhere yet are waited for, saying so', async () => {
    const google = googleInMemory();
    let left = 5;
    google.intercept = (method, url) =>
      method === 'POST' && url.includes('serviceId=daymill-index') && (left -= 1) >= 0
        ? {
            status: 403,
            data: { error: { status: 'PERMISSION_DENIED', message: 'Service account daymill-plan does not exist' } },
          }
        : undefined;
    const { waits } = await deploy(google);
    expect(waits).toEqual([expect.stringContaining('up to 7 minutes: waiting')]);
  });
});

describe('what is wanted no more', () => {
  const tiers = Tiers.parse([{ name: 'standard', memoryMB: 2_048 }]);
  const backlog = (google: GoogleInMemory, messages: string | undefined): void => {
    google.intercept = (_, url) =>
      url.includes('/timeSeries?')
        ? {
            status: 200,
            data: messages === undefined ? {} : { timeSeries: [{ points: [{ value: { int64Value: messages } }] }] },
          }
        : undefined;
  };

  test('is shown, and stays unless it is said', async () => {
    const google = googleInMemory();
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
    const google = googleInMemory();
    await deploy(google);
    backlog(google, '0');
    const { told } = await deploy(google, { settings: { tiers }, prune: true });
    expect(told.filter((line) => line.startsWith('remove'))).toEqual([
      'remove subscription daymill-computation-tasks-highmem-push',
      'remove topic daymill-computation-tasks-highmem',
      'remove service daymill-work-high-mem',
    ]);
    expect((await look(google, { settings: { tiers } })).leftovers).toEqual([]);
  });

  test.each([
    ['messages wait in it', '12', '12 messages wait in it'],
    ['nobody knows whether any do', undefined, 'nobody can say whether messages wait in it'],
  ])('stays when %s, and with it its topic and its workers', async (_, messages, why) => {
    const google = googleInMemory();
    await deploy(google);
    backlog(google, messages);
    const { told } = await deploy(google, { settings: { tiers }, prune: true });
    expect(told.filter((line) => line.startsWith('left'))).toEqual([
      `left remove subscription daymill-computation-tasks-highmem-push: ${why}`,
      'left remove topic daymill-computation-tasks-highmem: it has subscriptions: projects/acme/subscriptions/daymill-computation-tasks-highmem-push',
      'left remove service daymill-work-high-mem: a subscription stays that may push to it',
    ]);
  });
});

/** But for names that Google gives, and rulesets, of which one may be left that nothing releases. */
const namesIn = ({ resources }: GoogleInMemory): string[] =>
  [...resources.keys()]
    .filter((name) => !name.includes('/rulesets/'))
    .map((name) => name.replace(/\/indexes\/\d+$/, '/indexes/ID'))
    .sort();

/** Ends at the change with this number, before or after Google has carried it out. */
function killedAt(stop: number, isCarriedOut: boolean, google: GoogleInMemory): GoogleInMemory['request'] {
  return async (method, url, body) => {
    if (google.changes.length >= stop) throw new Error('killed');
    if (isCarriedOut || google.changes.length < stop - 1) {
      const answer = await google.request(method, url, body);
      if (google.changes.length >= stop) throw new Error('killed');
      return answer;
    }
    const isRead = method === 'GET' || /:(getIamPolicy|testIamPermissions)(\?|$)/.test(url);
    if (!isRead) throw new Error('killed');
    return google.request(method, url, body);
  };
}
