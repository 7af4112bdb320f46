/** Modules that are started by their place and not imported: threads, processes, deployed functions. */
import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Its file, by a path without an extension from the module that asks: `.ts` from source, `.js` as built. `from` is `import.meta.url`. */
export const siblingUrl = (path: string, from: string): URL => new URL(`${path}${extname(fileURLToPath(from))}`, from);

export const siblingFile = (path: string, from: string): string => fileURLToPath(siblingUrl(path, from));
