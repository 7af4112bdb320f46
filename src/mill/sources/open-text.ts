/** Opens a file of text, plain or compressed as its name says, and knows how far it was read. */
import { pipeline } from 'node:stream';
import { createGunzip, createZstdDecompress } from 'node:zlib';
import { toError, UserError } from '../../errors.ts';
import type { FileBytes } from '../model/file-bytes.ts';
import { fileKind, HEAD_BYTES } from './file-kind.ts';
import { utf8Text } from './utf8.ts';

export interface TextFile {
  readonly chunks: AsyncIterable<string>;
  /** As it lies. */
  readonly size: number;
  readonly bytesRead: () => number;
}

const COMPRESSIONS = {
  gz: { what: 'gzip', make: createGunzip },
  zst: { what: 'zstd', make: createZstdDecompress },
} as const;

export type Compression = keyof typeof COMPRESSIONS;

/** By the file's name. */
export const compressionOf = (name: string): Compression | undefined =>
  /\.(gz|zst)$/i.exec(name)?.[1]?.toLowerCase() as Compression | undefined;

/** @throws {UserError} BAD_SOURCE when it is not what its name says, is damaged, or holds no text in UTF-8. */
export async function openText(file: FileBytes): Promise<TextFile> {
  const { name, size } = file;
  const compression = size === 0 ? undefined : (file.compression ?? compressionOf(name));
  if (compression !== undefined) await assertCompressed(file, compression);
  let read = 0;
  const opened = async function* (start: number): AsyncGenerator<Buffer> {
    read = start;
    for await (const chunk of file.stream(start)) {
      read += chunk.length;
      yield chunk;
    }
  };
  const bytes = compression === undefined ? opened(0) : decompressed(opened, size, name, compression);
  return { chunks: utf8Text(bytes, name), size, bytesRead: () => read };
}

async function assertCompressed(file: FileBytes, compression: Compression): Promise<void> {
  const { name, size } = file;
  const kind = fileKind(await file.slice(0, Math.min(size, HEAD_BYTES)));
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
  opened: (start: number) => AsyncIterable<Buffer>,
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
