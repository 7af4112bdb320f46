/** What the steps need of the world, worded by the steps. `google/` has the implementations; `compose.ts` chooses them. */
import type { Artifact, ArtifactSummary, Part, Shard } from '../model/artifact.ts';
import type { CellError, CellKey, Settled } from '../model/cell.ts';
import type { MissingData } from '../model/completeness.ts';
import type { Computation } from '../model/computation.ts';
import type { Control } from '../model/control.ts';
import type { Dataset } from '../model/dataset.ts';
import type { Day } from '../model/date.ts';
import type { Because } from '../model/decision.ts';
import type { Distrust } from '../model/distrust.ts';
import type { Hash } from '../model/hash.ts';
import type { ManifestComputation, ManifestDataset } from '../model/manifest.ts';
import type { MemoryBook } from '../model/memory-book.ts';
import type { TaskMessage } from '../model/message.ts';
import type { Place } from '../model/place.ts';
import type { Registration, RegisteredVersion } from '../model/registration.ts';
import type { Run } from '../model/run.ts';
import type { ShardEntry } from '../model/shard-entry.ts';
import type { MemoryReading, Task, Telemetry } from '../model/task.ts';
import type { Vector } from '../model/vector.ts';
import type { OpenRun } from '../planning/fold.ts';
import type { LoadedBy } from '../planning/loaded-by.ts';
import type { Missing, ShelfContent } from '../planning/shelf.ts';
import type { DatasetStanding, Standing } from '../planning/standing.ts';
import type { SimulationAnswer, SimulationJob } from '../simulation/simulation-job.ts';

export interface Clock {
  now(): number;
}

/** Structured, in Cloud Logging's shape; `event` names what happened for programs. */
export interface Log {
  debug(fields: Record<string, unknown>, message: string): void;
  info(fields: Record<string, unknown>, message: string): void;
  warn(fields: Record<string, unknown>, message: string): void;
  error(fields: Record<string, unknown>, message: string): void;
}

export interface StoredArtifact extends ArtifactSummary {
  /** Whether each part is a document of its own. */
  readonly sharded: boolean;
  /** Its parts in key order, read as they are asked for. */
  parts(): AsyncIterable<Part>;
  /** The one part that can hold `key`, so that one entity costs one shard. */
  partWith(key: string): Promise<Part | undefined>;
}

export interface Artifacts {
  /** In the order of `places`; undefined where there is nothing, or nothing complete. One round trip. */
  read(places: readonly Place[]): Promise<(StoredArtifact | undefined)[]>;
  /** For people: the last good result of a cell, and why the attempts since then failed. */
  lastGood(
    cell: CellKey,
  ): Promise<{ readonly artifact: StoredArtifact; readonly failedSince: CellError | undefined } | undefined>;
  /** What was read or written here before, without looking whether it is still so: compare its hash with the planned one. */
  recall(place: Place): StoredArtifact | undefined;
  /** Remembers what was just committed. */
  remember(place: Place, artifact: Artifact): void;
  /** Writes a part ahead of its artifact. It is invisible until a cell or a day points to it. */
  writeShard(place: Place, generation: string, part: Part, index: number): Promise<Shard>;
}

/** An entry of the registry, as it was read. */
export interface RegisteredShards {
  readonly place: Place;
  readonly entry: ShardEntry;
  /** Of the entry; the registry's own. */
  readonly version: unknown;
}

/** Places that have, or had, artifacts in shards. */
export interface ShardRegistry {
  /** Those that are to be looked at, the longest due first. */
  due(nowMs: number, limit: number): Promise<RegisteredShards[]>;
  /** The generation that each place points to, in their order; undefined where nothing is shown. */
  pointed(places: readonly Place[]): Promise<(string | undefined)[]>;
  /** Answers how many there were. */
  deleteShards(place: Place, generation: string): Promise<number>;
  /** Undefined removes it. False when shards were written there since: it is due again, and looked at then. */
  save(registered: RegisteredShards, entry: ShardEntry | undefined): Promise<boolean>;
}

/** How a cell was made, kept beside its result for people. */
export interface CellRecord {
  readonly runId: string;
  readonly taskId: string;
  readonly attempt: number;
  /** Why it ran, in words and as data. */
  readonly reason: string;
  readonly because?: Because;
  readonly finishedMs: number;
  readonly seconds: number;
  readonly entities: number;
  readonly failedEntities: number;
  readonly errors: readonly { readonly id: string; readonly message: string }[];
  /** What people should look at although the cell completed. */
  readonly warnings?: readonly string[];
}

export type CellWrite = CellKey & {
  readonly vector: Vector;
  readonly record: CellRecord;
} & (
    | { readonly status: 'COMPLETED'; readonly artifact: Artifact; readonly generation: string }
    | { readonly status: 'FAILED'; readonly error: CellError }
  );

/** A cell as it is stored, without its result. */
export interface StoredCell extends CellKey {
  readonly status: 'COMPLETED' | 'FAILED' | 'IMPOSSIBLE';
  readonly vector: Vector | undefined;
  readonly summary: ArtifactSummary | undefined;
  readonly error: CellError | undefined;
  readonly record: CellRecord | undefined;
}

export interface Cells {
  read(cells: readonly CellKey[]): Promise<(StoredCell | undefined)[]>;
  /** How many days of a computation have a result, for one read a thousand … */
  countMade(computation: string): Promise<number>;
  /** … and which, for one read each. */
  daysMade(computation: string): Promise<Day[]>;
}

/** A task under our lease. Every write is refused once somebody else holds it (LEASE_LOST), whatever the network did to the answers. */
export interface HeldTask {
  readonly task: Task;
  /** Touches telemetry and the lease's end only. */
  heartbeat(telemetry: Telemetry, untilMs: number): Promise<void>;
  /** Saves the task; with it, in one commit, cells, tasks that were split off, and the run's counts. */
  save(task: Task, change?: TaskChange): Promise<void>;
  /** Saves what `decide` makes of the task, for another worker to take; what this one may still want to write is refused from now on. */
  handBack(decide: (task: Task) => Task): Promise<void>;
}

/** What is committed with a task. */
export interface TaskChange {
  readonly cells?: readonly CellWrite[];
  /** Tasks split off from it, to be made. */
  readonly parts?: readonly Task[];
}

export interface Tasks {
  read(taskId: string): Promise<Task | undefined>;
  /** Ends leases that were taken before a time when all of their workers are known to be gone; answers how many there were. */
  expireLeases(takenBeforeMs: number): Promise<number>;
  /**
   * Reads the task and saves what `decide` makes of it over exactly that version, with the parts that were split off.
   * Answers the decision, with a hold on the task when it was saved.
   */
  claim<D extends { readonly save?: Task; readonly parts?: readonly Task[] }>(
    taskId: string,
    decide: (task: Task) => D,
  ): Promise<{ decision: D; held: HeldTask | undefined } | undefined>;
}

/** What people ask of runs and tasks; nothing that is decided reads it. */
export interface Ledger {
  /** Newest first. */
  runs(limit: number): Promise<Run[]>;
  tasksOf(runId: string): Promise<Task[]>;
  /** How many of a run's tasks failed, for one read. */
  failedTasks(runId: string): Promise<number>;
  /** Every task that is, or was, to make the cell; newest first. */
  tasksWith(cell: CellKey): Promise<Task[]>;
  /** Those that nobody has replayed or dropped; oldest first. */
  deadLetters(): Promise<Task[]>;
}

/** What people have stopped. */
export interface Controls {
  read(): Promise<Control>;
  /** Saves what `decide` makes of it. A claim that was decided before is refused. */
  change(decide: (control: Control) => Control): Promise<Control>;
}

export interface Runs {
  /** With the number of tasks that are open now. */
  read(runId: string): Promise<Run | undefined>;
  /** The run of a task that has ended, if no other task of it is open. The cheap way to ask, once for each task. */
  readIfOver(task: Pick<Task, 'runId' | 'leaf'>): Promise<Run | undefined>;
  /** A person cancelled it. The first time holds. */
  markCancelled(runId: string, atMs: number): Promise<void>;
  /** Sets the count to zero, for a run all of whose tasks were read as terminal. False when it was zero by then. */
  repairCount(runId: string): Promise<boolean>;
  markPublished(runId: string, atMs: number): Promise<void>;
  /** Marks that the callback is being sent. False when somebody else was faster. */
  beginCallback(run: Run, atMs: number): Promise<boolean>;
  markCalledBack(runId: string, atMs: number): Promise<void>;
}

/** What planning reads, at one moment. */
export interface PlanningSnapshot {
  /** Raised by every change; a change made on an older snapshot is refused. */
  readonly sequence: number;
  readonly standings: ReadonlyMap<string, Standing>;
  readonly datasets: ReadonlyMap<string, DatasetStanding>;
  /** Computation to behaviours that were proven to be one, as of the last preflight: it holds that of the code which this was for. */
  readonly equivalents: ReadonlyMap<string, readonly Hash[]>;
  readonly distrusted: ReadonlyMap<string, Distrust>;
  /** The last night of the watch (see night-watch.ts). */
  readonly watched?: Day | undefined;
  readonly control: Control;
  /** As far as they were fetched. */
  readonly books: ShelfContent;
  /** Runs whose outcomes are not in the books yet, with their tasks. */
  readonly open: readonly OpenRun[];
}

/** What is left out stays as it is. */
export interface PlanningChange {
  /** Cells whose settled state changed; null when they are no longer settled. */
  readonly settled?: readonly { readonly cell: CellKey; readonly to: Settled | null }[];
  readonly standings?: ReadonlyMap<string, Standing>;
  readonly datasets?: ReadonlyMap<string, DatasetStanding>;
  /** All days of the datasets that changed. */
  readonly data?: ReadonlyMap<string, ReadonlyMap<Day, Hash>>;
  readonly equivalents?: ReadonlyMap<string, readonly Hash[]>;
  readonly distrusted?: ReadonlyMap<string, Distrust>;
  readonly watched?: Day;
  readonly closedRuns?: readonly string[];
  readonly memory?: MemoryBook;
  readonly claim?: { readonly run: Run; readonly tasks: readonly Task[] };
}

export interface Planning {
  /** Standings and open runs; no book. */
  load(): Promise<PlanningSnapshot>;
  /** Puts books into the snapshot. @throws {RetryableError} CONTENTION when they were written since. */
  fetch(snapshot: PlanningSnapshot, missing: Missing): Promise<void>;
  /** What tasks took before. Reads a document when it was written since the last look. @throws {RetryableError} as `fetch`. */
  memory(snapshot: PlanningSnapshot): Promise<MemoryBook>;
  /** Cells that went into the books after `sequence`; reads the books that were written since. */
  settledAfter(
    snapshot: PlanningSnapshot,
    sequence: number,
  ): Promise<{ readonly cell: CellKey; readonly settled: Settled }[]>;
  /** One commit. False when the state has moved on since the snapshot: load again and decide again. */
  commit(snapshot: PlanningSnapshot, change: PlanningChange): Promise<boolean>;
}

/** A day of a root dataset as the indexer sees it. */
export interface RootDay {
  readonly date: Day;
  /** Undefined when the day was removed. */
  readonly hash: Hash | undefined;
  /** Entities; 1 for a document. */
  readonly count: number;
}

/** Days of a dataset that are there: open when nothing is missing, else waiting. */
export type KnownDays = ReadonlyMap<Day, { readonly hash: Hash; readonly missing: readonly MissingData[] }>;

/** Root data at one moment, beside what the indexer remembers of it. */
export interface RootDataLook {
  /** Whether nothing has changed since the last time, data and rules alike. */
  readonly isQuiet: boolean;
  of(dataset: string): {
    /** Days that changed since the last look that was marked as seen, at least; under another rule all days. */
    readonly days: readonly RootDay[];
    /** As the indexer left them. */
    readonly known: KnownDays;
    readonly sameRule: boolean;
  };
  /** Remembers the days of these datasets, and that their changes were seen. False when another indexer was faster: nothing is remembered. */
  markSeen(known: ReadonlyMap<string, KnownDays>): Promise<boolean>;
}

/** How far a dataset's file has been loaded. */
export interface LoadMark {
  readonly file: string;
  /** Of the file's bytes and the code that parses them. */
  readonly hash: string;
  readonly through: Day;
  /** A person loaded a file of their own with `daymill load`: the bundled file is left alone from then on. */
  readonly byHand?: boolean | undefined;
}

export interface RootData {
  readMark(dataset: string): Promise<LoadMark | undefined>;
  writeMark(dataset: string, mark: LoadMark): Promise<void>;
  /** By dataset; nothing for what was never loaded by hand. */
  loadsByHand(datasets: readonly string[]): Promise<ReadonlyMap<string, readonly LoadedBy[]>>;
  writeLoadsByHand(dataset: string, loads: readonly LoadedBy[]): Promise<void>;
  /** Each day whole, visible at once. */
  writeDays(
    dataset: string,
    days: readonly { readonly date: Day; readonly artifact: Artifact; readonly generation: string }[],
  ): Promise<void>;
  /** The days that are there, with the hashes of their content. Reads what has changed since they were indexed, not the days. */
  days(dataset: string): Promise<ReadonlyMap<Day, Hash>>;
  removeDays(dataset: string, days: readonly Day[]): Promise<void>;
  /** Days as they are stored, removed ones among them; one that is not there, or lacks a part, is left out. */
  inspect(dataset: string, days: readonly Day[]): Promise<RootDay[]>;
  /** `rule`: of how the dataset's days are checked. */
  changes(
    datasets: readonly { readonly dataset: string; readonly rule: Hash }[],
    /** Changed days of each dataset; all unless it is given. */
    atMost?: number,
  ): Promise<RootDataLook>;
}

export interface Queue {
  /** Answers when the service has taken every message. */
  publish(messages: readonly TaskMessage[]): Promise<void>;
}

export interface Callbacks {
  /** @throws {UserError} BAD_ARGUMENT for an address that is no callback endpoint of Workflows. */
  assertUrl(url: string): void;
  /** `gone`: nobody waits there any more, or somebody has called already. @throws {RetryableError} UNAVAILABLE @throws {UserError} as `assertUrl`. */
  send(url: string, body: unknown): Promise<'sent' | 'gone'>;
}

/** The author's code, loaded by manifest entry. */
export interface Definitions {
  computation(entry: ManifestComputation): Promise<Computation>;
  dataset(entry: ManifestDataset): Promise<Dataset>;
}

/** What this process takes, in MiB. */
export interface MemoryProbe {
  read(): MemoryReading;
  /** Resident memory alone, which is cheaper to ask for. */
  rssMB(): number;
  /** The highest resident memory since the process began. */
  highestRssMB(): number;
  /** Frees what earlier tasks have left behind, so that it is not taken for the next one's. Takes some ten milliseconds. */
  collectGarbage(): void;
}

/** Stops the process when it is still busy with a task at its deadline: a loop without an end cannot be stopped from inside. */
export interface Watchdog {
  watch(task: {
    readonly id: string;
    readonly token: string;
    /** The cell that the worker is on; absent when it is on several at once. */
    readonly cell?: CellKey | undefined;
    readonly deadlineMs: number;
    readonly what: string;
  }): { readonly done: () => void };
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
  /** In the order of the jobs; what cannot be simulated is an answer. Undefined for those that there was no time left for. */
  run(jobs: readonly SimulationJob[]): Promise<readonly (SimulationAnswer | undefined)[]>;
}
