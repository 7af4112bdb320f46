/** The author's code: loaded, simulated, and what is known of its versions. */
import type { Computation } from '../model/computation.ts';
import type { Dataset } from '../model/dataset.ts';
import type { ManifestComputation, ManifestDataset } from '../model/manifest.ts';
import type { RegisteredVersion, Registration } from '../model/registration.ts';
import type { SimulationAnswer, SimulationJob } from '../simulation/simulation-job.ts';

/** The author's code, loaded by manifest entry. */
export interface Definitions {
  computation(entry: ManifestComputation): Promise<Computation>;
  dataset(entry: ManifestDataset): Promise<Dataset>;
}

/** A version of a computation's code that is new to the registry. */
export interface NewVersion {
  readonly computation: string;
  readonly registration: Registration;
  readonly version: RegisteredVersion;
}

/** Versions of computations: what their code did on fabricated inputs, and which of them do the same. The newest few are kept. */
export interface Registry {
  /** Of all computations, oldest version first. One read, however many there are. */
  index(): Promise<ReadonlyMap<string, readonly RegisteredVersion[]>>;
  /** One read each, oldest version first; nothing for a computation that was never registered. */
  versions(computations: readonly string[]): Promise<ReadonlyMap<string, readonly Registration[]>>;
  /** A version that is there already is replaced, and keeps its equivalents. */
  register(versions: readonly NewVersion[]): Promise<void>;
}

export interface Simulations {
  /** Why nothing is ever simulated here; absent where it is. */
  readonly unavailable?: string;
  /** In the order of the jobs; what cannot be simulated is an answer. Undefined for those that there was no time left for. */
  run(jobs: readonly SimulationJob[]): Promise<readonly (SimulationAnswer | undefined)[]>;
}
