/** The largest graph that is taken: beyond it a cell would not fit its document, or a night its hours. Pure. */
import { UserError } from '../../errors.ts';
import { inputIdOf, type ManifestComputation } from './manifest.ts';

/** Computations of a project; `npm run bench -- graph` measures their night. */
export const MAX_COMPUTATIONS = 10_000;

/** What a cell says of its inputs, beside a result of 900,000 bytes and its errors: Firestore takes 1 MiB a document. */
export const MAX_INPUT_BYTES = 100_000;

/** Of one input, beside its name, which stands in the vector and in the reason: its hash, and how both are stored. */
const HASH_BYTES = 20;

/** What a cell of it says of its inputs, in bytes of its document. */
export const inputBytes = ({ needs }: Pick<ManifestComputation, 'needs'>): number =>
  needs.reduce((sum, need) => sum + 2 * Buffer.byteLength(inputIdOf(need)) + HASH_BYTES, 0);

/** @throws {UserError} BAD_DEFINITION */
export function assertWithinGraphLimits(
  computations: readonly Pick<ManifestComputation, 'name' | 'module' | 'line' | 'needs'>[],
): void {
  if (computations.length > MAX_COMPUTATIONS)
    throw new UserError(
      'BAD_DEFINITION',
      `The project has ${computations.length} computations, and Daymill takes ${MAX_COMPUTATIONS}. Divide it into projects, ` +
        'each with a Firestore database of its own; or let one computation make what many do, entity by entity.',
    );
  for (const { name, module, line, needs } of computations) {
    const bytes = inputBytes({ needs });
    if (bytes <= MAX_INPUT_BYTES) continue;
    throw new UserError(
      'BAD_DEFINITION',
      `${module}:${line}: ${name} needs ${needs.length} things, whose names and hashes take ${bytes} bytes of each result; ` +
        `there is room for ${MAX_INPUT_BYTES}, which are about ${Math.floor((MAX_INPUT_BYTES * needs.length) / bytes)} of them. ` +
        'Let some computations gather what it reads, and read those.',
    );
  }
}
