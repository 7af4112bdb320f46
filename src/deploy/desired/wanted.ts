/** What the desired resources are a function of. */
import { type CloudTarget, deployedTiers } from '../../config/cloud-target.ts';
import type { OwnFunction } from '../../config/own-functions.ts';
import type { CloudSettings, CollectSettings, DashboardSettings } from '../../config/project-settings.ts';
import type { Tiers } from '../../mill/model/tier.ts';
import { LABEL, UNKNOWN } from '../resource.ts';
import { type Names, namesOf } from '../names.ts';
import { type Service, servicesOf } from '../services.ts';
import type { IndexFile } from './index-file.ts';

export interface Wanted {
  readonly target: CloudTarget;
  /** Undefined: nobody has asked Google yet. */
  readonly projectNumber: string | undefined;
  readonly tiers: Tiers;
  readonly lanes: number;
  /** False: changed code is never simulated, and there is no preflight. */
  readonly simulate: boolean;
  /** Of what is deployed; undefined: not staged yet. */
  readonly sourceHash: string | undefined;
  readonly indexes: IndexFile;
  /** Texts of `firestore.rules` and `workflows/pipeline.yaml`. */
  readonly rules: string;
  readonly workflow: string;
  /** Buckets that datasets' files lie in. */
  readonly dataBuckets: readonly string[];
  /** Of the project's own. */
  readonly functions: readonly OwnFunction[];
  /** Undefined: metrics are not taken in. */
  readonly collect: CollectSettings | undefined;
  /** Undefined: the page is not shown. */
  readonly dashboard: DashboardSettings | undefined;
  readonly alerts: CloudSettings['alerts'];
  readonly budget: CloudSettings['budget'];
}

/** What is wanted, with what follows from it: names, services, and the project's number or what stands for it. */
export interface Plan extends Wanted {
  readonly names: Names;
  readonly services: readonly Service[];
  readonly number: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Its database is its own: nobody else's rules are replaced, nobody's settings changed. */
  readonly ownsDatabase: boolean;
}

/** @throws {UserError} BAD_ARGUMENT for names and sizes that Google would refuse. */
export function planOf(wanted: Wanted): Plan {
  const tiers = deployedTiers(wanted.tiers, wanted.target.name);
  return {
    ...wanted,
    tiers,
    names: namesOf(wanted.target),
    services: servicesOf({
      ...wanted,
      tiers,
      collects: wanted.collect !== undefined,
      views: wanted.dashboard !== undefined,
    }),
    number: wanted.projectNumber ?? UNKNOWN,
    labels: { [LABEL]: wanted.target.name },
    ownsDatabase: wanted.target.databaseId === wanted.target.name,
  };
}

/** As policies name an account. */
export const member = (email: string): string => `serviceAccount:${email}`;

/** Google's own account that calls the page for whom it has signed in. */
export const iapAgent = ({ number }: Pick<Plan, 'number'>): string =>
  member(`service-${number}@gcp-sa-iap.iam.gserviceaccount.com`);

/** Google's own account that delivers what Pub/Sub pushes. */
export const pubsubAgent = ({ number }: Pick<Plan, 'number'>): string =>
  member(`service-${number}@gcp-sa-pubsub.iam.gserviceaccount.com`);
