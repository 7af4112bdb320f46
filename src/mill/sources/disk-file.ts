/** A file on disk. */
import { createReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { UserError } from '../../errors.ts';
import type { FileBytes } from '../model/file-bytes.ts';

/** `name` is what errors call it. @throws {UserError} MISSING_FILE */
export async function diskFile(path: string, name: string = path): Promise<FileBytes> {
  const file = await stat(path).catch(() => undefined);
  if (file?.isFile() !== true) throw new UserError('MISSING_FILE', `${name} is no file. Name one that is there.`);
  return {
    name,
    size: file.size,
    stream: (start) => createReadStream(path, { start }),
    async slice(start, end) {
      await using handle = await open(path);
      const buffer = Buffer.alloc(end - start);
      const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
      return buffer.subarray(0, bytesRead);
    },
  };
}
