/** Configuration, read once at the edge from the environment and the project's package.json. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { type AuditPolicy, DEFAULT_AUDIT } from './mill/model/audit-policy.ts';
import { DEFAULT_TIERS } from './mill/tiers/default-tiers.ts';
import { DEFAULT_LANES, DRAIN_SECONDS, HEARTBEAT_SECONDS, LEASE_SECONDS } from './mill/lifecycle/limits.ts';
import { Day } from './values/date.ts';
import { type PriceTable, priceTableOf, Prices } from './mill/model/price-table.ts';
import { Resources } from './mill/model/resources.ts';
import { Tiers } from './mill/model/tier.ts';

export type Env = Readonly<Record<string, string | undefined>>;

/** The `daymill` member of a project's package.json. */
const ProjectSettings = z.strictObject({
  /** Folder of the computations. */
  computations: z.string().default('src/computations'),
  /** First day of the grid. */
  from: Day.optional(),
  /** Target when none is given; yesterday when absent. */
  date: Day.optional(),
  /** Raising it makes everything new. */
  epoch: z.number().int().default(1),
  /** What `daymill plan` reckons with: the name of a price table, or a table of its own (see mill/model/price-table.ts). */
  prices: Prices.default('us-central1'),
  /** False: changed code is never run on fabricated days, and its cells always run again. */
  simulate: z.boolean().default(true),
  /** Which skipped cells run again in shadow; see mill/model/audit-policy.ts. */
  audit: z
    .strictObject({
      share: z.number().min(0).max(1),
      most: z.number().int().nonnegative(),
      nightly: z.number().int().nonnegative(),
    })
    .partial()
    .default({}),
  /** From the smallest to the largest; the specification's two when absent. */
  tiers: Tiers.default(DEFAULT_TIERS),
});

/** `standard=2048 high-mem=8192`: names and memory in MB; a topic of another name follows a colon, `standard=2048:my-tasks`. */
const TierList = z
  .string()
  .trim()
  .transform((text) => text.split(/\s+/).map(readTier) as z.input<typeof Tiers>)
  .pipe(Tiers);

function readTier(text: string): z.input<typeof Tiers>[number] {
  const [, name = text, memoryMB, topic] = /^([^=]*)=([^:]*)(?::(.*))?$/.exec(text) ?? [];
  return { name, memoryMB: Number(memoryMB), ...(topic === undefined ? {} : { topic }) };
}

/** Environment variables of the deployed functions and of a laptop; each is optional. */
const Environment = z.object({
  DAYMILL_ROOT: z.string().optional(),
  DAYMILL_HOME: z.string().optional(),
  DAYMILL_MANIFEST: z.string().optional(),
  DAYMILL_COMPUTATIONS: z.string().optional(),
  DAYMILL_FROM: Day.optional(),
  /** The tier that this worker is of; the smallest when absent. */
  DAYMILL_TIER: Resources.optional(),
  DAYMILL_TIERS: TierList.optional(),
  DAYMILL_LEASE_SECONDS: z.coerce.number().positive().default(LEASE_SECONDS),
  DAYMILL_HEARTBEAT_SECONDS: z.coerce.number().positive().default(HEARTBEAT_SECONDS),
  DAYMILL_DRAIN_SECONDS: z.coerce.number().nonnegative().default(DRAIN_SECONDS),
  DAYMILL_LANES: z.coerce.number().int().positive().default(DEFAULT_LANES),
  DAYMILL_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
  GOOGLE_CLOUD_PROJECT: z.string().default('daymill-local'),
  K_REVISION: z.string().optional(),
  WORKFLOWS_EMULATOR_HOST: z.string().optional(),
});

export interface Config {
  /** The project's folder. */
  readonly root: string;
  /** Where the local cloud keeps its state: `.daymill/` unless DAYMILL_HOME says otherwise. */
  readonly home: string;
  readonly manifestFile: string;
  readonly computations: string;
  readonly from: Day | undefined;
  readonly date: Day | undefined;
  readonly epoch: number;
  readonly prices: { readonly name: string; readonly table: PriceTable };
  readonly simulate: boolean;
  readonly audit: AuditPolicy;
  readonly projectId: string;
  readonly tier: Resources;
  readonly tiers: Tiers;
  /** Tasks that a wave is spread over; see mill/planning/make-tasks.ts. */
  readonly lanes: number;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  /** How long running tasks have when the process is told to end. */
  readonly drainMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Names this process in leases. */
  readonly worker: string;
  readonly workflowsEmulatorHost: string | undefined;
}

/** @throws {UserError} BAD_ARGUMENT naming the variable or the member of package.json. */
export function readConfig(env: Env, cwd: string, pid: number): Config {
  // Set to nothing is not set, as everywhere in a shell.
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const variables = parsed(Environment, given, 'environment');
  const root = resolve(variables.DAYMILL_ROOT ?? cwd);
  const project = parsed(ProjectSettings, readProject(root), 'package.json: daymill');
  const home = resolve(root, variables.DAYMILL_HOME ?? '.daymill');
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
    from: variables.DAYMILL_FROM ?? project.from,
    date: project.date,
    epoch: project.epoch,
    prices: {
      name: typeof project.prices === 'string' ? project.prices : 'package.json',
      table: priceTableOf(project.prices),
    },
    simulate: project.simulate,
    audit: {
      share: project.audit.share ?? DEFAULT_AUDIT.share,
      most: project.audit.most ?? DEFAULT_AUDIT.most,
      nightly: project.audit.nightly ?? DEFAULT_AUDIT.nightly,
    },
    projectId: variables.GOOGLE_CLOUD_PROJECT,
    tier,
    tiers,
    lanes: variables.DAYMILL_LANES,
    leaseMs: variables.DAYMILL_LEASE_SECONDS * 1_000,
    heartbeatMs: variables.DAYMILL_HEARTBEAT_SECONDS * 1_000,
    drainMs: variables.DAYMILL_DRAIN_SECONDS * 1_000,
    logLevel: variables.DAYMILL_LOG,
    worker: `${variables.K_REVISION ?? tier}/${pid}`,
    workflowsEmulatorHost: variables.WORKFLOWS_EMULATOR_HOST,
  });
}

function readProject(root: string): unknown {
  try {
    const file = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { daymill?: unknown };
    return file.daymill ?? {};
  } catch (cause) {
    if (cause instanceof SyntaxError)
      throw new UserError('BAD_ARGUMENT', `${join(root, 'package.json')} is no JSON: ${cause.message}.`, { cause });
    return {};
  }
}

function parsed<S extends z.ZodType>(schema: S, value: unknown, what: string): z.output<S> {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  const where = [what, ...(issue?.path ?? [])].join('.');
  throw new UserError('BAD_ARGUMENT', `${where}: ${issue?.message}. Correct it and try again.`);
}
