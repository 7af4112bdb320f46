/**
 * JSON as bytes: zstd level 1, zstd's fastest regular level, since what is packed is written and read once or a few times. A short text stays as it
 * is: to make a context takes zstd some 30 µs for a write and a read, and most results are a few numbers.
 */
import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import type { Entry, Part, StoredPart } from '../model/artifact.ts';

/** Characters of a text that is not compressed. */
export const PLAIN_CHARACTERS = 256;

/** The first bytes of what is compressed, in the order in which they lie; no JSON begins so. https://www.rfc-editor.org/rfc/rfc8878#section-3.1.1 */
const ZSTD_MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;

const utf8 = new TextEncoder();

export const packJson = (json: string): Uint8Array =>
  json.length < PLAIN_CHARACTERS
    ? utf8.encode(json)
    : trimmed(zstdCompressSync(json, { params: { [constants.ZSTD_c_compressionLevel]: 1 } }));

/** Of what `packJson` made. @throws {SyntaxError} of what it did not */
export const unpackJson = (data: Uint8Array): unknown =>
  JSON.parse(
    (ZSTD_MAGIC.every((byte, index) => data[index] === byte) ? zstdDecompressSync(data) : Buffer.from(data)).toString(
      'utf8',
    ),
  );

/** Bytes in memory of their own: what zlib and the network give out are a few bytes of a buffer of many kilobytes, and would keep all of it. */
export const trimmed = (data: Uint8Array): Uint8Array =>
  data.buffer.byteLength === data.byteLength ? data : new Uint8Array(data);

/** The entities of a keyed part, in key order. */
export const decodeEntries = (data: Uint8Array): Entry[] => unpackJson(data) as Entry[];

/** The value of an artifact that is not keyed. */
export const decodeValue = (data: Uint8Array): unknown => unpackJson(data);

/** Decoded when it is asked for, and then each time. */
export const storedPart = ({ count, data }: Pick<Part, 'count' | 'data'>): StoredPart => ({
  count,
  bytes: data.byteLength,
  entries: () => decodeEntries(data),
  value: () => decodeValue(data),
});
