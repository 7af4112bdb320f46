/** Which files are Daymill's own: all of its source folder, or of what is built from it, but the computations that it brings along. */
import { readdirSync, statSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { type Hash, hashOfParts } from '../../values/hash.ts';

const OWN = resolve(import.meta.dirname, '../..');
const BUNDLED = join(OWN, 'computations', sep);

/** What it takes to define computations and to make a manifest of them: a manifest that other code of these made is not this one. */
export const MAKER_FOLDERS = ['values', 'mill/model', 'mill/manifest'] as const;

/** What it takes to read rows of files. */
export const READER_FOLDERS = ['values', 'process', 'mill/model', 'mill/sources'] as const;

/** Another one when a file of these folders of ours is another, as far as the file system tells. */
export const ownStamp = (folders: readonly string[]): Hash =>
  hashOfParts(
    folders.flatMap((folder) =>
      readdirSync(join(OWN, folder)).map((file) => {
        const { size, mtimeMs, ctimeMs } = statSync(join(OWN, folder, file));
        return `${file} ${size} ${mtimeMs} ${ctimeMs}`;
      }),
    ),
  );

/** `path` is absolute, symbolic links followed. */
export const isOwn = (path: string): boolean => path.startsWith(join(OWN, sep)) && !path.startsWith(BUNDLED);
