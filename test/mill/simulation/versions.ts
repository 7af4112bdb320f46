/** Two versions of a small project, one after the other through preflight, on a registry of their own. */
import { randomUUID } from 'node:crypto';
import { globSync } from 'node:fs';
import { startFirestore } from '../../../src/emulators/firestore/server.ts';
import { openState } from '../../../src/emulators/state.ts';
import { openFirestore } from '../../../src/google/firestore-client.ts';
import { firestoreArtifacts } from '../../../src/google/mill/firestore-artifacts.ts';
import { firestorePlanning } from '../../../src/google/mill/firestore-planning.ts';
import { firestoreRegistry } from '../../../src/google/mill/firestore-registry.ts';
import { openLog } from '../../../src/process/log.ts';
import { buildManifest } from '../../../src/mill/manifest/build-manifest.ts';
import { simulateAll } from '../../../src/mill/simulation/simulator.ts';
import { preflight, type ComputationVerdict, type PreflightReport } from '../../../src/mill/steps/prove/preflight.ts';
import type { Artifacts } from '../../../src/mill/ports/artifacts.ts';
import type { Registry } from '../../../src/mill/ports/code.ts';
import type { Planning } from '../../../src/mill/ports/planning.ts';
import { HEAD } from '../manifest/project-folder.ts';
import { fixtureProject } from '../../support/fixture-project.ts';

export type Files = Readonly<Record<string, string>>;

/** A project's own: the versions, and the planner's state that verdicts are told to. */
export interface Memory {
  readonly registry: Registry;
  readonly planning: Planning;
  readonly artifacts: Artifacts;
}

export interface Registries {
  /** An empty one. */
  open(): Memory;
  /** Documents read so far, by all of them. */
  reads(): number;
  close(): Promise<void>;
}

export async function startRegistries(): Promise<Registries> {
  const state = openState(':memory:');
  const emulator = await startFirestore({ state });
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${emulator.port}`;
  const clients: ReturnType<typeof openFirestore>[] = [];
  return {
    open() {
      const client = openFirestore({ projectId: `p-${randomUUID()}`, databaseId: undefined });
      clients.push(client);
      return {
        registry: firestoreRegistry(client),
        planning: firestorePlanning(client),
        artifacts: firestoreArtifacts(client, { now: () => 0 }, () => {
          throw new Error('no day of it lies in files');
        }),
      };
    },
    reads: () => emulator.counters().reads,
    async close() {
      await Promise.all(clients.map((client) => client.terminate()));
      await emulator.close();
      await state.close();
    },
  };
}

export interface RunOptions {
  readonly register?: boolean;
  readonly changedOnly?: boolean;
  readonly budgetMs?: number;
  readonly totalMs?: number;
  /** See `Simulations`. */
  readonly unavailable?: string;
}

export interface Preflighted extends PreflightReport {
  /** Files that were not there before. */
  readonly leftBehind: readonly string[];
}

/** Preflight of a project that consists of these files. */
export async function preflightOf(files: Files, memory: Memory, options: RunOptions = {}): Promise<Preflighted> {
  // However slow and busy the machine.
  const { budgetMs, totalMs = Infinity, unavailable, ...rest } = options;
  const folder = fixtureProject(files);
  const { root } = folder;
  const manifest = await buildManifest({ root, directory: 'computations' });
  const ports = {
    manifest,
    ...memory,
    simulations: {
      ...(unavailable === undefined ? {} : { unavailable }),
      run: (jobs: Parameters<typeof simulateAll>[0]) =>
        simulateAll(jobs, {
          root,
          sandboxes: 1,
          ...(budgetMs === undefined ? {} : { budgetMs }),
          idleMs: Infinity,
          totalMs,
        }),
    },
    clock: { now: () => 0 },
    log: openLog('silent', {}),
  };
  const filesOf = (): string[] => globSync('**/*', { cwd: root });
  const before = new Set(filesOf());
  try {
    const report = await preflight(ports, rest);
    return { ...report, leftBehind: filesOf().filter((path) => !before.has(path)) };
  } finally {
    folder.remove();
  }
}

export function verdictOn(report: PreflightReport, computation: string): ComputationVerdict {
  const found = report.verdicts.find((each) => each.computation === computation);
  if (found === undefined) throw new Error(`there is no verdict on ${computation}`);
  return found;
}

/** The text of a module with one computation that reads prices; `before` are declarations that it may use. */
export const moduleOf = (name: string, compute: string, before = ''): string => `${HEAD}
    import { prices } from './prices.ts';
${before}
    export const it = defineComputation({
      name: '${name}', category: 'x', needs: { prices: document(prices), past: history(prices, 5), own: previous() },
      output: z.number(),
      compute: ${compute},
    });`;

export const PRICES = `${HEAD}
    export const prices = defineDocument({ name: 'prices', document: z.object({
      close: z.number().min(0).max(1000), volume: z.number().int().min(0).max(100), kind: z.enum(['bid', 'ask']),
      note: z.string().optional(),
    }) });`;

/** A project of one computation. */
export const project = (name: string, compute: string, before?: string): Files => ({
  'computations/prices.ts': PRICES,
  [`computations/${name}.ts`]: moduleOf(name, compute, before),
});
