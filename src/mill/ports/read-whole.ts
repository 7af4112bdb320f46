/** A stored artifact as one value. */
import { RetryableError } from '../../errors.ts';
import type { StoredArtifact } from './artifacts.ts';

/**
 * The artifact as the author's code sees it: the value, or when it is keyed a record that inherits nothing, so that
 * `record[id]` is undefined where there is no entity of that id, `constructor` as well.
 */
export async function readWhole(artifact: StoredArtifact): Promise<unknown> {
  if (!artifact.keyed) {
    for await (const part of artifact.parts()) return part.value();
    throw new RetryableError('INPUT_CHANGED', 'an artifact has no parts');
  }
  const record = Object.create(null) as Record<string, unknown>;
  for await (const part of artifact.parts()) for (const [key, value] of part.entries()) record[key] = value;
  return record;
}
