/** Preflight: simulates the code that the registry does not know yet, and says which changes of it are proven to be cosmetic. */
import { isDeepStrictEqual } from 'node:util';
import { RetryableError } from '../../../errors.ts';
import { type CodePiece, piecesOf } from '../../model/code-piece.ts';
import type { Distrust } from '../../model/distrust.ts';
import type { Hash } from '../../../values/hash.ts';
import type { Manifest, ManifestComputation } from '../../model/manifest.ts';
import { type RegisteredVersion, type Registration, withVersion } from '../../model/registration.ts';
import { behaviourOf } from '../../model/vector.ts';
import { literalsOf } from '../../simulation/fabricate-days.ts';
import { MAX_PIECES, SIMULATOR_VERSION } from '../../simulation/limits.ts';
import type { SimulationAnswer, SimulationJob } from '../../simulation/simulation-job.ts';
import { newVersion, tried } from './new-version.ts';
import { remake, type Remade } from './real-days.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { NewVersion, Registry, Simulations } from '../../ports/code.ts';
import type { Planning } from '../../ports/planning.ts';
import type { Clock, Log } from '../../../process/ports.ts';

export interface PreflightPorts {
  readonly manifest: Manifest;
  readonly registry: Registry;
  readonly planning: Planning;
  readonly artifacts: Artifacts;
  readonly simulations: Simulations;
  readonly clock: Clock;
  readonly log: Log;
}

export interface PreflightOptions {
  /** False to look only: nothing is written. */
  readonly register?: boolean;
  /** Only what has an older version that it may be proven equal to; the rest can wait. */
  readonly changedOnly?: boolean;
}

/** What is known of a computation's code as it is now. */
export type ComputationVerdict = Pick<
  RegisteredVersion,
  'verdict' | 'against' | 'reason' | 'pieces' | 'covered' | 'uncovered' | 'nondeterminism'
> & {
  readonly computation: string;
  /** Whether it was simulated just now; otherwise the verdict is from the registry. */
  readonly simulated: boolean;
};

export interface PreflightReport {
  readonly verdicts: readonly ComputationVerdict[];
  /** Computations that were simulated just now. */
  readonly simulated: number;
  /** Computations whose code the registry still does not know, and may know after another preflight. */
  readonly left: number;
  /** Stored cells that were made again to try the proofs, and documents that were read for it. */
  readonly remade: { readonly cells: number; readonly reads: number };
  /**
   * By computation: `behaviourOf` versions of its code that are proven to do what it does now. Only for those that have any.
   * @see planning, which takes a cell of such a version for one of the version of now
   */
  readonly equivalents: ReadonlyMap<string, readonly Hash[]>;
}

/** How often another writer of the planner's state may be faster. */
const COMMIT_ATTEMPTS = 5;

/**
 * Idempotent. With nothing new it reads the registry's index and the planner's head. What cannot be simulated is a verdict.
 * @throws {RetryableError} UNAVAILABLE, CONTENTION
 */
export async function preflight(
  ports: PreflightPorts,
  { register = true, changedOnly = false }: PreflightOptions = {},
): Promise<PreflightReport> {
  const { manifest, registry, planning, simulations, clock, log } = ports;
  const index = new Map(await registry.index());
  const unknown = manifest.computations.filter((entry) => versionOf(entry, index) === undefined);
  const changed = unknown.filter(({ name }) => index.has(name));
  // Who only looks learns nothing from code that there is no older version of.
  const wanted = changedOnly || !register ? changed : unknown;
  const { unavailable } = simulations;
  if (wanted.length > 0 && unavailable !== undefined && !changedOnly)
    log.warn(
      { event: 'preflight.unavailable' },
      `${unavailable}. Until then no change of code is proven harmless: each runs all its days again`,
    );
  const older = changed.length === 0 ? new Map<string, Registration[]>() : await registry.versions(changed.map(nameOf));
  const jobs = wanted.map((entry) => jobOf(entry, piecesOf(manifest.code, entry.name), older.get(entry.name) ?? []));
  const answers = await simulateAll(jobs, simulations);
  const judged = jobs.flatMap((job, at): NewVersion[] => {
    const answer = answers[at];
    return answer === undefined ? [] : [newVersion(job, answer, older.get(job.entry.name) ?? [], clock.now())];
  });
  const remade = await remakeProven(judged, index, ports);
  const added = judged.map((each) => tried(each, remade.get(each.computation)));
  for (const { computation, version } of added) {
    index.set(computation, withVersion(index.get(computation) ?? [], version));
    log.info(
      { event: 'preflight.verdict', computation, verdict: version.verdict, reason: version.reason },
      `${computation}: ${version.verdict}: ${version.reason}`,
    );
  }
  const known = reportOf(manifest, index, new Set(added.map(({ computation }) => computation)), remade);
  const report = unavailable === undefined ? known : { ...known, left: 0 };
  if (!register) return report;
  if (added.length > 0) await registry.register(added);
  await tellPlanner(report, manifest, planning);
  return report;
}

/** Each class with the behaviour of now, so that a plan for other code does not take it for its own. */
export const equivalenceClasses = (
  equivalents: PreflightReport['equivalents'],
  computations: readonly ManifestComputation[],
): Map<string, Hash[]> =>
  new Map(
    computations.flatMap(({ name, fingerprint }): [string, Hash[]][] => {
      const others = equivalents.get(name);
      return others === undefined ? [] : [[name, [behaviourOf(fingerprint), ...others]]];
    }),
  );

async function tellPlanner(
  { equivalents, verdicts }: PreflightReport,
  { computations }: Manifest,
  planning: Planning,
): Promise<void> {
  const classes = equivalenceClasses(equivalents, computations);
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt++) {
    const snapshot = await planning.load();
    const distrusted = distrustedNow(snapshot.distrusted, verdicts, computations);
    const isNews = !isDeepStrictEqual(
      [new Map(snapshot.equivalents), new Map(snapshot.distrusted)],
      [classes, distrusted],
    );
    if (!isNews || (await planning.commit(snapshot, { equivalents: classes, distrusted }))) return;
  }
  throw new RetryableError(
    'CONTENTION',
    'the verdicts were not told to the planner: others write its state all the time',
  );
}

/** Those that an audit found wrong stay so; those whose code differs from simulation to simulation have no right to skip either. */
function distrustedNow(
  before: ReadonlyMap<string, Distrust>,
  verdicts: readonly ComputationVerdict[],
  computations: readonly ManifestComputation[],
): Map<string, Distrust> {
  const found = new Map([...before].filter(([, { because }]) => because === 'AUDIT'));
  const text = new Map(verdicts.map(({ computation, nondeterminism }) => [computation, nondeterminism]));
  for (const { name, fingerprint } of computations) {
    const seen = text.get(name);
    if (seen === undefined || found.get(name)?.behaviour === behaviourOf(fingerprint)) continue;
    found.set(name, { behaviour: behaviourOf(fingerprint), because: 'NONDETERMINISTIC', text: seen });
  }
  return found;
}

const nameOf = ({ name }: ManifestComputation): string => name;

/** What the registry knows of the code as it is now, if this simulator made it. */
const versionOf = (
  { name, fingerprint }: ManifestComputation,
  index: ReadonlyMap<string, readonly RegisteredVersion[]>,
): RegisteredVersion | undefined =>
  index
    .get(name)
    ?.find(
      ({ code, layer, simulator }) =>
        code === fingerprint.code && layer === fingerprint.layer && simulator === SIMULATOR_VERSION,
    );

function jobOf(
  entry: ManifestComputation,
  pieces: readonly CodePiece[],
  older: readonly Registration[],
): SimulationJob {
  const sets = [literalsOf(pieces), ...comparable(older).map((registration) => literalsOf([registration]))];
  const texts = sets.map((literals) => JSON.stringify(literals));
  return { entry, pieces, literals: sets.filter((_, at) => texts.indexOf(texts[at] ?? '') === at) };
}

const comparable = (older: readonly Registration[]): Registration[] =>
  older.filter(({ simulator, simulation }) => simulator === SIMULATOR_VERSION && 'inputs' in simulation);

/** Code without pieces cannot be watched, and code with too many does not fit the registry: neither is simulated. */
async function simulateAll(
  jobs: readonly SimulationJob[],
  simulations: Simulations,
): Promise<(SimulationAnswer | undefined)[]> {
  const watchable = jobs.filter(({ pieces }) => pieces.length > 0 && pieces.length <= MAX_PIECES);
  const none = watchable.length === 0 || simulations.unavailable !== undefined;
  const ran = none ? [] : await simulations.run(watchable);
  return jobs.map((job): SimulationAnswer | undefined => {
    const at = watchable.indexOf(job);
    if (at !== -1) return ran[at];
    const reason =
      job.pieces.length > MAX_PIECES
        ? `it reaches ${job.pieces.length} pieces of code, more than the ${MAX_PIECES} that are watched`
        : 'the manifest says nothing of its code';
    return { kind: 'not-simulated', reason };
  });
}

/** Makes stored cells again that the new proofs would spare. */
function remakeProven(
  judged: readonly NewVersion[],
  index: ReadonlyMap<string, readonly RegisteredVersion[]>,
  ports: PreflightPorts,
): Promise<ReadonlyMap<string, Remade>> {
  const { computations } = ports.manifest;
  const believed = new Map(index);
  const proven = judged.filter(({ registration }) =>
    registration.comparisons.some(({ verdict }) => verdict === 'SAME'),
  );
  for (const { computation, version } of proven)
    believed.set(computation, withVersion(believed.get(computation) ?? [], version));
  const { equivalents } = reportOf(ports.manifest, believed, new Set());
  const names = new Set(proven.map(({ computation }) => computation));
  const entries = computations.filter(({ name }) => names.has(name));
  return remake(entries, equivalenceClasses(equivalents, computations), ports);
}

function reportOf(
  manifest: Manifest,
  index: ReadonlyMap<string, readonly RegisteredVersion[]>,
  simulated: ReadonlySet<string>,
  remade: ReadonlyMap<string, Remade> = new Map(),
): PreflightReport {
  const verdicts: ComputationVerdict[] = [];
  const equivalents = new Map<string, readonly Hash[]>();
  for (const entry of manifest.computations) {
    const version = versionOf(entry, index);
    if (version === undefined) continue;
    if (version.equivalents.length > 0) equivalents.set(entry.name, version.equivalents);
    const { verdict, against, reason, pieces, covered, uncovered, nondeterminism } = version;
    verdicts.push({
      computation: entry.name,
      simulated: simulated.has(entry.name),
      verdict,
      ...(against === undefined ? {} : { against }),
      reason,
      pieces,
      covered,
      ...(uncovered === undefined ? {} : { uncovered }),
      ...(nondeterminism === undefined ? {} : { nondeterminism }),
    });
  }
  const left = manifest.computations.length - verdicts.length;
  const sum = (what: 'cells' | 'reads'): number => [...remade.values()].reduce((all, each) => all + each[what], 0);
  return {
    verdicts,
    simulated: simulated.size,
    left,
    remade: { cells: sum('cells'), reads: sum('reads') },
    equivalents,
  };
}
