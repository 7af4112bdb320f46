/** Verdicts on edited versions of a computation, through preflight and the real sandboxes: many versions share a sandbox. */
import { openLog } from '../../src/process/log.ts';
import { featuresOf, pieceIdIn, piecesOf } from '../../src/mill/model/code-piece.ts';
import type { Computation } from '../../src/mill/model/computation.ts';
import type { Manifest } from '../../src/mill/model/manifest.ts';
import { unprovableBySyntax } from '../../src/mill/simulation/compare.ts';
import type { SimulationAnswer, SimulationJob } from '../../src/mill/simulation/simulation-job.ts';
import { simulateAll } from '../../src/mill/simulation/simulator.ts';
import { preflight } from '../../src/mill/steps/prove/preflight.ts';
import type { Artifacts } from '../../src/mill/ports/artifacts.ts';
import type { Registry } from '../../src/mill/ports/code.ts';
import type { Planning } from '../../src/mill/ports/planning.ts';
import { openFabricatedLook } from './fabricated-look.ts';
import { memoryRegistry } from './memory-registry.ts';

export interface VersionToJudge {
  /** The folder of its project, within that of all versions. */
  readonly folder: string;
  readonly manifest: Manifest;
  /** Absent for one that must not be run outside of a sandbox: it does not end. */
  readonly loaded?: Computation;
}

export interface VerdictOnEdit {
  /** `REFUSED`: NOT_PROVEN by the syntax alone. */
  readonly verdict: 'SAME' | 'DIFFERENT' | 'NOT_PROVEN' | 'REFUSED';
  readonly reason: string;
}

export interface Verdicts {
  /** In the order of the versions. `onRun` hears which of them is about to run outside of a sandbox, and -1 once none does. */
  on(versions: readonly VersionToJudge[], onRun: (at: number) => void): Promise<VerdictOnEdit[]>;
}

/**
 * Registers the original when it is first needed. What the syntax alone refuses is not simulated: that could only make it DIFFERENT instead of NOT_PROVEN.
 * `root` is the folder that holds those of all versions.
 */
export function openVerdicts(root: string, computation: string, original: Required<VersionToJudge>): Verdicts {
  const registry = memoryRegistry();
  const spoken = spokenPieces(original.manifest, computation);
  const look = openFabricatedLook(original.loaded, piecesOf(original.manifest.code, computation));
  let registered: Promise<VerdictOnEdit> | undefined;
  return {
    async on(versions, onRun) {
      const early = new Map<VersionToJudge, VerdictOnEdit>();
      for (const [at, version] of versions.entries()) {
        onRun(at);
        const refusal = unprovableBySyntax(spoken, spokenPieces(version.manifest, computation));
        if (refusal !== undefined) early.set(version, { verdict: 'REFUSED', reason: refusal });
        else if (version.loaded !== undefined && (await look.differs(version.loaded)))
          early.set(version, { verdict: 'DIFFERENT', reason: 'it does something else on a fabricated day' });
      }
      onRun(-1);
      if (early.size < versions.length)
        await (registered ??= verdictOf({ registry, computation, simulate: batches(root), register: true }, original));
      const simulate = batches(root);
      return Promise.all(
        versions.map(
          async (version) =>
            early.get(version) ?? verdictOf({ registry, computation, simulate, register: false }, version),
        ),
      );
    },
  };
}

/** As preflight registers them. */
function spokenPieces({ code, computations }: Manifest, computation: string) {
  const module = computations.find(({ name }) => name === computation)?.module ?? '';
  const pieces = piecesOf(code, computation);
  const features = featuresOf(pieces, module);
  return pieces.map(({ kind, hash, line, ...piece }, at) => ({
    id: pieceIdIn({ kind, hash, line, ...piece }, module),
    kind,
    hash,
    features: features[at] ?? [],
    place: `${piece.module}:${line}`,
  }));
}

type Simulate = (jobs: readonly SimulationJob[], folder: string) => Promise<readonly (SimulationAnswer | undefined)[]>;

interface Preflight {
  readonly registry: Registry;
  readonly computation: string;
  readonly simulate: Simulate;
  readonly register: boolean;
}

/** No cell is stored here, so a proof has to stand without real days: it is believed more easily than in a project that ran. */
const planning = {
  load: () => Promise.resolve({ equivalents: new Map(), distrusted: new Map(), standings: new Map() }),
  commit: () => Promise.resolve(true),
} as unknown as Planning;
const artifacts = {} as unknown as Artifacts;

async function verdictOf(
  { registry, computation, simulate, register }: Preflight,
  { folder, manifest }: VersionToJudge,
): Promise<VerdictOnEdit> {
  const computations = manifest.computations.filter(({ name }) => name === computation);
  const { verdicts } = await preflight(
    {
      manifest: { ...manifest, computations },
      registry,
      planning,
      artifacts,
      simulations: { run: (jobs) => simulate(jobs, folder) },
      clock: { now: () => 0 },
      log: openLog('silent', {}),
    },
    { register },
  );
  const [said] = verdicts;
  if (said === undefined) throw new Error(`there is no verdict on ${computation} in ${folder}`);
  return { verdict: said.verdict as VerdictOnEdit['verdict'], reason: said.reason };
}

/** On a machine so busy that a sandbox, which comes last, gets next to nothing; shorter than the silence after which a trial is ended. */
const IDLE_MS = 150_000;

/** Gathers what is asked for in one turn of the event loop, so that one sandbox goes from version to version. */
function batches(root: string): Simulate {
  let waiting: {
    jobs: SimulationJob[];
    resolve: (answers: readonly (SimulationAnswer | undefined)[]) => void;
    reject: (reason: unknown) => void;
  }[] = [];
  const flush = async (): Promise<void> => {
    const batch = waiting;
    waiting = [];
    try {
      const answers = await simulateAll(
        batch.flatMap(({ jobs }) => jobs),
        { root, sandboxes: 1, totalMs: Infinity, idleMs: IDLE_MS },
      );
      let at = 0;
      for (const { jobs, resolve } of batch) resolve(answers.slice(at, (at += jobs.length)));
    } catch (thrown) {
      for (const { reject } of batch) reject(thrown);
    }
  };
  return (jobs, folder) => {
    const inside = (module: string): string => `${folder}/${module}`;
    const moved = jobs.map((job) => ({
      ...job,
      entry: { ...job.entry, module: inside(job.entry.module) },
      pieces: job.pieces.map((piece) => ({ ...piece, module: inside(piece.module) })),
    }));
    const { promise, resolve, reject } = Promise.withResolvers<readonly (SimulationAnswer | undefined)[]>();
    if (waiting.length === 0) setImmediate(() => void flush());
    waiting.push({ jobs: moved, resolve, reject });
    return promise;
  };
}
