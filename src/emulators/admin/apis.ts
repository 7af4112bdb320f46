/** Every administration API that a deployment calls, or may come to call: a file each. */
import { artifactRegistry } from './apis/artifact-registry.ts';
import { billing } from './apis/billing.ts';
import { budgets } from './apis/budgets.ts';
import { cloudBuild } from './apis/cloud-build.ts';
import { firebaseRules } from './apis/firebase-rules.ts';
import { firestoreAdmin } from './apis/firestore-admin.ts';
import { firestoreDocuments } from './apis/firestore-documents.ts';
import { iam } from './apis/iam.ts';
import { iap } from './apis/iap.ts';
import { monitoring } from './apis/monitoring.ts';
import { pubsubAdmin } from './apis/pubsub-admin.ts';
import { pubsubDeliveries } from './apis/pubsub-deliveries.ts';
import { resourceManager } from './apis/resource-manager.ts';
import { run } from './apis/run.ts';
import { scheduler } from './apis/scheduler.ts';
import { secretManager } from './apis/secret-manager.ts';
import { serviceUsage } from './apis/service-usage.ts';
import { storage } from './apis/storage.ts';
import { workflowExecutions, workflows } from './apis/workflows.ts';
import type { AdminApi } from './core/method.ts';

export const ADMIN_APIS: readonly AdminApi[] = [
  artifactRegistry,
  billing,
  budgets,
  cloudBuild,
  firebaseRules,
  firestoreAdmin,
  firestoreDocuments,
  iam,
  iap,
  monitoring,
  pubsubAdmin,
  pubsubDeliveries,
  resourceManager,
  run,
  scheduler,
  secretManager,
  serviceUsage,
  storage,
  workflowExecutions,
  workflows,
];
