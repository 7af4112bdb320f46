/** What all else stands on: Google's APIs, an account for each who runs or calls something, and where source and images lie. */
import type { Account } from '../names.ts';
import type { Resource } from '../resource.ts';
import type { Plan } from './wanted.ts';

/** By what is done with them. */
const APIS: Readonly<Record<string, string>> = {
  'cloudresourcemanager.googleapis.com': "the project's number and its policy",
  'cloudbilling.googleapis.com': 'whether, and by which account, the project is paid for',
  'iam.googleapis.com': 'accounts',
  'run.googleapis.com': 'the functions',
  'cloudbuild.googleapis.com': 'their image',
  'artifactregistry.googleapis.com': 'where images lie',
  'storage.googleapis.com': 'where source lies',
  'firestore.googleapis.com': 'all state and results',
  'firebaserules.googleapis.com': "the database's rules",
  'pubsub.googleapis.com': 'tasks',
  'workflows.googleapis.com': 'the night',
  'workflowexecutions.googleapis.com': 'the night',
  'cloudscheduler.googleapis.com': 'what starts the night',
};

/** Those that only some deployments need. */
const apisOf = ({ alerts, budget, functions, collect, dashboard }: Plan): Readonly<Record<string, string>> => ({
  ...APIS,
  ...(secretsOf({ functions, collect }).length > 0
    ? { 'secretmanager.googleapis.com': "secrets of the project's own functions" }
    : {}),
  ...(dashboard === undefined ? {} : { 'iap.googleapis.com': 'who may open the page' }),
  ...(alerts === undefined ? {} : { 'monitoring.googleapis.com': 'alerts' }),
  ...(budget === undefined ? {} : { 'billingbudgets.googleapis.com': 'the budget' }),
});

const ROLES_OF_ACCOUNTS: Readonly<Record<Account, string>> = {
  plan: 'index, dispatch, preflight and reconcile run as it',
  work: 'workers run as it',
  flow: 'the workflow runs as it',
  cron: 'the schedule calls as it',
  push: 'Pub/Sub calls workers as it',
  build: 'the image is built as it',
  app: "the project's own functions run as it",
  meter: 'metrics are taken in as it',
  view: 'the page runs as it',
};

const SECONDS_A_DAY = 86_400;
const KEPT_DAYS = 30;
const KEPT_IMAGES = 5;

export const apis = (plan: Plan): Resource[] =>
  Object.entries(apisOf(plan)).map(([id, why]) => ({
    kind: 'api',
    name: `${plan.names.project}/services/${id}`,
    wave: 'apis',
    why,
    body: { state: 'ENABLED' },
  }));

/** One that nothing runs as is not made. */
const accountsOf = ({ functions, collect, dashboard }: Plan): Account[] =>
  (Object.keys(ROLES_OF_ACCOUNTS) as Account[])
    .filter((account) => account !== 'app' || functions.length > 0)
    .filter((account) => account !== 'meter' || collect !== undefined)
    .filter((account) => account !== 'view' || dashboard !== undefined);

export const accounts = (plan: Plan): Resource[] =>
  accountsOf(plan).map((account) => ({
    kind: 'account',
    name: `${plan.names.project}/serviceAccounts/${plan.names.email(account)}`,
    wave: 'accounts',
    why: ROLES_OF_ACCOUNTS[account],
    body: { displayName: `${plan.target.name}: ${ROLES_OF_ACCOUNTS[account]}` },
  }));

export const stores = (plan: Plan): Resource[] => [
  {
    kind: 'bucket',
    name: plan.names.bucket,
    wave: 'stores',
    why: `source to build from; what is older than ${KEPT_DAYS} days is deleted`,
    body: {
      iamConfiguration: { uniformBucketLevelAccess: { enabled: true }, publicAccessPrevention: 'enforced' },
      lifecycle: { rule: [{ action: { type: 'Delete' }, condition: { age: KEPT_DAYS } }] },
      labels: plan.labels,
    },
    initial: { location: plan.target.region.toUpperCase() },
  },
  {
    kind: 'repository',
    name: plan.names.repository,
    wave: 'stores',
    why: `images; the newest ${KEPT_IMAGES} stay, others go after ${KEPT_DAYS} days`,
    body: {
      labels: plan.labels,
      cleanupPolicies: {
        'keep-newest': { id: 'keep-newest', action: 'KEEP', mostRecentVersions: { keepCount: KEPT_IMAGES } },
        'delete-old': {
          id: 'delete-old',
          action: 'DELETE',
          condition: { olderThan: `${KEPT_DAYS * SECONDS_A_DAY}s` },
        },
      },
      cleanupPolicyDryRun: false,
    },
    initial: { format: 'DOCKER' },
  },
  database(plan),
];

function database({ names, target, ownsDatabase }: Plan): Resource {
  const kept = { type: 'FIRESTORE_NATIVE' };
  return {
    kind: 'database',
    name: names.database,
    wave: 'stores',
    why: ownsDatabase
      ? `all state and results; it lies in ${target.region} for ever`
      : `all state and results; the setting names it, so only indexes are added`,
    body: ownsDatabase ? { ...kept, deleteProtectionState: 'DELETE_PROTECTION_ENABLED' } : kept,
    initial: { locationId: target.region },
  };
}

/** Names alone: values are set by people, and never pass through a deployment. */
export const secrets = (plan: Plan): Resource[] =>
  secretsOf(plan).map((id) => ({
    kind: 'secret',
    name: plan.names.secret(id),
    wave: 'stores',
    why: `its value is yours to set: daymill secrets set ${id} --cloud`,
    body: { labels: plan.labels },
    initial: { replication: { automatic: {} } },
  }));

/** What the project's own functions read, and what tokens are signed with; each once. */
export const secretsOf = ({ functions, collect }: Pick<Plan, 'functions' | 'collect'>): string[] => [
  ...new Set([
    ...functions.flatMap(({ secrets }) => Object.values(secrets).map(({ id }) => id)),
    ...(collect?.secret === undefined ? [] : [collect.secret]),
  ]),
];
