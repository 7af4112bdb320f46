/**
 * Tries what was deployed: every service is ready, the schedule reaches a function that reaches the database, and a message reaches each tier's workers,
 * which reach it too.
 */
import { createHash, randomBytes } from 'node:crypto';
import { UserError } from '../errors.ts';
import type { Ping } from '../mill/model/message.ts';
import type { Tier } from '../mill/model/tier.ts';
import { desired } from './desired/desired.ts';
import type { Plan } from './desired/wanted.ts';
import type { Names } from './names.ts';
import { GoogleError } from './google/google-error.ts';
import type { Site } from './kinds/kind.ts';
import { assertReady } from './kinds/service.ts';
import { shortName } from './resource.ts';

const RUN = 'https://run.googleapis.com/v2';
const SCHEDULER = 'https://cloudscheduler.googleapis.com/v1';
const PUBSUB = 'https://pubsub.googleapis.com/v1';
const FIRESTORE = 'https://firestore.googleapis.com/v1';

/** Where workers answer: google/mill/firestore-pings.ts. */
const PINGS = 'pings';

/** Of a SHA-256; with what makes a ping a new one it is less than the 64 characters of a ping's id. */
const VERSION_DIGITS = 40;

/** Instances may be starting, or another deployment changing them: so often a call is tried that was let in and failed. */
const PROBES = 7;

/** Codes of google.rpc.Code for who is not let in: a role that was granted a moment ago does not hold yet. */
const NOT_LET_IN: ReadonlySet<number | undefined> = new Set([7, 16]);

interface Status {
  readonly code?: number;
  readonly message?: string;
}

/** Whether all of this was tried before, and went well: a deployment that was stopped or failed before that is tried when it goes on. */
export async function isVerified(plan: Plan, site: Site): Promise<boolean> {
  const answers = await Promise.all(tiersOf(plan).map(({ tier }) => answerOf(tier, plan.names, site)));
  return answers.every((answer) => answer?.startsWith(versionOf(plan)) === true);
}

/** @throws {UserError} with what does not work, and where to look. */
export async function verify(plan: Plan, site: Site): Promise<void> {
  const { services, names } = plan;
  for (const { id } of services) await ready(names.service(id), site);
  await reconcileAnswers(names.reconcileJob, site);
  // Last: what it leaves behind says that all went well.
  await Promise.all(tiersOf(plan).map(({ id, tier }) => ping(tier, names.service(id), plan, site)));
}

const tiersOf = ({ services }: Plan): { readonly id: string; readonly tier: Tier }[] =>
  services.flatMap(({ id, tier }) => (tier === undefined ? [] : [{ id, tier }]));

/** Of everything that is wanted. */
const versionOf = (plan: Plan): string =>
  createHash('sha256')
    .update(JSON.stringify(desired(plan)))
    .digest('hex')
    .slice(0, VERSION_DIGITS);

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

/** Waits for a role as long as one may take. @throws {UserError} with what it answered last */
async function reconcileAnswers(job: string, site: Site): Promise<void> {
  let failure: Status | undefined;
  let probes = 0;
  try {
    await site.api.until('The answer of reconcile', async () => {
      failure = await callReconcile(job, site);
      probes += 1;
      if (failure !== undefined && probes === 1 && NOT_LET_IN.has(failure.code))
        site.api.onWait(
          `${shortName(job)} may not call reconcile yet: ${failure.message ?? ''} Waiting for fresh rights to hold.`,
        );
      if (failure !== undefined && probes >= PROBES && !NOT_LET_IN.has(failure.code)) throw failed(job, failure);
      return failure === undefined;
    });
  } catch (thrown) {
    throw thrown instanceof GoogleError && failure !== undefined ? failed(job, failure) : thrown;
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

async function ping({ name, topic }: Tier, service: string, plan: Plan, site: Site): Promise<void> {
  const { names } = plan;
  const id = `${versionOf(plan)}-${randomBytes(6).toString('hex')}`;
  const data = Buffer.from(JSON.stringify({ action: 'PING', id } satisfies Ping)).toString('base64');
  try {
    await site.api.send('POST', `${PUBSUB}/${names.topic(topic)}:publish`, { messages: [{ data }] });
    await site.api.until(
      `The answer of a worker of the tier ${name}`,
      async () => (await answerOf({ name }, names, site)) === id,
    );
  } catch (thrown) {
    if (!(thrown instanceof GoogleError)) throw thrown;
    throw new UserError(
      'BAD_ARGUMENT',
      `All is there, but a message to ${topic} was not answered: ${thrown.message} Look at the logs of ${shortName(service)}: 401 or 403 there mean that Pub/Sub may ` +
        'not call it, nothing at all that Pub/Sub may not make tokens. Run daymill deploy again when that is mended.',
      { cause: thrown },
    );
  }
}

/** The newest ping that a worker of the tier has answered. */
async function answerOf({ name }: Pick<Tier, 'name'>, names: Names, { api }: Site): Promise<string | undefined> {
  const answer = await api.get(`${FIRESTORE}/${names.database}/documents/${PINGS}/${name}`);
  return (answer?.['fields'] as Answered | undefined)?.id?.stringValue;
}

interface Answered {
  readonly id?: { readonly stringValue?: string };
}

function failed(job: string, { code, message = '' }: Status): UserError {
  return new UserError(
    'BAD_ARGUMENT',
    `All is there, but reconcile does not answer as it should: code ${code} ${message} ` +
      `Look at the logs of its service, and at ${shortName(job)} in Cloud Scheduler; run daymill deploy again when that is mended.`,
  );
}
