/** Values of windows, decoded once for all cells of an attempt: of days that follow each other each reads all but one of the other's. */
import { freeze } from '../../execution/freeze.ts';
import type { StoredArtifact } from '../../ports/artifacts.ts';
import { readWhole } from '../../ports/read-whole.ts';

/** JSON that is kept decoded, before compression; as objects it takes several times that. */
const DECODED_BYTES = 4 * 1_048_576;

/** One that is larger is decoded for each cell: there is not much to be saved, and much to be kept. */
const VALUE_BYTES = 64 * 1_024;

export interface Decoded {
  /** The value that an artifact of this content was decoded to; undefined where it is not kept. */
  recall(artifact: StoredArtifact): { readonly value: unknown } | undefined;
  /** Frozen: see docs/decisions/0038-seed-and-one-pass.md. */
  read(artifact: StoredArtifact): Promise<unknown>;
}

export function decodedValues(): Decoded {
  const kept = new Map<string, { readonly value: unknown; readonly bytes: number }>();
  let bytes = 0;
  return {
    recall: (artifact) => kept.get(contentOf(artifact)),
    async read(artifact) {
      const value = await readWhole(artifact);
      freeze(value);
      if (artifact.rawBytes > VALUE_BYTES || kept.has(contentOf(artifact))) return value;
      kept.set(contentOf(artifact), { value, bytes: artifact.rawBytes });
      bytes += artifact.rawBytes;
      // Windows move on: what came first is left first.
      for (const [content, oldest] of kept) {
        if (bytes <= DECODED_BYTES) break;
        kept.delete(content);
        bytes -= oldest.bytes;
      }
      return value;
    },
  };
}

const contentOf = ({ keyed, hash }: StoredArtifact): string => (keyed ? `keyed ${hash}` : hash);
