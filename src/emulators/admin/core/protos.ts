/** Google's own descriptions of its APIs: methods with their paths, messages with their fields. */
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import protobuf from 'protobufjs';

/** For development alone: what is published has neither these, nor this folder. */
const GOOGLE = dirname(fileURLToPath(import.meta.resolve('google-proto-files/package.json')));

/** What Google has published no description of, and what its APIs have beyond their descriptions. */
const OWN = resolve(import.meta.dirname, '../protos');

const FILES = [
  'google/api/serviceusage/v1/serviceusage.proto',
  'google/api/serviceusage/v1beta1/serviceusage.proto',
  'google/cloud/billing/budgets/v1/budget_service.proto',
  'google/cloud/billing/v1/cloud_billing.proto',
  'google/cloud/iap/v1/service.proto',
  'google/cloud/resourcemanager/v3/projects.proto',
  'google/cloud/run/v2/build.proto',
  'google/cloud/run/v2/service.proto',
  'google/cloud/scheduler/v1/cloudscheduler.proto',
  'google/cloud/secretmanager/v1/service.proto',
  'google/cloud/workflows/executions/v1/executions.proto',
  'google/cloud/workflows/v1/workflows.proto',
  'google/devtools/artifactregistry/v1/service.proto',
  'google/firestore/admin/v1/firestore_admin.proto',
  'google/firestore/v1/firestore.proto',
  'google/iam/admin/v1/iam.proto',
  'google/monitoring/v3/alert_service.proto',
  'google/monitoring/v3/metric_service.proto',
  'google/monitoring/v3/notification_service.proto',
  'google/pubsub/v1/pubsub.proto',
  ...['firebase-rules', 'mixins', 'storage'].map((name) => join(OWN, `${name}.proto`)),
];

let loaded: protobuf.Root | undefined;

/** All of them, read once a process: some fifty files, a quarter of a second. */
export function protos(): protobuf.Root {
  if (loaded !== undefined) return loaded;
  const root = new protobuf.Root();
  root.resolvePath = (_, target) => (target.startsWith('/') ? target : join(GOOGLE, target));
  root.loadSync(FILES);
  root.resolveAll();
  loaded = root;
  return root;
}

/** What an option says, as often as it is said: `google.api.http`, `google.api.field_behavior`. */
export const optionsOf = (of: protobuf.ReflectionObject, option: string): unknown[] =>
  ((of.parsedOptions ?? []) as Readonly<Record<string, unknown>>[]).flatMap((one) => one[`(${option})`] ?? []);

/** `service_account` -> `serviceAccount`: names as JSON has them. */
export const camelCase = (name: string): string =>
  name.replace(/_([a-z\d])/g, (_, letter: string) => letter.toUpperCase());
