/** Bundled computations as files of a fixture project, as `daymill init` puts them there. */
import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const COMPUTATIONS = resolve(import.meta.dirname, '../../src/computations');

/** By their path in the project. */
export const bundledComputations = (folders: readonly string[]): Record<string, string> =>
  Object.fromEntries(
    folders.flatMap((folder) =>
      readdirSync(join(COMPUTATIONS, folder)).map((file) => [
        `computations/${folder}/${file}`,
        readFileSync(join(COMPUTATIONS, folder, file), 'utf8').replaceAll("'../../index.ts'", "'daymill'"),
      ]),
    ),
  );
