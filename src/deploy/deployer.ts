/** What whoever deploys needs: roles to ask for, and the permissions that are looked for before anything is changed. */
import type { GoogleError } from './google/google-error.ts';
import type { Resource } from './resource.ts';

type When = 'cloud.alerts' | 'secrets' | 'dashboard';

export interface DeployerRole {
  readonly role: string;
  readonly why: string;
  /** Needed only where the settings ask for it. */
  readonly when?: When;
  /** Of the role, those that `testIamPermissions` on the project answers for; without them a deployment would stop half-way. */
  readonly permissions: readonly string[];
}

export const DEPLOYER_ROLES: readonly DeployerRole[] = [
  {
    role: 'roles/serviceusage.serviceUsageAdmin',
    why: 'enables APIs',
    permissions: ['serviceusage.services.enable', 'serviceusage.services.get'],
  },
  {
    role: 'roles/iam.serviceAccountAdmin',
    why: 'makes the accounts, and says who may use them',
    permissions: ['iam.serviceAccounts.create', 'iam.serviceAccounts.get', 'iam.serviceAccounts.setIamPolicy'],
  },
  {
    role: 'roles/iam.serviceAccountUser',
    why: 'lets services, builds, deliveries and jobs run as those accounts',
    permissions: ['iam.serviceAccounts.actAs'],
  },
  {
    role: 'roles/resourcemanager.projectIamAdmin',
    why: 'grants what no smaller resource can grant',
    permissions: ['resourcemanager.projects.getIamPolicy', 'resourcemanager.projects.setIamPolicy'],
  },
  {
    role: 'roles/storage.admin',
    why: 'makes the bucket for source, and uploads to it',
    permissions: ['storage.buckets.create', 'storage.buckets.get', 'storage.objects.create'],
  },
  {
    role: 'roles/artifactregistry.admin',
    why: 'makes the repository for images',
    permissions: ['artifactregistry.repositories.create', 'artifactregistry.repositories.get'],
  },
  {
    role: 'roles/datastore.owner',
    why: 'makes the database, its indexes and exemptions',
    permissions: [
      'datastore.databases.create',
      'datastore.databases.getMetadata',
      'datastore.indexes.create',
      'datastore.entities.get',
    ],
  },
  {
    role: 'roles/firebaserules.admin',
    why: "releases the database's rules",
    permissions: ['firebaserules.rulesets.create', 'firebaserules.releases.create'],
  },
  {
    role: 'roles/pubsub.admin',
    why: 'makes topics and subscriptions, and tries them',
    permissions: [
      'pubsub.topics.create',
      'pubsub.topics.publish',
      'pubsub.topics.setIamPolicy',
      'pubsub.subscriptions.create',
    ],
  },
  {
    role: 'roles/run.sourceDeveloper',
    why: 'builds the image',
    permissions: ['run.builds.create'],
  },
  {
    role: 'roles/cloudbuild.builds.viewer',
    why: 'follows the build to its end',
    permissions: ['cloudbuild.builds.get'],
  },
  {
    role: 'roles/run.admin',
    why: 'makes the services, and says who may call them',
    permissions: ['run.services.create', 'run.services.update', 'run.services.setIamPolicy'],
  },
  {
    role: 'roles/workflows.admin',
    why: 'makes the workflow',
    permissions: ['workflows.workflows.create', 'workflows.workflows.update'],
  },
  {
    role: 'roles/cloudscheduler.admin',
    why: 'makes the jobs, and tries one',
    permissions: ['cloudscheduler.jobs.create', 'cloudscheduler.jobs.update', 'cloudscheduler.jobs.run'],
  },
  {
    role: 'roles/monitoring.editor',
    why: 'makes alert policies, and where they go',
    when: 'cloud.alerts',
    permissions: ['monitoring.alertPolicies.create', 'monitoring.notificationChannels.create'],
  },
  {
    role: 'roles/secretmanager.admin',
    why: 'makes secrets, sets their values, and says who may read them',
    when: 'secrets',
    permissions: ['secretmanager.secrets.create', 'secretmanager.secrets.setIamPolicy'],
  },
  {
    role: 'roles/iap.admin',
    why: 'says who may open the page',
    when: 'dashboard',
    permissions: ['iap.webServices.getIamPolicy', 'iap.webServices.setIamPolicy'],
  },
];

/** On the billing account, not the project, so it cannot be asked for: with `cloud.budget`. */
export const BUDGET_ROLE = { role: 'roles/billing.costsManager', why: 'makes the budget' } as const;

const IS_NEEDED: Readonly<Record<When, (resource: Resource) => boolean>> = {
  'cloud.alerts': ({ kind }) => kind === 'alert',
  secrets: ({ kind }) => kind === 'secret',
  dashboard: ({ name }) => name.includes('/iap_web/'),
};

/** Those that a deployment with these resources needs. */
export const rolesFor = (resources: readonly Resource[]): DeployerRole[] =>
  DEPLOYER_ROLES.filter(({ when }) => when === undefined || resources.some(IS_NEEDED[when]));

/** What to ask for, where Google refuses for a right that is lacking; empty where it does for anything else. */
export function remedyOf({ httpStatus, message }: GoogleError): string {
  if (httpStatus !== 403) return '';
  if (/\bbilling\.budgets\./.test(message)) return ` Ask for ${BUDGET_ROLE.role} on the billing account.`;
  const role = roleNamedBy(message);
  return `${role === undefined ? '' : ` Ask for ${role} on the project.`} \`daymill deploy --roles\` says which roles a deployer needs.`;
}

/** Of a refusal that names a permission: the role that has it, or one of its kind; undefined when no permission is named. */
function roleNamedBy(refusal: string): string | undefined {
  const [permission = ''] = /\b[a-z]+\.[a-zA-Z]+\.[a-zA-Z]+\b/.exec(refusal.replaceAll(/https?:\S+/g, '')) ?? [];
  const nearest = DEPLOYER_ROLES.flatMap(({ role, permissions }) => permissions.map((one) => ({ role, one })))
    .map(({ role, one }) => ({ role, shared: shared(one, permission) }))
    .sort((left, right) => right.shared - left.shared)[0];
  return nearest === undefined || nearest.shared === 0 ? undefined : nearest.role;
}

/** Parts that both begin with; `iam.serviceaccounts.actAs` is also how IAM writes it. */
function shared(one: string, other: string): number {
  const [left, right] = [one.toLowerCase().split('.'), other.toLowerCase().split('.')];
  const differs = left.findIndex((part, index) => part !== right[index]);
  return differs === -1 ? left.length : differs;
}
