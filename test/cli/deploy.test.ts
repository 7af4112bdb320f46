/** `daymill deploy --dry-run --offline` as people call it: in a folder with computations, and no account. */
import { afterAll, expect, test } from 'vitest';
import { daymill } from '../support/daymill-process.ts';
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
