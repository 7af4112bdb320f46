/** Parts as bytes: canonical JSON, zstd level 1, zstd's fastest regular level: a part is written and read once or a few times. */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Entry, Part, StoredPart } from '../model/artifact.ts';

export const compressJson = (json: string): Uint8Array =>
  trimmed(zstdCompressSync(json, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }));

/** Bytes in memory of their own: what zlib and the network give out are a few bytes of a buffer of many kilobytes, and would keep all of it. */
export const trimmed = (data: Uint8Array): Uint8Array =>
  data.buffer.byteLength === data.byteLength ? data : new Uint8Array(data);

const parse = (data: Uint8Array): unknown => JSON.parse(zstdDecompressSync(data).toString('utf8'));

/** The entities of a keyed part, in key order. */
export const decodeEntries = (data: Uint8Array): Entry[] => parse(data) as Entry[];

/** The value of an artifact that is not keyed. */
export const decodeValue = (data: Uint8Array): unknown => parse(data);

/** Decoded when it is asked for, and then each time. */
export const storedPart = ({ count, data }: Pick<Part, 'count' | 'data'>): StoredPart => ({
  count,
  bytes: data.byteLength,
  entries: () => decodeEntries(data),
  value: () => decodeValue(data),
});
