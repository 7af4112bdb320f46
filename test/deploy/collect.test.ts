/** Metrics are taken in where the settings ask for it: at an address without Google's check, by an account of its own, with its secret. */
import { describe, expect, test } from 'vitest';
import { CollectSettings } from '../../src/config/project-settings.ts';
import { deploy, due, look } from '../support/deploying.ts';
import { googleAdmin } from '../support/google-admin.ts';
import { desired } from '../../src/deploy/desired/desired.ts';
import { planFor } from '../support/deployment.ts';

const collect = CollectSettings.parse({ issuer: 'https://id.example', secret: 'jwt' });

describe('a deployment that collects', () => {
  test('is made once its secret has a value, and then there is nothing more to do', async () => {
    const google = googleAdmin();
    await expect(deploy(google, { settings: { collect } })).rejects.toThrow('No value is set of jwt. ');
    await google.byHand(
      'POST',
      'https://secretmanager.googleapis.com/v1/projects/acme/secrets/daymill-jwt:addVersion',
      {
        payload: { data: Buffer.from('x'.repeat(32)).toString('base64') },
      },
    );
    await deploy(google, { settings: { collect } });
    expect(due(await look(google, { settings: { collect } }))).toEqual([]);
  });

  test('has one function that asks for tokens itself, and no binding of everybody', () => {
    const resources = desired(planFor(undefined, { collect }));
    const open = resources.filter(({ body }) => body['invokerIamDisabled'] === true);
    expect(open.map(({ name }) => name.split('/').at(-1))).toEqual([expect.stringMatching(/-collect$/u)]);
    expect(JSON.stringify(open[0]?.body)).toContain('"DAYMILL_JWT_SECRET"');
    expect(JSON.stringify(resources)).not.toContain('allUsers');
    expect(resources.some(({ kind, name }) => kind === 'account' && name.includes('-meter'))).toBe(true);
    const without = desired(planFor());
    expect(JSON.stringify(without)).not.toMatch(/-collect"|-meter@/u);
  });
});
