/** Jobs, and what they are answered when they are run by hand: https://cloud.google.com/scheduler/docs/reference/rest */
import { ApiError } from '../../rest-server.ts';
import { nextTime, parseCron } from '../../scheduler/cron.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { AdminApi, Call, Need } from '../core/method.ts';
import { begin, codeOf } from '../core/operations.ts';
import { accountName, assertMay } from '../core/policies.ts';
import { protos } from '../core/protos.ts';
import { assertNew, find, fullName, listIn, needs, needsOfProject, pageOf, put, remove } from '../core/resources.ts';
import { assertToken, callService } from '../core/traffic.ts';
import { changed, pathsOf } from '../core/updates.ts';
import type { World } from '../core/world.ts';
import { agentOf } from './service-usage.ts';
import { execute } from './workflows.ts';

const HOST = 'cloudscheduler.googleapis.com';
const SCHEDULER = 'google.cloud.scheduler.v1.CloudScheduler';
const TYPE = 'google.cloud.scheduler.v1.Job';

/** From running a job until its answer is written down. */
const ATTEMPT_MS = 1_500;

const JOB_ID = /\/jobs\/[\w-]{1,500}$/;

const emailOf = (job: Json): string =>
  textAt(job, 'httpTarget.oidcToken.serviceAccountEmail') || textAt(job, 'httpTarget.oauthToken.serviceAccountEmail');

function actAs(job: Json, world: World): Need[] {
  const email = emailOf(job);
  return email === '' ? [] : [{ permission: 'iam.serviceAccounts.actAs', on: accountName(world, email) }];
}

/** @throws {ApiError} INVALID_ARGUMENT */
function check(world: World, job: Json): void {
  if (!JOB_ID.test(textAt(job, 'name')))
    throw new ApiError('INVALID_ARGUMENT', `Invalid job name ${textAt(job, 'name')}.`);
  try {
    nextTime(parseCron(textAt(job, 'schedule')), textAt(job, 'timeZone') || 'Etc/UTC', world.now());
  } catch (thrown) {
    throw new ApiError('INVALID_ARGUMENT', `Schedule or time zone is invalid: ${(thrown as Error).message}`);
  }
  const seconds = Number.parseFloat(textAt(job, 'attemptDeadline') || '180s');
  if (seconds < 15 || seconds > 1_800)
    throw new ApiError('INVALID_ARGUMENT', 'Job.attempt_deadline must be between 15s and 30m.');
  const uri = textAt(job, 'httpTarget.uri');
  const isGoogle = /^https:\/\/[^/]+\.googleapis\.com\//.test(uri);
  if (!uri.startsWith('https://')) throw new ApiError('INVALID_ARGUMENT', `Job.http_target.uri is no address: ${uri}`);
  if (isGoogle !== (valueAt(job, 'httpTarget.oauthToken') !== undefined))
    throw new ApiError('INVALID_ARGUMENT', "Google's own APIs take an oauth_token, and others an oidc_token.");
}

function create({ world, request }: Call): Json {
  const job = request['job'] as Json;
  const name = textAt(job, 'name');
  if (name.slice(0, name.lastIndexOf('/jobs/')) !== textAt(request, 'parent'))
    throw new ApiError('INVALID_ARGUMENT', `Job name ${name} is not of ${textAt(request, 'parent')}.`);
  check(world, job);
  assertNew(world, HOST, name);
  return put(world, HOST, name, {
    timeZone: 'Etc/UTC',
    attemptDeadline: '180s',
    ...job,
    state: 'ENABLED',
    userUpdateTime: world.time(),
  });
}

function update({ world, request }: Call): Json {
  const given = request['job'] as Json;
  const live = find(world, HOST, textAt(given, 'name'));
  const next = changed(live, given, pathsOf(protos().lookupType(TYPE), request['updateMask'], given));
  check(world, next);
  return put(world, HOST, textAt(live, 'name'), { ...next, userUpdateTime: world.time() });
}

/** Its answer comes later, whoever waits for it. */
function runJob({ world, request }: Call): Json {
  const job = find(world, HOST, textAt(request, 'name'));
  const name = textAt(job, 'name');
  begin(world, {
    host: HOST,
    under: `${name}/attempts`,
    ms: ATTEMPT_MS,
    type: TYPE,
    end: () => {
      const live = world.resources.get(fullName(HOST, name));
      if (live === undefined) return {};
      return put(world, HOST, name, { ...live, lastAttemptTime: world.time(), status: attempt(world, live) });
    },
  });
  return job;
}

/** What the target answers. */
function attempt(world: World, job: Json): Json {
  try {
    const email = emailOf(job);
    const uri = textAt(job, 'httpTarget.uri');
    assertToken(world, { agent: agentOf(world, 'cloudscheduler'), email });
    const workflow = /workflowexecutions\.googleapis\.com\/v1\/(.+)\/executions$/.exec(uri)?.[1];
    if (workflow === undefined) callService(world, email, uri, textAt(job, 'httpTarget.oidcToken.audience') || uri, {});
    else {
      assertMay(
        world,
        `serviceAccount:${email}`,
        'workflows.executions.create',
        fullName('workflows.googleapis.com', workflow),
      );
      const body = JSON.parse(Buffer.from(textAt(job, 'httpTarget.body'), 'base64').toString('utf8')) as Json;
      execute(world, workflow, textAt(body, 'argument'));
    }
    return {};
  } catch (thrown) {
    if (!(thrown instanceof ApiError)) throw thrown;
    return { code: codeOf(thrown), message: thrown.message };
  }
}

const setState =
  (state: string) =>
  ({ world, request }: Call): Json =>
    put(world, HOST, textAt(request, 'name'), { ...find(world, HOST, textAt(request, 'name')), state });

export const scheduler: AdminApi = {
  service: HOST,
  methods: {
    [`${SCHEDULER}.CreateJob`]: {
      needs: (request, world) => [
        ...needsOfProject('cloudscheduler.jobs.create')(request, world),
        ...actAs(request['job'] as Json, world),
      ],
      answer: create,
    },
    [`${SCHEDULER}.GetJob`]: {
      needs: needs(HOST, 'cloudscheduler.jobs.get'),
      answer: ({ world, request }) => find(world, HOST, textAt(request, 'name')),
    },
    [`${SCHEDULER}.ListJobs`]: {
      needs: needsOfProject('cloudscheduler.jobs.list'),
      answer: ({ world, request }) => pageOf(listIn(world, HOST, `${textAt(request, 'parent')}/jobs`), request, 'jobs'),
    },
    [`${SCHEDULER}.UpdateJob`]: {
      needs: (request, world) => [
        ...needs(HOST, 'cloudscheduler.jobs.update', 'job.name')(request),
        ...actAs(request['job'] as Json, world),
      ],
      answer: update,
    },
    [`${SCHEDULER}.DeleteJob`]: {
      needs: needs(HOST, 'cloudscheduler.jobs.delete'),
      answer: ({ world, request }) => {
        remove(world, HOST, textAt(request, 'name'));
        return {};
      },
    },
    [`${SCHEDULER}.RunJob`]: { needs: needs(HOST, 'cloudscheduler.jobs.run'), answer: runJob },
    [`${SCHEDULER}.PauseJob`]: { needs: needs(HOST, 'cloudscheduler.jobs.pause'), answer: setState('PAUSED') },
    [`${SCHEDULER}.ResumeJob`]: { needs: needs(HOST, 'cloudscheduler.jobs.enable'), answer: setState('ENABLED') },
  },
};
