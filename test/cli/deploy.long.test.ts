/** `daymill deploy` as people call it: without an account, and against Google's APIs in memory, over HTTP with credentials. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { filesOf } from '../../src/cli/scaffold.ts';
import { startEmulators } from '../../src/emulators/start.ts';
import { daymill, MAIN } from '../support/daymill-process.ts';
import { DEPLOYER } from '../support/google-admin.ts';
import { type GoogleOverHttp, googleOverHttp } from '../support/google-over-http.ts';
import { stagedProject } from '../support/staged-project.ts';

const project = stagedProject();
afterAll(() => project.remove());

const OFFLINE = ['deploy', '--project', 'acme', '--region', 'europe-west1', '--dry-run', '--offline'];

test('prints the whole plan in lines of a terminal, with what only Google knows marked', async () => {
  const { code, stdout, stderr } = await daymill(project, OFFLINE);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  const lines = stdout.trimEnd().split('\n');
  expect(lines.filter((line) => line.length > 100)).toEqual([]);
  expect(lines[0]).toBe('daymill in acme, europe-west1 (database daymill); offline: as if nothing were there yet');
  expect(stdout).toMatch(/^  \+ daymill-work-standard +runs the tasks of the tier standard$/m);
  expect(stdout).toContain('https://daymill-index-?.europe-west1.run.app');
  expect(stdout).toContain("+ Google's pubsub agent  iam.serviceAccountTokenCreator on daymill-push\n");
  expect(stdout).toContain('At most $1,679.29 for instances');
});

test('says the same to programs', async () => {
  const answer = (await daymill(project, [...OFFLINE, '--json'])).json<{
    changes: { action: string; kind: string; name: string }[];
    rights: { member: string; role: string; on: string }[];
    bill: { floorDollars: number; ceilingDollars: number; cpus: number };
  }>();
  expect(
    answer.changes.filter(({ kind }) => kind === 'service').map(({ action, name }) => `${action} ${name}`),
  ).toEqual(
    ['work-standard', 'work-high-mem', 'index', 'dispatch', 'preflight', 'reconcile'].map(
      (id) => `create projects/acme/locations/europe-west1/services/daymill-${id}`,
    ),
  );
  expect(answer.rights).toContainEqual({
    member: 'daymill-cron@acme.iam.gserviceaccount.com',
    role: 'run.invoker',
    on: 'service daymill-reconcile',
    isNew: true,
  });
  expect(answer.bill).toMatchObject({ cpus: 21, ceilingDollars: expect.closeTo(1_679.292, 3) });
});

test('names what it was not told', async () => {
  const { code, stderr } = await daymill(project, ['deploy', '--dry-run', '--offline']);
  expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('Which project? Say --project') });
});

test('--roles says what whoever deploys needs, anywhere', async () => {
  const { code, stdout } = await daymill(project, ['deploy', '--roles']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^roles\/iam\.serviceAccountUser +lets services, builds, deliveries and jobs run/m);
});

const INDEX = 'https://run.googleapis.com/v2/projects/acme/locations/europe-west1/services/daymill-index';

describe('against Google', () => {
  let google: GoogleOverHttp;
  beforeAll(async () => {
    google = await googleOverHttp();
  });
  afterAll(() => google.close());
  const ONLINE = ['deploy', '--project', 'acme', '--region', 'europe-west1'];
  const online = (...more: string[]) => daymill(project, [...ONLINE, ...more], google.env);

  /** Who may change services. */
  const setRunAdmin = async (members: readonly string[]): Promise<void> => {
    const project = 'https://cloudresourcemanager.googleapis.com/v3/projects/acme';
    const policy = await google.byHand('POST', `${project}:getIamPolicy`, { options: { requestedPolicyVersion: 3 } });
    const others = (policy['bindings'] as { role: string }[]).filter(({ role }) => role !== 'roles/run.admin');
    const bindings = [...others, { role: 'roles/run.admin', members }];
    await google.byHand('POST', `${project}:setIamPolicy`, { policy: { ...policy, bindings } });
  };

  test('a dry run changes nothing, and knows the addresses', async () => {
    const { code, stdout, stderr } = await online('--dry-run');
    expect({ code, stderr, changes: google.changes }).toEqual({ code: 0, stderr: '', changes: [] });
    expect(stdout).toContain('https://daymill-index-123456789012.europe-west1.run.app');
  });

  test('it is made, tried, and a second time nothing is done', async () => {
    const first = await online();
    expect({ code: first.code, stderr: first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(first.stdout).toMatch(
      /[1-9]\d+ changes made, 0 removed in .*; every service is ready, reconcile answers, and messages reach the workers\./,
    );
    const done = google.changes.length;
    const second = await online();
    expect(second.stdout).toContain('Nothing to do: all is as it should be.');
    expect(google.changes.slice(done)).toEqual([]);
  });

  test('what was changed by hand is named, field by field and right by right', async () => {
    const service = await google.byHand('GET', INDEX);
    const template = { ...(service['template'] as object), timeout: '60s' };
    await google.byHand('PATCH', `${INDEX}?updateMask=template`, { template });
    const policy = await google.byHand('GET', `${INDEX}:getIamPolicy`);
    const everybody = { role: 'roles/run.invoker', members: ['allUsers'] };
    const bindings = [...(policy['bindings'] as object[]), everybody];
    await google.byHand('POST', `${INDEX}:setIamPolicy`, { policy: { ...policy, bindings } });
    const { stdout } = await online('--dry-run');
    expect(stdout).toMatch(/^ {2}~ daymill-index .*\n.*\n {6}timeout: 60s -> 540s$/m);
    expect(stdout).toContain('  - allUsers  run.invoker on service daymill-index\n');
    expect(stdout).toContain('As they should be: 13 of APIs; 6 of Accounts;');
  });

  test('rights that are lacking are named, and nothing is changed', async () => {
    await setRunAdmin([]);
    const done = google.changes.length;
    const { code, stderr } = await online();
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: expect.stringContaining(
        '  roles/run.admin (run.services.create, run.services.update, run.services.setIamPolicy)\n',
      ),
    });
    expect(google.changes.slice(done)).toEqual([]);
    await setRunAdmin([DEPLOYER]);
  });

  test('the workflow of init --deploy puts what would run, and what would change, into a comment', async () => {
    const text = filesOf('hello', 'shop', true).get('.github/workflows/deploy.yml') ?? '';
    const { jobs } = parse(text) as { jobs: { plan: { steps: { id?: string; run?: string }[] } } };
    const script = jobs.plan.steps.find(({ id }) => id === 'plan')?.run ?? '';
    const cloud = await startEmulators({ file: ':memory:', projectId: 'acme' });
    const told = stagedProject({
      'daymill.config.ts':
        "import { defineConfig } from 'daymill/config';\nexport default defineConfig({ computations: 'computations', from: '2024-03-01', date: '2024-03-02', cloud: { project: 'acme', region: 'europe-west1' } });\n",
      'bin/npx': `#!/bin/sh\nshift\nexec ${process.execPath} ${MAIN} "$@"\n`,
    });
    try {
      chmodSync(join(told.root, 'bin/npx'), 0o755);
      // As GitHub runs it: https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell
      await promisify(execFile)('bash', ['--noprofile', '--norc', '-eo', 'pipefail', '-c', script], {
        cwd: told.root,
        env: {
          ...cloud.env,
          ...google.env,
          PATH: `${join(told.root, 'bin')}:${process.env['PATH']}`,
          HOME: told.root,
          GITHUB_OUTPUT: join(told.root, 'output'),
        },
      });
      expect(told.read('plan.md')).toMatch(
        /^### What would run, and what it costs\n```\nGoogle Cloud: daymill in acme, europe-west1[\s\S]+\n```\n### What would change in Google Cloud\n```\ndaymill in acme/,
      );
      expect(told.read('output')).toBe('status=0\n');
    } finally {
      told.remove();
      await cloud.close();
    }
  });

  test('--exit-code says whether there is something to do', async () => {
    expect((await online('--dry-run', '--exit-code')).code).toBe(1);
    await online();
    expect((await online('--dry-run', '--exit-code')).code).toBe(0);
  });
});
