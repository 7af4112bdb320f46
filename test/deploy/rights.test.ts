/** Who deploys: with exactly what `daymill deploy --roles` prints, and with a role less. */
import { describe, expect, test } from 'vitest';
import { OwnFunctions } from '../../src/config/own-functions.ts';
import { DEPLOYER_ROLES } from '../../src/deploy/deployer.ts';
import { permissionsOf } from '../../src/emulators/admin/core/roles.ts';
import { changesOf, deploy, look } from '../support/deploying.ts';
import { googleAdmin } from '../support/google-admin.ts';

const ROLES = DEPLOYER_ROLES.filter(({ when }) => when === undefined).map(({ role }) => role);

/** What says who may do what, and who pays. */
const ASKED = ['cloudresourcemanager', 'cloudbilling'];

const without = (role: string): string[] => ROLES.filter((one) => one !== role);

describe('a deployer', () => {
  test('needs no role but those that are printed, and those for alerts and secrets only where there are any', async () => {
    const google = googleAdmin({ roles: ROLES });
    const { done } = await deploy(google);
    expect(done).toBeGreaterThan(60);
  });

  test.each(ROLES)('without %s is told so, before anything is changed', async (role) => {
    const google = googleAdmin({ roles: without(role), apis: [...ASKED, 'storage', 'pubsub', 'firestore'] });
    const changed = await changesOf(google, () => expect(deploy(google)).rejects.toThrow(role));
    expect(changed).toEqual([]);
  });

  test.each(ROLES)(
    'of a fresh project without %s is told so, when only the APIs that know are enabled',
    async (role) => {
      const google = googleAdmin({ roles: without(role), apis: ['storage'] });
      const changed = await changesOf(google, () => expect(deploy(google)).rejects.toThrow(role));
      const asked = /services\/(cloudresourcemanager|cloudbilling)\.googleapis\.com:enable$/;
      expect(changed.filter((call) => !asked.test(call))).toEqual([]);
    },
  );

  test('without several is told of all of them at once', async () => {
    const google = googleAdmin({ roles: ['roles/pubsub.admin', 'roles/run.admin'], apis: ASKED });
    await expect(deploy(google)).rejects.toThrow(/storage\.admin.*\n.*artifactregistry\.admin/);
  });

  test('is asked for permissions that its roles have', () => {
    for (const { role, permissions } of DEPLOYER_ROLES)
      expect({ role, lacking: permissions.filter((permission) => !permissionsOf(role).has(permission)) }).toEqual({
        role,
        lacking: [],
      });
  });

  test.each([
    ['roles/monitoring.editor', { alerts: { email: 'data@acme.example' } }],
    ['roles/secretmanager.admin', { functions: OwnFunctions.parse([{ name: 'mail', secrets: { KEY: 'key' } }]) }],
  ])('without %s is told so where the settings ask for what it makes', async (role, settings) => {
    const all = DEPLOYER_ROLES.map((one) => one.role).filter((one) => one !== role);
    const google = googleAdmin({ roles: all, apis: [...ASKED, 'monitoring', 'secretmanager'] });
    const changed = await changesOf(google, () => expect(deploy(google, { settings })).rejects.toThrow(role));
    expect(changed).toEqual([]);
  });

  test.each([
    ['where budgets are enabled, before anything is changed', ['billingbudgets'], true],
    ['on a fresh project, when all else is there', [], false],
  ])('without the role for budgets, which is one of the billing account, is told so %s', async (_, apis, isFirst) => {
    const google = googleAdmin({ billing: [], apis: [...ASKED, ...apis] });
    const settings = { budget: { perMonth: 50 } };
    const changed = await changesOf(google, () =>
      expect(deploy(google, { settings })).rejects.toThrow(
        'Ask for roles/billing.costsManager on the billing account.',
      ),
    );
    expect(changed.length === 0).toBe(isFirst);
  });

  test('who may see nothing of the project is told so', async () => {
    const google = googleAdmin({ roles: [] });
    await expect(look(google)).rejects.toThrow(
      /^There is no project acme, or this account may not see it.*roles\/serviceusage\.serviceUsageAdmin/,
    );
  });
});

describe('a project that nobody pays for', () => {
  test('is refused before anything is changed', async () => {
    const google = googleAdmin({ isBilled: false, apis: ASKED });
    const changed = await changesOf(google, () =>
      expect(deploy(google)).rejects.toThrow('acme has no billing account.'),
    );
    expect(changed).toEqual([]);
  });

  test.each([[[]], [['cloudresourcemanager']]])(
    'is refused when that can be asked for, which on a project with %j it cannot at first',
    async (apis) => {
      const google = googleAdmin({ isBilled: false, apis });
      const changed = await changesOf(google, () =>
        expect(deploy(google)).rejects.toThrow('acme has no billing account.'),
      );
      const asked = /services\/(cloudresourcemanager|cloudbilling)\.googleapis\.com:enable$/;
      expect(changed.filter((call) => !asked.test(call))).toEqual([]);
    },
  );
});
