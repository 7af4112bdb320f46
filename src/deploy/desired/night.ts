/** The workflow, and what starts it. */
import type { Resource } from '../resource.ts';
import type { Service } from '../services.ts';
import type { Plan } from './wanted.ts';

/** When the jobs run at first, in UTC; people change it where they like, and it stays. */
const NIGHTLY = '0 4 * * *';
const RECONCILE = '*/5 * * * *';
const TIME_ZONE = 'Etc/UTC';

/** What Cloud Scheduler waits for an answer: https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs#Job */
const MIN_DEADLINE_SECONDS = 15;
const MAX_DEADLINE_SECONDS = 1_800;

/** Google's APIs take access tokens, services tokens of who calls. */
const SCOPE = 'https://www.googleapis.com/auth/cloud-platform';

const JSON_HEADERS = { 'Content-Type': 'application/json' } as const;

export const workflow = (plan: Plan): Resource => ({
  kind: 'workflow',
  name: plan.names.workflow,
  wave: 'workflow',
  why: 'the night, step by step; executions under way keep the old one',
  body: {
    labels: plan.labels,
    sourceContents: plan.workflow,
    serviceAccount: `${plan.names.project}/serviceAccounts/${plan.names.email('flow')}`,
    callLogLevel: 'LOG_ERRORS_ONLY',
  },
});

/** What the workflow is started with; without a date it takes the day before. */
export const nightlyArgument = (plan: Plan): { readonly functions: Readonly<Record<string, string>> } => ({
  functions: Object.fromEntries(
    plan.services.filter(({ isStep }) => isStep).map(({ id }) => [id, plan.names.url(id, plan.number)]),
  ),
});

export function jobs(plan: Plan): Resource[] {
  const serviceAccountEmail = plan.names.email('cron');
  const reconcile = plan.names.url('reconcile', plan.number);
  return [
    {
      kind: 'job',
      name: plan.names.nightlyJob,
      wave: 'schedule',
      why: 'starts the workflow; at 04:00 UTC, until you change that there',
      body: {
        httpTarget: {
          uri: `https://workflowexecutions.googleapis.com/v1/${plan.names.workflow}/executions`,
          httpMethod: 'POST',
          headers: JSON_HEADERS,
          body: base64({ argument: JSON.stringify(nightlyArgument(plan)) }),
          oauthToken: { serviceAccountEmail, scope: SCOPE },
        },
        attemptDeadline: '180s',
      },
      initial: { schedule: NIGHTLY, timeZone: TIME_ZONE },
    },
    {
      kind: 'job',
      name: plan.names.reconcileJob,
      wave: 'schedule',
      why: 'calls reconcile; every 5 minutes, until you change that there',
      body: {
        httpTarget: {
          uri: reconcile,
          httpMethod: 'POST',
          headers: JSON_HEADERS,
          body: base64({}),
          oidcToken: { serviceAccountEmail, audience: reconcile },
        },
        attemptDeadline: '540s',
      },
      initial: { schedule: RECONCILE, timeZone: TIME_ZONE },
    },
    ...plan.services.flatMap((service) => ownJob(plan, service)),
  ];
}

function ownJob({ names, number }: Plan, { id, own, timeoutSeconds }: Service): Resource[] {
  if (own?.schedule === undefined) return [];
  const uri = names.url(id, number);
  return [
    {
      kind: 'job',
      name: names.job(id),
      wave: 'schedule',
      why: `calls ${id}; at ${own.schedule} UTC, until you change that there`,
      body: {
        httpTarget: {
          uri,
          httpMethod: 'POST',
          headers: JSON_HEADERS,
          body: base64({}),
          oidcToken: { serviceAccountEmail: names.email('cron'), audience: uri },
        },
        attemptDeadline: `${Math.min(Math.max(timeoutSeconds, MIN_DEADLINE_SECONDS), MAX_DEADLINE_SECONDS)}s`,
      },
      initial: { schedule: own.schedule, timeZone: TIME_ZONE },
    },
  ];
}

const base64 = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64');
