/** A clone of Daymill is a project, too: one whose computations are those that Daymill brings along. */
import { existsSync, realpathSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder that Daymill's source lies in; of what is installed, the one that it was built into. */
export const OWN = resolve(import.meta.dirname, '../..');

/** Whether the project is Daymill itself, from source. */
export const isClone = (root: string): boolean =>
  existsSync(join(OWN, 'functions/main.ts')) && existsSync(root) && realpathSync(root) === OWN;
