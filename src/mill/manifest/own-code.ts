/** Which files are Daymill's own: all of its source folder, or of what is built from it, but the computations that it brings along. */
import { join, resolve, sep } from 'node:path';

const OWN = resolve(import.meta.dirname, '../..');
const BUNDLED = join(OWN, 'computations', sep);

/** What it takes to define computations and to make a manifest of them: a manifest that other code of these made is not this one. */
export const MAKER_FOLDERS = ['values', 'mill/model', 'mill/manifest'].map((folder) => join(OWN, folder));

/** `path` is absolute, symbolic links followed. */
export const isOwn = (path: string): boolean => path.startsWith(join(OWN, sep)) && !path.startsWith(BUNDLED);
