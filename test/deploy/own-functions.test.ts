/** Functions of a project's own: listed by its settings, registered by its src/functions.ts, deployed beside Daymill's. */
import { afterEach, describe, expect, test } from 'vitest';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { assertOwnFunctions } from '../../src/cli/own-functions.ts';
import { startFunction } from '../../src/cli/local/function-process.ts';
import { TOKEN_HEADER } from '../../src/cli/local/token-header.ts';
import { projectManifest } from '../../src/cli/project.ts';
import { readConfig } from '../../src/config/config.ts';
import { OwnFunctions } from '../../src/config/own-functions.ts';
import { desired } from '../../src/deploy/desired/desired.ts';
import { nightlyArgument } from '../../src/deploy/desired/night.ts';
import { openApi } from '../../src/deploy/google/api.ts';
import { addValue } from '../../src/deploy/kinds/secret.ts';
import { stage } from '../../src/deploy/stage/stage.ts';
import { deploy, due, look } from '../support/deploying.ts';
import { planFor } from '../support/deployment.ts';
import type { FixtureProject } from '../support/fixture-project.ts';
import { googleAdmin } from '../support/google-admin.ts';
import { stagedProject } from '../support/staged-project.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');

const functions = OwnFunctions.parse([
  {
    name: 'morning-mail',
    schedule: '30 6 * * *',
    callers: ['group:data@acme.example'],
    env: { FROM: 'data@acme.example' },
    secrets: { SMTP_PASSWORD: 'smtp-password', KEY: 'key:3' },
  },
  { name: 'export', memoryMB: 4_096, timeoutSeconds: 3_600, secrets: { KEY: 'key:3' } },
]);

const of = (kind: string, end: string) =>
  desired(planFor('shop', { functions })).filter((one) => one.kind === kind && one.name.endsWith(end));

describe('what is wanted of them', () => {
  test('is a service each, as an account that reads results and is nobody else', () => {
    const [service] = of('service', '/shop-morning-mail');
    expect(service?.body).toMatchObject({
      scaling: { minInstanceCount: 0, maxInstanceCount: 2 },
      template: {
        serviceAccount: 'shop-app@acme.iam.gserviceaccount.com',
        timeout: '60s',
        containers: [{ resources: { limits: { cpu: '1', memory: '512Mi' } } }],
      },
    });
    const [rights] = of('policy', 'projects/acme');
    expect(rights?.body['bindings']).toContainEqual({
      role: 'roles/datastore.viewer',
      members: ['serviceAccount:shop-app@acme.iam.gserviceaccount.com'],
      condition: { title: 'shop-database', expression: 'resource.name == "projects/acme/databases/shop"' },
    });
  });

  test('has secrets by name and version, and never their values', () => {
    const [service] = of('service', '/shop-morning-mail') as unknown as {
      body: { template: { containers: { env: object[] }[] } };
    }[];
    expect(service?.body.template.containers[0]?.env).toEqual(
      expect.arrayContaining([
        { name: 'FUNCTION_TARGET', value: 'morning-mail' },
        { name: 'FROM', value: 'data@acme.example' },
        { name: 'SMTP_PASSWORD', valueSource: { secretKeyRef: { secret: 'shop-smtp-password', version: 'latest' } } },
        { name: 'KEY', valueSource: { secretKeyRef: { secret: 'shop-key', version: '3' } } },
      ]),
    );
    expect(of('secret', '').map(({ name }) => name)).toEqual([
      'projects/acme/secrets/shop-smtp-password',
      'projects/acme/secrets/shop-key',
    ]);
    expect(of('policy', 'secrets/shop-key')[0]?.body).toEqual({
      bindings: [
        {
          role: 'roles/secretmanager.secretAccessor',
          members: ['serviceAccount:shop-app@acme.iam.gserviceaccount.com'],
        },
      ],
    });
  });

  test('is called by its schedule and its callers, or by nobody', () => {
    expect(of('policy', '/shop-morning-mail')[0]?.body).toEqual({
      bindings: [
        {
          role: 'roles/run.invoker',
          members: ['serviceAccount:shop-cron@acme.iam.gserviceaccount.com', 'group:data@acme.example'],
        },
      ],
    });
    expect(of('policy', '/shop-export')[0]?.body).toEqual({ bindings: [] });
    expect(of('job', '/shop-morning-mail')[0]).toMatchObject({
      body: {
        httpTarget: { uri: 'https://shop-morning-mail-123456789012.europe-west1.run.app' },
        attemptDeadline: '60s',
      },
      initial: { schedule: '30 6 * * *', timeZone: 'Etc/UTC' },
    });
    expect(of('job', '/shop-export')).toEqual([]);
  });

  test('is none of the workflow’s', () => {
    const argument = nightlyArgument(planFor('shop', { functions }));
    expect(Object.keys(argument.functions)).toEqual(['index', 'dispatch', 'preflight', 'reconcile']);
  });

  test.each([
    [{ name: 'dispatch' }, 'one of Daymill’s own'],
    [{ name: 'work-standard' }, 'one of Daymill’s own'],
    [{ name: 'mail', callers: ['allUsers'] }, 'is like group:data@acme.example'],
    [{ name: 'mail', env: { DAYMILL_TIER: 'standard' } }, 'is set by Cloud Run or by daymill deploy'],
    [{ name: 'mail', secrets: { KEY: 'key:newest' } }, 'is a secret’s name, or NAME:VERSION'],
    [{ name: 'mail', schedule: 'daily' }, 'has five fields'],
  ])('refuses %o', (wrong, message) => {
    const { success, error } = OwnFunctions.safeParse([wrong]);
    expect(success).toBe(false);
    expect(error?.message).toContain(message);
  });
});

test('a deployment stops before anything runs whose secrets have no value, says how to set it, and goes on from there', async () => {
  const google = googleAdmin();
  const set = (id: string) =>
    addValue(
      `projects/acme/secrets/daymill-${id}`,
      Buffer.from('x'),
      openApi({ request: google.request, clock: google.clock, onWait: () => {}, patient: false }),
    );
  const refused = (values: string) =>
    expect(deploy(google, { settings: { functions } })).rejects.toThrow(`No value is set of ${values}. `);
  await refused('smtp-password, key:3');
  expect([...google.world.resources.keys()].filter((name) => name.startsWith('//run.googleapis.com'))).toEqual([]);
  await set('smtp-password');
  await set('key');
  // Its first version: the third is read.
  await refused('key:3');
  await set('key');
  await set('key');
  await deploy(google, { settings: { functions } });
  expect(due(await look(google, { settings: { functions } }))).toEqual([]);
});

test('functions are added to a deployment that is there: rights to their secrets are waited for', async () => {
  const google = googleAdmin();
  await deploy(google);
  const [mail] = functions;
  if (mail === undefined) throw new Error('there is none');
  const settings = { functions: [{ ...mail, secrets: { SMTP_PASSWORD: { id: 'smtp-password', version: 'latest' } } }] };
  await expect(deploy(google, { settings })).rejects.toThrow('No value is set of smtp-password.');
  await google.byHand(
    'POST',
    'https://secretmanager.googleapis.com/v1/projects/acme/secrets/daymill-smtp-password:addVersion',
    {
      payload: { data: Buffer.from('x').toString('base64') },
    },
  );
  await deploy(google, { settings });
  expect(due(await look(google, { settings }))).toEqual([]);
});

describe('a project that has some', () => {
  let project: FixtureProject | undefined;
  afterEach(() => project?.remove());

  const MODULE = `
    import { http } from '@google-cloud/functions-framework';
    import { GREETING } from './greeting.ts';
    http('hello', (_, response) => { response.send(GREETING); });
  `;
  const CONFIG =
    "import { defineConfig } from 'daymill/config';\nexport default defineConfig({ computations: 'computations', functions: [{ name: 'hello' }] });\n";

  function made(files: Readonly<Record<string, string>>): FixtureProject {
    project = stagedProject({ 'daymill.config.ts': CONFIG, ...files });
    mkdirSync(join(project.root, 'node_modules/@google-cloud'));
    symlinkSync(
      join(REPOSITORY, 'node_modules/@google-cloud/functions-framework'),
      join(project.root, 'node_modules/@google-cloud/functions-framework'),
    );
    return project;
  }

  const FILES = { 'src/functions.ts': MODULE, 'src/greeting.ts': "export const GREETING = 'good morning';\n" };

  test('has them staged with what they import, and served by their names', async () => {
    const { root } = made(FILES);
    const config = readConfig({}, root, 1);
    await assertOwnFunctions(config);
    const { files } = stage(root, await projectManifest(config));
    expect([...files.keys()]).toEqual(expect.arrayContaining(['src/functions.ts', 'src/greeting.ts']));
    const served = await startFunction({
      token: 'told',
      target: 'hello',
      source: join(REPOSITORY, 'functions/main.ts'),
      memoryMB: 512,
      heapMB: 256,
      env: { PATH: process.env['PATH'], DAYMILL_ROOT: root },
      onLine: () => {},
    });
    try {
      const ask = (headers: Readonly<Record<string, string>>) => fetch(`http://127.0.0.1:${served.port}/`, { headers });
      expect(await (await ask({ [TOKEN_HEADER]: 'told' })).text()).toBe('good morning');
      // Another program of this machine, which was told nothing.
      expect((await ask({})).status).toBe(403);
      expect((await ask({ [TOKEN_HEADER]: 'guessed' })).status).toBe(403);
    } finally {
      await served.stop();
    }
  });

  test.each([
    ['no module', {}, 'There is no src/functions.ts, which registers the functions of the settings: hello.'],
    [
      'no such function',
      { ...FILES, 'daymill.config.ts': CONFIG.replace('hello', 'good-night') },
      /^src\/functions.ts:1: nothing registers good-night, which the settings list/,
    ],
    ['a module that fails', { 'src/functions.ts': "throw new Error('no database');" }, /cannot be loaded: no database/],
  ])('is told when there is %s', async (_, files, message) => {
    const { root } = made(files);
    await expect(assertOwnFunctions(readConfig({}, root, 1))).rejects.toThrow(message);
  });
});
