/** The modules in which definitions are looked for. */
import { globSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../errors.ts';

/** A folder, or several: what lies in two of them is there once. */
export type Directories = string | readonly string[];

/**
 * Absolute paths of the modules below the directories that may define something, sorted.
 * @throws {UserError} MISSING_FILE
 */
export function modulesIn(root: string, directories: Directories): string[] {
  const each = typeof directories === 'string' ? [directories] : directories;
  return [...new Set(each.flatMap((directory) => modulesBelow(root, directory)))].sort();
}

function modulesBelow(root: string, directory: string): string[] {
  const folder = join(root, directory);
  if (!statSync(folder, { throwIfNoEntry: false })?.isDirectory()) {
    throw new UserError('MISSING_FILE', `There is no folder ${folder} to look for computations in.`);
  }
  return globSync('**/*.ts', { cwd: folder })
    .filter((file) => !/(\.test|\.d)\.ts$|(^|\/)node_modules\//.test(file))
    .map((file) => join(folder, file));
}
