/** `daymill/client`: what computations found, for an application that reads it. */
import { openFirestore } from '../google/firestore-client.ts';
import { firestoreArtifacts } from '../google/mill/firestore-artifacts.ts';
import { readWhole } from '../mill/ports/read-whole.ts';
import type { CellError } from '../mill/model/cell.ts';
import type { Computation } from '../mill/model/computation.ts';
import type { StoredArtifact } from '../mill/ports/artifacts.ts';
import { Day } from '../values/date.ts';
import { UserError } from '../errors.ts';

export interface ResultsOptions {
  /** Google's own detection when absent: GOOGLE_CLOUD_PROJECT, credentials, or the metadata server. */
  readonly project?: string;
  /** Of Firestore: the deployment's name unless it was given another (default `daymill`); of the local cloud `(default)`. */
  readonly database?: string;
}

/** What a computation found on a day. */
export interface Result<T> {
  readonly date: Day;
  readonly value: T;
  /** Of the value: the same as long as it is the same. For an ETag, say. */
  readonly hash: string;
  /** Why the attempts since then failed; undefined when none did. The value is then the last good one. */
  readonly failedSince: Pick<CellError, 'code' | 'message'> | undefined;
}

/** The type of a result by entity: what `perEntity` gave for each. */
type ByEntity<V> = Computation<Readonly<Record<string, V>>>;

export interface Results {
  /** A read; more for a result in shards. Undefined when that day was never made. @throws {UserError} BAD_DATE */
  read<T>(computation: Computation<T>, date: Day): Promise<Result<T> | undefined>;
  /** One entity's, which costs one read, or two of a large result, however many entities there are. */
  entity<V>(computation: ByEntity<V>, date: Day, id: string): Promise<V | undefined>;
  /** In the order of their ids, read as they are asked for: a result of a million entities passes through little memory. */
  entities<V>(computation: ByEntity<V>, date: Day): AsyncIterable<readonly [id: string, value: V]>;
  close(): Promise<void>;
}

/**
 * Opens the results of a deployed project, or with FIRESTORE_EMULATOR_HOST those of a local cloud. They are read as they are stored, whatever the code says
 * today: a day that is yet to be made again has the value of the code before.
 */
export function openResults({ project, database = 'daymill' }: ResultsOptions = {}): Results {
  const db = openFirestore({ projectId: project, databaseId: database });
  const artifacts = firestoreArtifacts(db, { now: () => Date.now() }, neverInFiles);
  const find = ({ name }: { readonly name: string }, date: Day) =>
    artifacts.lastGood({ computation: name, date: checked(date) });
  return {
    async read<T>(computation: Computation<T>, date: Day) {
      const found = await find(computation, date);
      if (found === undefined) return undefined;
      const { artifact, failedSince } = found;
      return { date, value: (await readWhole(artifact)) as T, hash: artifact.hash, failedSince };
    },
    async entity<V>(computation: ByEntity<V>, date: Day, id: string) {
      const found = await find(computation, date);
      const part = await keyed(found?.artifact, computation)?.partWith(id);
      return part?.entries().find(([key]) => key === id)?.[1] as V | undefined;
    },
    async *entities<V>(computation: ByEntity<V>, date: Day) {
      const found = await find(computation, date);
      for await (const part of keyed(found?.artifact, computation)?.parts() ?? [])
        yield* part.entries() as readonly (readonly [string, V])[];
    },
    close: () => db.terminate(),
  };
}

// eslint-disable-next-line require-yield
async function* neverInFiles(): AsyncGenerator<never> {
  throw new Error('a result lies in no files');
}

function checked(date: Day): Day {
  if (Day.safeParse(date).success) return date;
  throw new UserError('BAD_DATE', `"${date}" is not a day. Write it as 2024-01-05.`);
}

function keyed(artifact: StoredArtifact | undefined, { name }: { readonly name: string }): StoredArtifact | undefined {
  if (artifact === undefined || artifact.keyed) return artifact;
  throw new UserError('BAD_ARGUMENT', `${name} has one result a day and no entities. Ask with read.`);
}
