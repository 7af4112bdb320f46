/**
 * Real days: before a proof is believed, a few of the cells that it would spare are made again by the new code in the sandbox, on
 * their stored inputs. What the older code made of the same inputs is stored: it needs no older code to compare with.
 */
import { isDeepStrictEqual } from 'node:util';
import { codeOf } from '../../../errors.ts';
import { cellName } from '../../model/cell.ts';
import type { Day } from '../../../values/date.ts';
import type { Hash } from '../../../values/hash.ts';
import type { Manifest, ManifestComputation } from '../../model/manifest.ts';
import { fingerprintHash } from '../../model/vector.ts';
import { daysOfSet, unite } from '../../planning/day-set.ts';
import { daysThatDiffer } from '../../planning/days-that-differ.ts';
import type { PlannedCell } from '../../planning/plan.ts';
import { MAX_REAL_BYTES, MAX_REAL_CELLS } from '../../simulation/limits.ts';
import type { RealDay, SimulationJob } from '../../simulation/simulation-job.ts';
import { loadInputs, sharedBeside, streamEntities } from '../work/load-inputs.ts';
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import type { Simulations } from '../../ports/code.ts';
import type { Planning } from '../../ports/planning.ts';
import { survey } from '../dispatch/survey.ts';

export interface RealDaysPorts {
  readonly manifest: Manifest;
  readonly planning: Planning;
  readonly artifacts: Artifacts;
  readonly simulations: Simulations;
}

/** Of one computation. */
export interface Remade {
  /** Cells that were made again. */
  readonly cells: number;
  /** Of those that were chosen, how many have inputs too large to be made again so. */
  readonly tooLarge: number;
  /** Documents that this took. */
  readonly reads: number;
  /** The first day, and what became of it, where the new code made something else. */
  readonly differing: { readonly date: Day; readonly what: string } | undefined;
  /** Why they could not be made again, though there were some. */
  readonly impossible: string | undefined;
}

/**
 * By computation; `equivalents` are the proofs as they would be told to the planner, and hold for what is asked for here only.
 * @throws {RetryableError} CONTENTION, UNAVAILABLE
 */
export async function remake(
  computations: readonly ManifestComputation[],
  equivalents: ReadonlyMap<string, readonly Hash[]>,
  ports: RealDaysPorts,
): Promise<ReadonlyMap<string, Remade>> {
  if (computations.length === 0) return new Map();
  const snapshot = await ports.planning.load();
  const made = unite(...computations.map(({ name }) => snapshot.standings.get(name)?.made ?? []));
  const [from, to] = [daysOfSet(made)[0], daysOfSet(made).at(-1)];
  if (from === undefined || to === undefined) return new Map();
  const surveyed = await survey(
    { from, to, foreseen: (state) => ({ ...state, equivalents }) },
    { manifest: ports.manifest, planning: ports.planning },
    snapshot,
  );
  const remade = new Map<string, Remade>();
  for (const entry of computations) {
    const days = daysThatDiffer(daysOfSet(surveyed.plan.daysWith(entry.name, 'STABLE')), MAX_REAL_CELLS);
    if (days.length === 0) continue;
    const cells = await surveyed.audited(days.map((date) => ({ computation: entry.name, date })));
    remade.set(entry.name, await remakeCells(entry, cells, ports));
  }
  return remade;
}

interface Case {
  readonly day: RealDay;
  /** Hash of the stored result. */
  readonly expected: Hash;
}

async function remakeCells(
  entry: ManifestComputation,
  cells: readonly PlannedCell[],
  { artifacts, simulations }: RealDaysPorts,
): Promise<Remade> {
  const counting = countReads(artifacts);
  const cases: Case[] = [];
  let tooLarge = 0;
  let bytes = 0;
  for (const cell of cells) {
    const found = await caseOf(entry, cell, counting.artifacts, MAX_REAL_BYTES - bytes).catch((thrown: unknown) => {
      // Whoever makes the cell next says what is lost.
      if (codeOf(thrown) !== 'INPUT_LOST') throw thrown;
      return undefined;
    });
    if (found === 'too large') tooLarge++;
    else if (found !== undefined) {
      cases.push(found.real);
      bytes += found.bytes;
    }
  }
  const nothing = { cells: 0, tooLarge, reads: counting.reads(), differing: undefined, impossible: undefined };
  if (cases.length === 0) return nothing;
  const job: SimulationJob = { entry, pieces: [], literals: [], real: cases.map(({ day }) => day) };
  const [answer] = await simulations.run([job]);
  if (answer === undefined) return { ...nothing, impossible: 'there was no time left to make stored cells again' };
  if (answer.kind === 'not-simulated') return { ...nothing, impossible: answer.reason };
  const at = cases.findIndex(({ expected }, index) => answer.results[index] !== expected);
  const differs = cases[at];
  return {
    ...nothing,
    cells: cases.length,
    differing: differs && { date: differs.day.date, what: answer.results[at] ?? 'nothing' },
  };
}

/** Undefined where there is nothing to compare with: it failed, or what it read has changed since. */
async function caseOf(
  entry: ManifestComputation,
  { decision: { date }, settled, reads }: PlannedCell,
  artifacts: Artifacts,
  bytesLeft: number,
): Promise<{ readonly real: Case; readonly bytes: number } | 'too large' | undefined> {
  if (settled?.status !== 'COMPLETED') return undefined;
  const fingerprint = fingerprintHash(entry.fingerprint);
  const cell = {
    computation: entry.name,
    date,
    fingerprint,
    reason: `proof of ${cellName({ computation: entry.name, date })}`,
    reads,
    inputs: {},
  };
  const [loaded] = await loadInputs([{ computation: entry, cell }], artifacts);
  if (loaded === undefined || !('hashes' in loaded)) return undefined;
  if (!isDeepStrictEqual(loaded.hashes, settled.vector.inputs)) return undefined;
  if (loaded.rawBytes > bytesLeft) return 'too large';
  const { entities } = loaded;
  const beside = sharedBeside([loaded]);
  return {
    real: {
      day: {
        date,
        inputs: await loaded.values(),
        entities:
          entities === undefined ? [] : (await Array.fromAsync(streamEntities(entities, beside.artifacts))).flat(),
        beside: beside.of(loaded),
      },
      expected: settled.resultHash,
    },
    bytes: loaded.rawBytes,
  };
}

/** A document a place; shards are read on top of it. */
function countReads(artifacts: Artifacts): { readonly artifacts: Artifacts; reads(): number } {
  let reads = 0;
  return {
    reads: () => reads,
    artifacts: {
      ...artifacts,
      async read(places) {
        reads += places.length;
        return (await artifacts.read(places)).map((artifact) => artifact && counted(artifact, () => reads++));
      },
    },
  };
}

const counted = (artifact: StoredArtifact, count: () => void): StoredArtifact => ({
  ...artifact,
  async *parts() {
    for await (const part of artifact.parts()) {
      if (artifact.sharded) count();
      yield part;
    }
  },
});
