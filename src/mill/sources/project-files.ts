/** Files of the project's own folder, on a laptop: a deployment has no data in it. */
import { createHash } from 'node:crypto';
import { createReadStream, type BigIntStats } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { StoredFile } from '../model/artifact.ts';
import type { FilePattern } from '../model/file-pattern.ts';
import { diskFile } from './disk-file.ts';
import type { OpenFile } from './stored-days.ts';

/** Files that are hashed at once. */
const AT_ONCE = 8;

/** In the order of their names; those that fit the pattern, for each is read whole to be hashed. */
export async function* listProjectFiles(root: string, pattern: FilePattern): AsyncGenerator<readonly StoredFile[]> {
  const names = await namesBelow(root, pattern);
  for (let start = 0; start < names.length; start += AT_ONCE)
    yield await Promise.all(names.slice(start, start + AT_ONCE).map((name) => storedFile(root, name)));
}

/** Undefined when it is gone, or another than it was. */
export async function openProjectFile(root: string, file: StoredFile): Promise<OpenFile | undefined> {
  const path = join(root, file.name);
  const before = await statOf(path);
  if (before?.isFile() !== true || Number(before.size) !== file.bytes) return undefined;
  if ((await md5Of(path)) !== file.hash) return undefined;
  const bytes = await diskFile(path, file.name);
  return {
    ...bytes,
    async isSame() {
      const after = await statOf(path);
      return after !== undefined && identity(after) === identity(before);
    },
  };
}

async function namesBelow(root: string, pattern: FilePattern): Promise<string[]> {
  const { prefix } = pattern;
  const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1);
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(
    (thrown: NodeJS.ErrnoException) => {
      if (thrown.code === 'ENOENT' || thrown.code === 'ENOTDIR') return [];
      throw thrown;
    },
  );
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => posix.join(...join(entry.parentPath, entry.name).slice(join(root, '/').length).split(/[/\\]/)))
    .filter((name) => pattern.dayOf(name) !== undefined)
    .sort();
}

async function storedFile(root: string, name: string): Promise<StoredFile> {
  const path = join(root, name);
  const hash = await md5Of(path);
  return { name, bytes: (await stat(path)).size, hash };
}

/** The hash that Cloud Storage has, so that a file that moves there is no other. */
async function md5Of(path: string): Promise<string> {
  const hash = createHash('md5');
  await pipeline(createReadStream(path), hash);
  return `md5:${hash.digest('base64')}`;
}

const statOf = (path: string): Promise<BigIntStats | undefined> => stat(path, { bigint: true }).catch(() => undefined);

const identity = ({ ino, size, mtimeNs, ctimeNs }: BigIntStats): string => [ino, size, mtimeNs, ctimeNs].join(' ');
