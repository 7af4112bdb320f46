/** Counts the documents that are read for a cell, so that planning can say what the next one will cost. */
import type { Artifacts, StoredArtifact } from './ports.ts';

export interface CountedArtifacts {
  readonly artifacts: Artifacts;
  /** Documents read since it was last asked. */
  take(): number;
}

/** What is remembered costs nothing; the shards of an artifact are read whenever its parts are. */
export function countReads(artifacts: Artifacts): CountedArtifacts {
  let reads = 0;
  const counted = (stored: StoredArtifact): StoredArtifact =>
    stored.shards === 0
      ? stored
      : {
          ...stored,
          async *parts() {
            for await (const part of stored.parts()) {
              reads++;
              yield part;
            }
          },
        };
  return {
    artifacts: {
      ...artifacts,
      async read(places) {
        reads += places.length;
        return (await artifacts.read(places)).map((stored) => (stored === undefined ? undefined : counted(stored)));
      },
      recall(place) {
        const stored = artifacts.recall(place);
        return stored === undefined ? undefined : counted(stored);
      },
    },
    take() {
      const taken = reads;
      reads = 0;
      return taken;
    },
  };
}
