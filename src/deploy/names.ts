/** What everything is called: all of it begins with the deployment's name, so that two live in one project. */
import { UserError } from '../errors.ts';
import type { CloudTarget } from '../config/cloud-target.ts';

/** Who runs, or calls, what: an account each. */
export const ACCOUNTS = ['plan', 'work', 'flow', 'cron', 'push', 'build', 'app', 'meter', 'view'] as const;
export type Account = (typeof ACCOUNTS)[number];

/** Cloud Run's: https://cloud.google.com/run/docs/deploying#service-name */
const MAX_SERVICE_NAME = 49;

/** Cloud Storage's: https://cloud.google.com/storage/docs/buckets#naming */
const MAX_BUCKET_NAME = 63;

export interface Names {
  readonly project: string;
  /** `projects/P/locations/R` */
  readonly location: string;
  readonly database: string;
  readonly deadLetters: string;
  readonly bucket: string;
  readonly repository: string;
  /** Without a tag. */
  readonly image: string;
  readonly workflow: string;
  readonly nightlyJob: string;
  readonly reconcileJob: string;
  email(account: Account): string;
  service(id: string): string;
  /** Known before the service is there, once the project's number is. */
  url(id: string, projectNumber: string): string;
  topic(id: string): string;
  subscription(id: string): string;
  secret(id: string): string;
  job(id: string): string;
}

/** @throws {UserError} BAD_ARGUMENT naming what would be too long, or another deployment's. */
export function namesOf({ projectId, region, name, databaseId, workflow, nightlyJob }: CloudTarget): Names {
  // `a-work` has a service `a-work-index`, and so has `a` with a tier called `index`.
  if (/-work(-|$)/.test(name))
    throw refused(
      `The name ${name} has "-work" in it, which is how workers are called. Choose another for cloud.name.`,
    );
  const project = `projects/${projectId}`;
  const location = `${project}/locations/${region}`;
  const bucket = `${projectId}-${name}-source`;
  if (bucket.length > MAX_BUCKET_NAME)
    throw refused(
      `The bucket's name ${bucket} is longer than ${MAX_BUCKET_NAME} characters. Choose a shorter cloud.name.`,
    );
  return {
    project,
    location,
    database: `${project}/databases/${databaseId}`,
    deadLetters: `${name}-dead-letters`,
    bucket,
    repository: `${location}/repositories/${name}`,
    image: `${region}-docker.pkg.dev/${projectId}/${name}/functions`,
    workflow: `${location}/workflows/${workflow}`,
    nightlyJob: `${location}/jobs/${nightlyJob}`,
    reconcileJob: `${location}/jobs/${name}-reconcile`,
    email: (account) => `${name}-${account}@${projectId}.iam.gserviceaccount.com`,
    service: (id) => `${location}/services/${serviceId(name, id)}`,
    url: (id, projectNumber) => `https://${serviceId(name, id)}-${projectNumber}.${region}.run.app`,
    topic: (id) => `${project}/topics/${id}`,
    subscription: (id) => `${project}/subscriptions/${id}`,
    secret: (id) => `${project}/secrets/${name}-${id}`,
    job: (id) => `${location}/jobs/${name}-${id}`,
  };
}

function serviceId(name: string, id: string): string {
  const service = `${name}-${id}`;
  if (service.length <= MAX_SERVICE_NAME) return service;
  const advice = 'Choose a shorter cloud.name, or a shorter name for the tier.';
  throw refused(`The service's name ${service} is longer than ${MAX_SERVICE_NAME} characters. ${advice}`);
}

const refused = (message: string): UserError => new UserError('BAD_ARGUMENT', message);
