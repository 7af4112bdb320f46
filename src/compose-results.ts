/** Where the wings meet: what the mill has made is a thing that the meter is asked for. */
import { statSync } from 'node:fs';
import type { Firestore } from '@google-cloud/firestore';
import type { Config } from './config/config.ts';
import { firestoreArtifacts } from './google/mill/firestore-artifacts.ts';
import { readManifest } from './mill/manifest/read-manifest.ts';
import type { Manifest } from './mill/model/manifest.ts';
import type { StoredArtifact } from './mill/ports/artifacts.ts';
import { readWhole } from './mill/ports/read-whole.ts';
import type { Result, ResultComputation, Results } from './meter/ports/results.ts';

/** A collected day's pattern: see mill/model/file-pattern.ts. */
const COLLECTED = 'collected://';

/** The manifest is read when it is another: on a laptop it is written anew with each change of the code. */
export function composeResults({ manifestFile }: Pick<Config, 'manifestFile'>, db: Firestore): Results {
  let known: { readonly changedMs: number; readonly computations: ReadonlyMap<string, ResultComputation> } | undefined;
  const artifacts = firestoreArtifacts(db, { now: () => Date.now() }, neverInFiles);
  const computations = (): ReadonlyMap<string, ResultComputation> => {
    const { mtimeMs } = statSync(manifestFile, { throwIfNoEntry: false }) ?? {};
    if (mtimeMs === undefined) return new Map();
    if (known?.changedMs !== mtimeMs)
      known = { changedMs: mtimeMs, computations: computationsOf(readManifest(manifestFile)) };
    return known.computations;
  };
  return {
    computations: () => Promise.resolve(computations()),
    async read(computation, day) {
      const found = await artifacts.lastGood({ computation, date: day });
      const keyed = computations().get(computation)?.keyed ?? false;
      return found === undefined ? undefined : resultOf(found.artifact, keyed);
    },
  };
}

/** A result lies in Firestore. */
// eslint-disable-next-line require-yield
async function* neverInFiles(): AsyncGenerator<never> {
  throw new Error('a result lies in no files');
}

function computationsOf({ computations, datasets }: Manifest): Map<string, ResultComputation> {
  const collected = new Set(
    datasets.filter(({ files }) => files?.pattern.startsWith(COLLECTED)).map(({ name }) => name),
  );
  const found = new Map<string, ResultComputation>();
  // In an order in which everything comes after what it reads.
  for (const { name, description, keyed, needs } of computations) {
    const isCollected = needs.some((need) => 'of' in need && collected.has(need.of));
    if (isCollected) collected.add(name);
    found.set(name, { name, description, keyed, isCollected });
  }
  return found;
}

const resultOf = (artifact: StoredArtifact, keyed: boolean): Result => ({
  hash: artifact.hash,
  count: artifact.count,
  async *entries(after = '') {
    if (!keyed) yield [['', await readWhole(artifact)]];
    else
      for await (const part of artifact.parts()) {
        const entries = part.entries().filter(([id]) => id > after || after === '');
        if (entries.length > 0) yield entries;
      }
  },
  async entity(id) {
    const part = await artifact.partWith(id);
    return part?.entries().find(([key]) => key === id)?.[1];
  },
});
