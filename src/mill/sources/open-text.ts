/** Opens a file of text, plain or compressed as its name says, and knows how far it was read. */
import { createReadStream, type ReadStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { toError, UserError } from '../../errors.ts';
import { fileKind, HEAD_BYTES } from './file-kind.ts';
import { utf8Text } from './utf8.ts';

export interface TextFile {
  readonly chunks: AsyncIterable<string>;
  /** On disk. */
  readonly size: number;
  readonly bytesRead: () => number;
}

const COMPRESSIONS = {
  gz: { what: 'gzip', make: createGunzip },
  zst: { what: 'zstd', make: createZstdDecompress },
} as const;

export type Compression = keyof typeof COMPRESSIONS;

/** By the file's name. */
export const compressionOf = (path: string): Compression | undefined =>
  /\.(gz|zst)$/i.exec(path)?.[1]?.toLowerCase() as Compression | undefined;

/**
 * `name` is what errors call it.
 * @throws {UserError} MISSING_FILE; BAD_SOURCE when it is not what its name says, is damaged, or holds no text in UTF-8.
 */
export async function openText(path: string, name: string): Promise<TextFile> {
  const file = await stat(path).catch(() => undefined);
  if (file?.isFile() !== true) throw new UserError('MISSING_FILE', `${name} is no file. Name one that is there.`);
  const compression = compressionOf(path);
  if (compression !== undefined && file.size > 0) await assertCompressed(path, name, compression);
  let raw: ReadStream | undefined;
  let before = 0;
  const opened = (start: number): ReadStream => {
    before = start;
    raw = createReadStream(path, { start });
    return raw;
  };
  const bytes =
    compression === undefined || file.size === 0 ? opened(0) : decompressed(opened, file.size, name, compression);
  return { chunks: utf8Text(bytes, name), size: file.size, bytesRead: () => before + (raw?.bytesRead ?? 0) };
}

async function assertCompressed(path: string, name: string, compression: Compression): Promise<void> {
  await using handle = await open(path);
  const head = Buffer.alloc(HEAD_BYTES);
  const { bytesRead } = await handle.read(head, 0, HEAD_BYTES, 0);
  const kind = fileKind(head.subarray(0, bytesRead));
  const { what } = COMPRESSIONS[compression];
  if (kind?.what === what) return;
  throw new UserError(
    'BAD_SOURCE',
    `${name} ends in .${compression} and is no ${what}` +
      (kind === undefined
        ? '. If it is plain text, take the ending away, else download it again.'
        : `: it is ${kind.what}. ${kind.remedy}`),
  );
}

/** Frames one after another, as `cat` and parallel compressors leave them: Node's zstd stops after the first of a chunk. */
async function* decompressed(
  opened: (start: number) => ReadStream,
  size: number,
  name: string,
  compression: Compression,
): AsyncGenerator<Buffer> {
  let start = 0;
  try {
    while (start < size) {
      const raw = opened(start);
      const decompressor = COMPRESSIONS[compression].make();
      // What goes wrong is thrown to the reader of the last stream.
      for await (const chunk of pipeline(raw, decompressor, () => {})) yield chunk as Buffer;
      start += decompressor.bytesWritten;
      if (start < size && (await isPadding(opened(start)))) return;
    }
  } catch (thrown) {
    if (!isZlibError(thrown)) throw thrown;
    const why = toError(thrown).message;
    throw new UserError(
      'BAD_SOURCE',
      `${name} cannot be decompressed: ${why}. It is cut off or damaged: download it again.`,
      {
        cause: thrown,
      },
    );
  }
}

/** Tapes and some writers fill the last block with zeros. */
async function isPadding(rest: AsyncIterable<Buffer>): Promise<boolean> {
  for await (const chunk of rest) if (chunk.some((byte) => byte !== 0)) return false;
  return true;
}

const isZlibError = (thrown: unknown): boolean =>
  thrown instanceof Error && 'code' in thrown && /^(Z_|ZSTD_|ERR_ZSTD|ERR__ERROR)/.test(String(thrown.code));
