/** The page is deployed where the settings ask for it: behind Google's sign-in, by an account of its own, for whom they name. */
import { describe, expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';
import { DashboardSettings } from '../../src/config/project-settings.ts';
import { DEPLOYER_ROLES } from '../../src/deploy/deployer.ts';
import { desired } from '../../src/deploy/desired/desired.ts';
import type { Binding } from '../../src/deploy/resource.ts';
import { bindingsOf, grantsOf } from '../../src/emulators/admin/core/policies.ts';
import { changesOf, deploy, due, look } from '../support/deploying.ts';
import { planFor } from '../support/deployment.ts';
import { googleAdmin } from '../support/google-admin.ts';

const dashboard = DashboardSettings.parse({ admins: ['ann@acme.example'], viewers: ['domain:acme.example'] });
const IAP_PAGE = 'projects/acme/iap_web/cloud_run-europe-west1/services/daymill-view';

describe('a deployment with a page', () => {
  test('is made at once, lets in whom the settings name, and then there is nothing more to do', async () => {
    const google = googleAdmin();
    await deploy(google, { settings: { dashboard } });
    expect(bindingsOf(grantsOf(google.world, `//iap.googleapis.com/${IAP_PAGE}`))).toEqual([
      { role: 'roles/iap.httpsResourceAccessor', members: ['user:ann@acme.example', 'domain:acme.example'] },
    ]);
    expect(due(await look(google, { settings: { dashboard } }))).toEqual([]);
  });

  test('keeps whom somebody let in by hand, and lets in who is added', async () => {
    const google = googleAdmin();
    await deploy(google, { settings: { dashboard } });
    const by = { role: 'roles/iap.httpsResourceAccessor', members: ['user:eve@umbrella.example'] };
    await google.byHand('POST', `https://iap.googleapis.com/v1/${IAP_PAGE}:setIamPolicy`, {
      policy: { bindings: [by] },
    });
    const more = DashboardSettings.parse({ admins: ['ann@acme.example', 'bob@acme.example'] });
    const changed = await changesOf(google, () => deploy(google, { settings: { dashboard: more } }));
    expect(changed.filter((call) => call.includes('iap'))).toHaveLength(1);
    expect(bindingsOf(grantsOf(google.world, `//iap.googleapis.com/${IAP_PAGE}`))).toEqual([
      { ...by, members: ['user:eve@umbrella.example', 'user:ann@acme.example', 'user:bob@acme.example'] },
    ]);
  });

  test('has one service behind the proxy, which alone may call it, and knows its visitors by the name of the service', () => {
    const resources = desired(planFor('daymill', { dashboard }));
    const behind = resources.filter(({ body }) => body['iapEnabled'] === true);
    expect(behind.map(({ name }) => name)).toEqual(['projects/acme/locations/europe-west1/services/daymill-view']);
    expect(behind[0]?.body).toMatchObject({
      scaling: { minInstanceCount: 0 },
      template: {
        serviceAccount: 'daymill-view@acme.iam.gserviceaccount.com',
        timeout: '3600s',
        maxInstanceRequestConcurrency: 80,
        containers: [{ resources: { limits: { memory: '1024Mi' } } }],
      },
    });
    const { containers } = (behind[0]?.body['template'] ?? {}) as {
      containers: [{ env: { name: string; value: string }[] }];
    };
    const env = Object.fromEntries(containers[0].env.map(({ name, value }) => [name, value]));
    const { signIn, pipeline } = readConfig({ ...env, DAYMILL_ROOT: '/nowhere' }, '/', 1);
    expect(signIn).toEqual({
      isLocal: false,
      audience: '/projects/123456789012/locations/europe-west1/services/daymill-view',
    });
    expect(pipeline).toEqual({
      location: 'europe-west1',
      workflow: 'daymill-pipeline',
      functions: Object.fromEntries(
        ['index', 'dispatch', 'preflight', 'reconcile'].map((id) => [
          id,
          `https://daymill-${id}-123456789012.europe-west1.run.app`,
        ]),
      ),
    });
  });

  test('gives its account what reading and acting need, and no other account more than before', () => {
    const grants = (settings: object): string[] =>
      desired(planFor('daymill', { dataBuckets: ['lake'], ...settings }))
        .filter(({ kind }) => kind === 'policy')
        .flatMap(({ name, body }) =>
          (body['bindings'] as Binding[]).flatMap(({ role, members }) =>
            members.map((who) => `${role} ${who} ${name}`),
          ),
        )
        .map((grant) =>
          grant.replaceAll(
            /@acme\.iam\.gserviceaccount\.com|projects\/acme\/|locations\/europe-west1\/|roles\/|serviceAccount:/g,
            '',
          ),
        );
    const before = new Set(grants({}));
    expect(grants({ dashboard }).filter((grant) => !before.has(grant))).toEqual([
      'datastore.user daymill-view projects/acme',
      'workflows.invoker daymill-view projects/acme',
      'storage.objectViewer daymill-view lake',
      'pubsub.publisher daymill-view topics/daymill-computation-tasks',
      'pubsub.publisher daymill-view topics/daymill-computation-tasks-highmem',
      'run.invoker service-123456789012@gcp-sa-iap.iam.gserviceaccount.com services/daymill-view',
      'iap.httpsResourceAccessor user:ann@acme.example iap_web/cloud_run-europe-west1/services/daymill-view',
      'iap.httpsResourceAccessor domain:acme.example iap_web/cloud_run-europe-west1/services/daymill-view',
    ]);
  });

  test('without roles/iap.admin is refused, before anything is changed', async () => {
    const roles = DEPLOYER_ROLES.map(({ role }) => role).filter((role) => role !== 'roles/iap.admin');
    const google = googleAdmin({ roles, apis: ['cloudresourcemanager', 'cloudbilling', 'iap'] });
    const deploying = deploy(google, { settings: { dashboard } });
    const changed = await changesOf(google, () => expect(deploying).rejects.toThrow('roles/iap.admin'));
    expect(changed).toEqual([]);
  });
});

test('without the setting there is no page, no account and no API for it', () => {
  expect(JSON.stringify(desired(planFor()))).not.toMatch(/-view\b|\biap\b/);
});

test.each([
  [{}, 'admins'],
  [{ admins: [] }, 'admins'],
  [{ admins: ['ann'] }, 'admins'],
  [{ admins: ['ann@acme.example'], viewers: ['allUsers'] }, 'viewers'],
  [{ admins: ['ann@acme.example'], viewers: ['ann@acme.example'] }, 'viewers'],
  [{ admins: ['ann@acme.example'], organization: '..' }, 'organization'],
])('%j is no setting of a page', (given, member) => {
  const { error } = DashboardSettings.safeParse(given);
  expect(error?.issues[0]?.path[0]).toBe(member);
});
