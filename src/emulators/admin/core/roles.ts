/**
 * What predefined roles come down to: of each, the permissions that are asked for here, and none that it does not have.
 * https://cloud.google.com/iam/docs/roles-permissions
 */

/** `x.{a,b}` is `x.a` and `x.b`. */
const ROLES: Readonly<Record<string, readonly string[]>> = {
  // Whoever deploys.
  'roles/serviceusage.serviceUsageAdmin': [
    'serviceusage.services.{enable,disable,get,list,use}',
    'serviceusage.operations.{get,list}',
    'monitoring.timeSeries.list',
  ],
  'roles/iam.serviceAccountAdmin': [
    'iam.serviceAccounts.{create,delete,get,getIamPolicy,list,setIamPolicy,update}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/iam.serviceAccountUser': ['iam.serviceAccounts.{actAs,get,list}', 'resourcemanager.projects.{get,list}'],
  'roles/resourcemanager.projectIamAdmin': ['resourcemanager.projects.{get,getIamPolicy,setIamPolicy}'],
  'roles/storage.admin': [
    'storage.buckets.{create,delete,get,getIamPolicy,list,setIamPolicy,update}',
    'storage.objects.{create,delete,get,list,update}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/artifactregistry.admin': [
    'artifactregistry.repositories.{create,delete,downloadArtifacts,get,getIamPolicy,list,setIamPolicy,update,uploadArtifacts}',
    'artifactregistry.tags.{create,delete,get,list,update}',
  ],
  'roles/datastore.owner': [
    'datastore.databases.{create,delete,get,getMetadata,list,update}',
    'datastore.indexes.{create,delete,get,list,update}',
    'datastore.entities.{allocateIds,create,delete,get,list,update}',
    'datastore.operations.{get,list}',
    'datastore.backupSchedules.{create,delete,get,list,update}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/firebaserules.admin': [
    'firebaserules.releases.{create,delete,get,list,update}',
    'firebaserules.rulesets.{create,delete,get,list,test}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/pubsub.admin': [
    'pubsub.topics.{attachSubscription,create,delete,get,getIamPolicy,list,publish,setIamPolicy,update}',
    'pubsub.subscriptions.{consume,create,delete,get,getIamPolicy,list,setIamPolicy,update}',
    'resourcemanager.projects.{get,list}',
    'serviceusage.services.{get,list}',
  ],
  'roles/run.sourceDeveloper': [
    'run.builds.create',
    'run.operations.{get,list}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/cloudbuild.builds.viewer': [
    'cloudbuild.builds.{get,list}',
    'cloudbuild.operations.{get,list}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/run.admin': [
    'run.services.{create,delete,get,getIamPolicy,list,setIamPolicy,update}',
    'run.operations.{delete,get,list}',
    'run.routes.{get,invoke,list}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/workflows.admin': [
    'workflows.workflows.{create,delete,get,list,update}',
    'workflows.executions.{cancel,create,get,list}',
    'workflows.operations.{cancel,get,list}',
    'workflows.callbacks.{list,send}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/cloudscheduler.admin': [
    'cloudscheduler.jobs.{create,delete,enable,fullView,get,list,pause,run,update}',
    'resourcemanager.projects.{get,list}',
    'serviceusage.services.list',
  ],
  'roles/monitoring.editor': [
    'monitoring.alertPolicies.{create,delete,get,list,update}',
    'monitoring.notificationChannels.{create,delete,get,list,sendVerificationCode,update,verify}',
    'monitoring.timeSeries.{create,list}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/monitoring.alertPolicyEditor': ['monitoring.alertPolicies.{create,delete,get,list,update}'],
  'roles/monitoring.notificationChannelEditor': [
    'monitoring.notificationChannels.{create,delete,get,list,sendVerificationCode,update,verify}',
  ],
  'roles/monitoring.viewer': [
    'monitoring.alertPolicies.{get,list}',
    'monitoring.notificationChannels.{get,list}',
    'monitoring.timeSeries.list',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/billing.costsManager': ['billing.budgets.{create,delete,get,list,update}', 'billing.accounts.{get,list}'],
  'roles/secretmanager.admin': [
    'secretmanager.secrets.{create,delete,get,getIamPolicy,list,setIamPolicy,update}',
    'secretmanager.versions.{access,add,destroy,disable,enable,get,list}',
    'resourcemanager.projects.{get,list}',
  ],

  'roles/iap.admin': ['iap.web.{getIamPolicy,setIamPolicy}', 'iap.webServices.{getIamPolicy,setIamPolicy}'],

  // What is deployed.
  'roles/datastore.user': [
    'datastore.databases.{get,getMetadata,list}',
    'datastore.entities.{allocateIds,create,delete,get,list,update}',
    'datastore.indexes.list',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/datastore.viewer': ['datastore.databases.{get,getMetadata,list}', 'datastore.entities.{get,list}'],
  'roles/pubsub.publisher': ['pubsub.topics.publish'],
  'roles/pubsub.subscriber': ['pubsub.subscriptions.consume', 'pubsub.topics.attachSubscription'],
  'roles/run.invoker': ['run.routes.invoke'],
  'roles/iap.httpsResourceAccessor': ['iap.webServiceVersions.accessViaIAP'],
  'roles/workflows.invoker': [
    'workflows.executions.create',
    'workflows.callbacks.{list,send}',
    'resourcemanager.projects.{get,list}',
  ],
  'roles/workflows.viewer': [
    'workflows.workflows.{get,list}',
    'workflows.executions.{get,list}',
    'workflows.operations.{get,list}',
  ],
  'roles/cloudscheduler.viewer': ['cloudscheduler.jobs.{get,list}'],
  'roles/iam.serviceAccountTokenCreator': [
    'iam.serviceAccounts.{get,getAccessToken,getOpenIdToken,implicitDelegation,list,signBlob,signJwt}',
  ],
  'roles/iam.serviceAccountOpenIdTokenCreator': ['iam.serviceAccounts.getOpenIdToken'],
  'roles/logging.logWriter': ['logging.logEntries.{create,route}'],
  'roles/storage.objectViewer': ['storage.objects.{get,list}', 'resourcemanager.projects.{get,list}'],
  'roles/artifactregistry.reader': [
    'artifactregistry.repositories.{downloadArtifacts,get,list}',
    'artifactregistry.tags.{get,list}',
  ],
  'roles/artifactregistry.writer': [
    'artifactregistry.repositories.{downloadArtifacts,get,list,uploadArtifacts}',
    'artifactregistry.tags.{create,get,list,update}',
  ],
  'roles/secretmanager.secretAccessor': ['secretmanager.versions.access', 'resourcemanager.projects.{get,list}'],

  // Google's own accounts, which get them when their API is enabled.
  'roles/run.serviceAgent': [
    'artifactregistry.repositories.downloadArtifacts',
    'iam.serviceAccounts.{getAccessToken,getOpenIdToken,signBlob}',
    'storage.objects.{get,list}',
  ],
  'roles/cloudbuild.serviceAgent': ['iam.serviceAccounts.{getAccessToken,signBlob}'],
  'roles/workflows.serviceAgent': ['iam.serviceAccounts.{getAccessToken,getOpenIdToken,implicitDelegation}'],
  'roles/cloudscheduler.serviceAgent': [
    'iam.serviceAccounts.{getAccessToken,getOpenIdToken,implicitDelegation}',
    'pubsub.topics.publish',
  ],
};

/** Of no role but an owner's. */
const OWNERS_ALONE = ['resourcemanager.projects.{delete,update}'];

const expand = (pattern: string): string[] => {
  const [, before = '', names = ''] = /^(.*)\{(.+)\}$/.exec(pattern) ?? [];
  return names === '' ? [pattern] : names.split(',').map((name) => `${before}${name}`);
};

const PERMISSIONS: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ...Object.entries(ROLES).map(([role, patterns]) => [role, new Set(patterns.flatMap(expand))] as const),
  ['roles/owner', new Set([...Object.values(ROLES).flat(), ...OWNERS_ALONE].flatMap(expand))],
]);

const NONE: ReadonlySet<string> = new Set();

/** None of a role that is not known here. */
export const permissionsOf = (role: string): ReadonlySet<string> => PERMISSIONS.get(role) ?? NONE;

export const isRole = (role: string): boolean => PERMISSIONS.has(role);

/** Whether anybody can have it. */
export const isPermission = (permission: string): boolean => permissionsOf('roles/owner').has(permission);
