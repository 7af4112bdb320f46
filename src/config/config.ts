/** Configuration, read once at the edge from the environment and the project's own settings. */
import { join, resolve } from 'node:path';
import { UserError } from '../errors.ts';
import { type AuditPolicy, DEFAULT_AUDIT } from '../mill/model/audit-policy.ts';
import type { Day } from '../values/date.ts';
import { type PriceTable, priceTableOf } from '../mill/model/price-table.ts';
import type { RunLimits } from '../mill/model/run-limits.ts';
import type { TierName } from '../mill/model/tier-name.ts';
import type { Tiers } from '../mill/model/tier.ts';
import type { CloudTarget } from './cloud-target.ts';
import { Environment } from './environment.ts';
import type { OwnFunction } from './own-functions.ts';
import { parsed } from './parsed.ts';
import type { CloudSettings, CollectSettings, DashboardSettings } from './project-settings.ts';
import { readProject } from './read-project.ts';
import { readSample, sampleHome } from './read-sample.ts';

export type Env = Readonly<Record<string, string | undefined>>;

export interface Config {
  /** The project's folder. */
  readonly root: string;
  /** Where the local cloud keeps its state: `.daymill/` unless DAYMILL_HOME says otherwise, and of a sample a folder in there. */
  readonly home: string;
  readonly manifestFile: string;
  /** Folders of them. */
  readonly computations: readonly string[];
  /** Of a clone: which of its samples is the project. */
  readonly sample: string | undefined;
  readonly from: Day | undefined;
  readonly date: Day | undefined;
  readonly epoch: number;
  readonly prices: { readonly name: string; readonly table: PriceTable };
  readonly simulate: boolean;
  readonly audit: AuditPolicy;
  /** Undefined: Google's clients find it out, as on Cloud Run. */
  readonly projectId: string | undefined;
  /** Of Firestore; `(default)` when undefined. */
  readonly databaseId: string | undefined;
  /** Whether package.json has the settings. */
  readonly inPackage: boolean;
  readonly limits: RunLimits;
  /** Of a cell's entities: more that failed make a run end with 1. */
  readonly failedShare: number;
  readonly cloud: CloudSettings;
  readonly functions: readonly OwnFunction[];
  /** Undefined: metrics are taken in on a laptop only. */
  readonly collect: CollectSettings | undefined;
  /** Undefined: the page is shown on a laptop only. */
  readonly dashboard: DashboardSettings | undefined;
  /** How the page knows who asks; by neither it lets nobody in. */
  readonly signIn: { readonly isLocal: boolean; readonly audience: string | undefined };
  /** Of a command that was told `--cloud`; undefined: the local cloud. */
  readonly target: CloudTarget | undefined;
  readonly tier: TierName;
  readonly tiers: Tiers;
  /** Tasks that a wave is spread over; see mill/planning/make-tasks.ts. */
  readonly lanes: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How long running tasks have when the process is told to end. */
  readonly drainMs: number;
  /** Between two rounds of the collecting function; 0: none. */
  readonly maintainMs: number;
  /** Between two looks at which events devices are registered to. */
  readonly deviceEventRefreshMs: number;
  /** Which tokens requests may come with; where there is neither a secret nor a URL, none. */
  readonly jwt: {
    readonly secret: string | undefined;
    readonly jwksUrl: string | undefined;
    readonly issuer: string | undefined;
    readonly audience: string | undefined;
  };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Names this process in leases. */
  readonly worker: string;
  readonly workflowsEmulatorHost: string | undefined;
  /** What days are started by; undefined where a process starts none. */
  readonly pipeline:
    | {
        readonly location: string;
        readonly workflow: string;
        readonly functions: Readonly<Record<string, string>>;
      }
    | undefined;
}

/** As leases and logs name a process; `revision` on Cloud Run, elsewhere its tier. */
export const workerName = (revision: string, pid: number): string => `${revision}/${pid}`;

/** @throws {UserError} BAD_ARGUMENT naming the variable, or the file and the member of it. */
export function readConfig(env: Env, cwd: string, pid: number): Config {
  // Set to nothing is not set, as everywhere in a shell.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const variables = parsed(Environment, given, 'environment');
  const root = resolve(variables.DAYMILL_ROOT ?? cwd);
  const sample = variables.DAYMILL_SAMPLE;
  const {
    settings: project,
    file,
    inPackage,
  } = sample === undefined ? readProject(root, env) : readSample(sample, root, env);
  const home = resolve(root, variables.DAYMILL_HOME ?? (sample === undefined ? '.daymill' : sampleHome(sample)));
  const tiers = variables.DAYMILL_TIERS ?? project.tiers;
  const tier = variables.DAYMILL_TIER ?? tiers[0].name;
  if (!tiers.some(({ name }) => name === tier)) {
    throw new UserError(
      'BAD_ARGUMENT',
      `environment.DAYMILL_TIER: there is no tier ${tier}, only ${tiers.map(({ name }) => name).join(', ')}.`,
    );
  }
  return Object.freeze({
    root,
    home,
    manifestFile: resolve(root, variables.DAYMILL_MANIFEST ?? join(home, 'manifest.json')),
    computations: variables.DAYMILL_COMPUTATIONS ?? project.computations,
    sample,
    from: variables.DAYMILL_FROM ?? project.from,
    date: project.date,
    epoch: project.epoch,
    prices: {
      name: typeof project.prices === 'string' ? project.prices : file,
      table: priceTableOf(project.prices),
    },
    simulate: project.simulate,
    audit: {
      share: project.audit.share ?? DEFAULT_AUDIT.share,
      most: project.audit.most ?? DEFAULT_AUDIT.most,
      nightly: project.audit.nightly ?? DEFAULT_AUDIT.nightly,
    },
    projectId: variables.DAYMILL_PROJECT ?? variables.GOOGLE_CLOUD_PROJECT,
    databaseId: variables.DAYMILL_DATABASE,
    inPackage,
    limits: project.limits,
    failedShare: project.failedShare,
    cloud: project.cloud,
    functions: project.functions,
    collect: project.collect,
    dashboard: project.dashboard,
    signIn: {
      // Never on Cloud Run, whatever it was told: there others than who works here reach it.
      isLocal: variables.DAYMILL_VIEW === 'local' && variables.K_REVISION === undefined,
      audience: variables.DAYMILL_IAP_AUDIENCE,
    },
    target: undefined,
    tier,
    tiers,
    lanes: variables.DAYMILL_LANES,
    leaseMs: variables.DAYMILL_LEASE_SECONDS * 1_000,
    heartbeatMs: variables.DAYMILL_HEARTBEAT_SECONDS * 1_000,
    drainMs: variables.DAYMILL_DRAIN_SECONDS * 1_000,
    maintainMs: variables.DAYMILL_MAINTAIN_SECONDS * 1_000,
    deviceEventRefreshMs: variables.LIVE_DEVICE_EVENT_REFRESH_MS,
    jwt: {
      secret: variables.DAYMILL_JWT_SECRET,
      jwksUrl: variables.DAYMILL_JWKS_URL,
      issuer: variables.DAYMILL_JWT_ISSUER,
      audience: variables.DAYMILL_JWT_AUDIENCE,
    },
    logLevel: variables.DAYMILL_LOG,
    worker: workerName(variables.K_REVISION ?? tier, pid),
    workflowsEmulatorHost: variables.WORKFLOWS_EMULATOR_HOST,
    pipeline: variables.DAYMILL_PIPELINE,
  });
}
