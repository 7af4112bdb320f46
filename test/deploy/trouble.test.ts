/** What stops a deployment, or makes it wait: it says so, and goes on from there. */
import { describe, expect, test } from 'vitest';
import { changesOf, deploy, due, look } from '../support/deploying.ts';
import { USUAL_DELAYS } from '../../src/emulators/admin/core/world.ts';
import { googleAdmin } from '../support/google-admin.ts';

const WORKFLOW =
  'https://workflowexecutions.googleapis.com/v1/projects/acme/locations/europe-west1/workflows/daymill-pipeline';

describe('what stops a deployment', () => {
  test('messages that nobody answers are told by their tier, and tried again when it goes on, though nothing is to be changed', async () => {
    const google = googleAdmin();
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

  test('a refusal names what could not be made, and why', async () => {
    const google = googleAdmin();
    google.world.maxInstances = 3;
    await expect(deploy(google)).rejects.toThrow(
      /^Could not make the service daymill-work-(standard|high-mem): .*Max instances must be set to 3 or fewer .* What was done before stays: .* quota/,
    );
  });

  test('a night that is under way is waited for, unless one says otherwise', async () => {
    const google = googleAdmin();
    await deploy(google);
    const night = await google.byHand('POST', `${WORKFLOW}/executions`, { argument: '{}' });
    let asked = 0;
    google.intercept = (method, url) => {
      if (method !== 'GET' || !url.endsWith('/executions')) return undefined;
      asked += 1;
      if (asked === 4)
        void google.byHand('POST', `https://workflowexecutions.googleapis.com/v1/${String(night['name'])}:cancel`, {});
      return undefined;
    };
    const { waits } = await deploy(google, { hash: 'b'.repeat(40) });
    expect({ asked, waits }).toEqual({
      asked: 4,
      waits: [`A night is under way (${String(night['name'])}): waiting for its end. --now does not wait.`],
    });
    await deploy(google, { hash: 'c'.repeat(40), now: true });
    expect(asked).toBe(4);
  });

  test('a permission that Google does not know stops nothing', async () => {
    const google = googleAdmin();
    google.intercept = (_, url) =>
      url.endsWith(':testIamPermissions')
        ? { status: 400, data: { error: { status: 'INVALID_ARGUMENT', message: 'no such permission' } } }
        : undefined;
    await deploy(google);
    expect(due(await look(google))).toEqual([]);
  });

  test('Google that is busy now and then is asked again, and what was done without an answer is not done twice', async () => {
    const settings = { alerts: { email: 'data@acme.example' }, budget: { perMonth: 50 } };
    const google = googleAdmin({ busy: { share: 0.1, lost: 0.2, seed: 7 } });
    await deploy(google, { settings });
    const made = [...google.world.resources.keys()].filter((name) => /monitoring|billingbudgets/.test(name));
    expect(made).toHaveLength(6);
    expect(due(await look(google, { settings }))).toEqual([]);
  });

  test('roles that hold only after minutes are waited for', async () => {
    const google = googleAdmin({ delays: { ...USUAL_DELAYS, api: 120_000, account: 60_000, grant: 240_000 } });
    const { waits } = await deploy(google);
    // Once for each thing that is waited for, and not once for each question.
    expect(waits.filter((line) => line.includes('cloudresourcemanager'))).toHaveLength(1);
    expect(waits).toContainEqual(expect.stringContaining('reconcile'));
    expect(due(await look(google))).toEqual([]);
  });
});
