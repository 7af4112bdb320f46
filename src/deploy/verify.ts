/** Tries what was deployed: every service is ready, and the schedule reaches a function that reaches the database. */
import { UserError } from '../errors.ts';
import type { Names } from './names.ts';
import { GoogleError } from './google/google-error.ts';
import type { Site } from './kinds/kind.ts';
import { assertReady } from './kinds/service.ts';
import type { Service } from './services.ts';
import { shortName } from './resource.ts';

const RUN = 'https://run.googleapis.com/v2';
const SCHEDULER = 'https://cloudscheduler.googleapis.com/v1';

/** A role that was granted a moment ago may not hold yet: the call is tried so often. */
const PROBES = 7;

interface Status {
  readonly code?: number;
  readonly message?: string;
}

/** @throws {UserError} with what does not work, and where to look. */
export async function verify(services: readonly Service[], names: Names, site: Site): Promise<void> {
  for (const { id } of services) await ready(names.service(id), site);
  for (let probe = 1; ; probe += 1) {
    const failure = await callReconcile(names.reconcileJob, site);
    if (failure === undefined) return;
    if (probe === PROBES) throw failed(names.reconcileJob, failure);
  }
}

async function ready(name: string, { api }: Site): Promise<void> {
  try {
    await api.until(`The start of ${shortName(name)}`, async () => {
      const live = (await api.get(`${RUN}/${name}`)) ?? {};
      assertReady(name, live);
      return (live['terminalCondition'] as { state?: string } | undefined)?.state === 'CONDITION_SUCCEEDED';
    });
  } catch (thrown) {
    if (thrown instanceof GoogleError) throw new UserError('BAD_ARGUMENT', thrown.message, { cause: thrown });
    throw thrown;
  }
}

/** By its job, as every five minutes: what the job answers is what Cloud Run, and the function, answered. */
async function callReconcile(job: string, { api }: Site): Promise<Status | undefined> {
  const before = (await api.get(`${SCHEDULER}/${job}`))?.['lastAttemptTime'];
  await api.send('POST', `${SCHEDULER}/${job}:run`, {});
  let status: Status | undefined;
  await api.until('The answer of reconcile', async () => {
    const live = (await api.get(`${SCHEDULER}/${job}`)) ?? {};
    status = live['status'] as Status | undefined;
    return live['lastAttemptTime'] !== undefined && live['lastAttemptTime'] !== before;
  });
  return status?.code === undefined || status.code === 0 ? undefined : status;
}

function failed(job: string, { code, message = '' }: Status): UserError {
  return new UserError(
    'BAD_ARGUMENT',
    `All is there, but reconcile does not answer as it should: code ${code} ${message} ` +
      `Look at the logs of its service, and at ${shortName(job)} in Cloud Scheduler; run daymill deploy again when that is mended.`,
  );
}
