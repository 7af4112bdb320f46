/** Days of root datasets: loaded, indexed, and as far as which file has been read. */
import type { Artifact, FilesArtifact } from '../model/artifact.ts';
import type { MissingData } from '../model/completeness.ts';
import type { LoadedBy } from '../planning/loaded-by.ts';
import type { Day } from '../../values/date.ts';
import type { Hash } from '../../values/hash.ts';

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
  /** Remembers the days of these datasets, and that their changes were seen. False when another indexer was faster: what is not remembered is looked at again. */
  markSeen(known: ReadonlyMap<string, KnownDays>): Promise<boolean>;
}

/** How far a dataset's file, or what its generator makes, has been loaded. */
export interface LoadMark {
  /** Or `its generator`. */
  readonly file: string;
  /** Of the file's bytes and the code that parses them, or of the code that generates. */
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
    days: readonly { readonly date: Day; readonly artifact: Artifact | FilesArtifact; readonly generation: string }[],
  ): Promise<void>;
  /** The days that are there, with the hashes of their content. Reads what has changed since they were indexed, not the days. */
  days(dataset: string): Promise<ReadonlyMap<Day, Hash>>;
  /** Days from one to another, both included, that are there; one read each. `changedMs`: when it was written. */
  counted(
    dataset: string,
    from: Day,
    to: Day,
  ): Promise<{ readonly date: Day; readonly count: number; readonly changedMs: number | undefined }[]>;
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
