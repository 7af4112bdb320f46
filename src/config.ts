/** Configuration, read once at the edge from the environment and the project's package.json. */
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { z } from 'zod';
import { UserError } from './errors.ts';
import { HEARTBEAT_SECONDS, HIGH_MEM_MEMORY_MB, LEASE_SECONDS, STANDARD_MEMORY_MB } from './lifecycle/limits.ts';
import { Day } from './model/date.ts';
import { type PriceTable, priceTableOf, Prices } from './model/price-table.ts';
import { Resources } from './model/task.ts';

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
  /** What `daymill plan` reckons with: the name of a price table, or a table of its own (see model/price-table.ts). */
  prices: Prices.default('us-central1'),
});

/** Environment variables of the deployed functions and of a laptop; each is optional. */
const Environment = z.object({
  DAYMILL_ROOT: z.string().optional(),
  DAYMILL_HOME: z.string().optional(),
  DAYMILL_MANIFEST: z.string().optional(),
  DAYMILL_COMPUTATIONS: z.string().optional(),
  DAYMILL_FROM: Day.optional(),
  DAYMILL_TIER: Resources.default('standard'),
  DAYMILL_STANDARD_MEMORY_MB: z.coerce.number().positive().default(STANDARD_MEMORY_MB),
  DAYMILL_HIGH_MEM_MEMORY_MB: z.coerce.number().positive().default(HIGH_MEM_MEMORY_MB),
  DAYMILL_LEASE_SECONDS: z.coerce.number().positive().default(LEASE_SECONDS),
  DAYMILL_HEARTBEAT_SECONDS: z.coerce.number().positive().default(HEARTBEAT_SECONDS),
  DAYMILL_TOPIC: z.string().default('computation-tasks'),
  DAYMILL_HIGH_MEM_TOPIC: z.string().default('computation-tasks-highmem'),
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
  readonly projectId: string;
  readonly tier: Resources;
  readonly memory: Readonly<Record<Resources, number>>;
  readonly topics: Readonly<Record<Resources, string>>;
  readonly leaseMs: number;
  readonly heartbeatMs: number;
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  /** Names this process in leases. */
  readonly worker: string;
  readonly workflowsEmulatorHost: string | undefined;
}

/** @throws {UserError} BAD_ARGUMENT naming the variable or the member of package.json. */
export function readConfig(env: Env, cwd: string, pid: number): Config {
  const variables = parsed(Environment, env, 'environment');
  const root = resolve(variables.DAYMILL_ROOT ?? cwd);
  const project = parsed(ProjectSettings, readProject(root), 'package.json: daymill');
  const home = resolve(root, variables.DAYMILL_HOME ?? '.daymill');
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
    projectId: variables.GOOGLE_CLOUD_PROJECT,
    tier: variables.DAYMILL_TIER,
    memory: { standard: variables.DAYMILL_STANDARD_MEMORY_MB, 'high-mem': variables.DAYMILL_HIGH_MEM_MEMORY_MB },
    topics: { standard: variables.DAYMILL_TOPIC, 'high-mem': variables.DAYMILL_HIGH_MEM_TOPIC },
    leaseMs: variables.DAYMILL_LEASE_SECONDS * 1_000,
    heartbeatMs: variables.DAYMILL_HEARTBEAT_SECONDS * 1_000,
    logLevel: variables.DAYMILL_LOG,
    worker: `${variables.K_REVISION ?? variables.DAYMILL_TIER}/${pid}`,
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
