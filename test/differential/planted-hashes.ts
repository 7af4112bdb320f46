/** Hashes of code that are known to be sound or unsound, to test the differential test by. */
import { hashOfParts } from '../../src/values/hash.ts';
import type { CodeHash } from './judge.ts';

const ofFiles = (name: string, counts: (path: string, module: string) => boolean): CodeHash => ({
  name,
  of: ({ files, module }) =>
    hashOfParts(
      Object.keys(files)
        .filter((path) => counts(path, module))
        .sort()
        .flatMap((path) => [path, files[path] ?? '']),
    ),
});

/** Sound, and changed by anything. */
export const OF_BYTES = ofFiles('every byte', () => true);
/** Blind to whatever is imported. */
export const OF_ENTRY = ofFiles('the entry alone', (path, module) => path === module);
/** Believes that what is installed never changes. */
export const OF_OWN_FILES = ofFiles('the author’s files', (path) => !path.startsWith('node_modules/'));
/** Believes that modules alone hold code. */
export const OF_TYPESCRIPT = ofFiles('TypeScript alone', (path) => path.endsWith('.ts'));
