/** The worker's half of a fingerprint: a local module is loaded only when it is what the manifest hashed. */
import { readFileSync, realpathSync } from 'node:fs';
import { registerHooks } from 'node:module';
import { relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { TerminalError } from '../../errors.ts';
import { type Hash, hashOf } from '../../values/hash.ts';

/** By the real path of a project's folder: content hashes of its modules, by relative path. */
const planned = new Map<string, Readonly<Record<string, Hash>>>();

/**
 * From now on, importing a module of the project that is another than `files` says fails with CODE_CHANGED, wherever the import
 * stands, and so does the cell that asked for it. What `files` does not know is let through: of a computation that can reach such
 * a module the manifest says that it is untrusted. A second call for the same folder replaces the first.
 */
export function guardImports(root: string, files: Readonly<Record<string, Hash>> = {}): void {
  if (planned.size === 0) registerHooks({ load: refuseChanged });
  planned.set(realpathSync(root), files);
}

type LoadHook = NonNullable<Parameters<typeof registerHooks>[0]['load']>;

const refuseChanged: LoadHook = (url, context, next) => {
  const loaded = next(url, context);
  if (!url.startsWith('file:')) return loaded;
  const path = fileURLToPath(url);
  for (const [root, files] of planned) {
    if (!path.startsWith(`${root}${sep}`)) continue;
    const file = relative(root, path).split(sep).join('/');
    const expected = Object.hasOwn(files, file) ? files[file] : undefined;
    if (expected === undefined) continue;
    // Of CommonJS a loader may leave the reading to who runs it.
    const found = hashOf(loaded.source == null ? readFileSync(path) : bytesOf(loaded.source));
    if (found !== expected) throw changed(file, expected, found);
  }
  return loaded;
};

const bytesOf = (source: string | ArrayBuffer | NodeJS.TypedArray): string | Uint8Array =>
  typeof source === 'string'
    ? source
    : source instanceof ArrayBuffer
      ? new Uint8Array(source)
      : new Uint8Array(source.buffer, source.byteOffset, source.byteLength);

const changed = (file: string, expected: Hash, found: Hash): TerminalError =>
  new TerminalError(
    'CODE_CHANGED',
    `${file} is not what was planned (${expected} in the manifest, ${found} here), so nothing was made with it. ` +
      'Run again; of deployed functions, deploy them all together.',
  );
