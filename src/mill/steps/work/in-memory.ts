/** An artifact that was just made, as one that is read. */
import { storedPart } from '../../execution/artifact-codec.ts';
import type { Artifact, Part } from '../../model/artifact.ts';
import type { StoredArtifact } from '../../ports/artifacts.ts';

/** `shards`: what its parts are, of one that has them elsewhere. */
export function inMemory(artifact: Artifact, shards: readonly Part[] = []): StoredArtifact {
  const parts = 'parts' in artifact ? artifact.parts : shards;
  const { hash, keyed, count, rawBytes } = artifact;
  return {
    hash,
    keyed,
    count,
    rawBytes,
    sharded: false,
    async *parts() {
      for (const part of parts) yield storedPart(part);
    },
    async partWith(key) {
      const part = parts.find(({ first, last }) => first <= key && key <= last);
      return part && storedPart(part);
    },
  };
}
