/** What a sandbox is asked, and what it answers. */
import type { CodePiece } from '../model/code-piece.ts';
import type { Beside, JoinedEntry } from '../execution/join-by-key.ts';
import type { Day } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';
import type { ManifestComputation } from '../model/manifest.ts';
import type { Literals } from './scene.ts';

export interface SimulationJob {
  readonly entry: ManifestComputation;
  readonly pieces: readonly CodePiece[];
  /** Mixed into the fabricated values: first the code's own, then those of older versions that it is compared with. */
  readonly literals: readonly Literals[];
  /** Days as they are stored, to be made again. */
  readonly real?: readonly RealDay[];
}

/** What a cell reads, as it is stored. */
export interface RealDay {
  readonly date: Day;
  readonly inputs: Readonly<Record<string, unknown>>;
  /** Of the dataset that it streams; empty where it streams none. */
  readonly entities: readonly JoinedEntry[];
  /** What it is given of what stands beside them. */
  readonly beside: readonly Beside[];
}

/** What a sandbox is told first: content hashes of the modules that it may load. */
export interface PlannedFiles {
  readonly files: Readonly<Record<string, Hash>>;
}

/** What a computation did on the inputs that one set of literals gives. */
export interface Observation {
  /** Of the fabricated inputs. */
  readonly inputs: Hash;
  /** One hash a day, run together; see `DAY_HASH_LENGTH`. */
  readonly days: string;
}

export interface Simulation {
  /** In the order of the job's literals. */
  readonly observations: readonly Observation[];
  /** Of the first observation: pieces that did not run as a whole, by index in the job, and the line of the first code that did not run. */
  readonly uncovered: Readonly<Record<number, number>>;
  /** The same of conditions that only came out one way. */
  readonly oneSided: Readonly<Record<number, number>>;
  /** Of the real days, in their order: the hash of the result, or what it failed with. */
  readonly results: readonly string[];
  /** Why the same code on the same inputs need not do the same. */
  readonly nondeterminism: string | undefined;
}

export type SimulationAnswer =
  | ({ readonly kind: 'simulated' } & Simulation)
  | { readonly kind: 'not-simulated'; readonly reason: string };

/** `spoilt`: the sandbox must not be used again. `hung`: nor is the computation to be tried again. */
export interface SandboxAnswer {
  readonly answer: SimulationAnswer;
  readonly state: 'fine' | 'spoilt' | 'hung';
}
