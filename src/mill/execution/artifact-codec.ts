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

/**
 * Entities that are alike, objects with the same keys and nothing but texts, numbers, booleans and null in them, by columns: they take half
 * the time of a list of objects to be read, and of flights six tenths of its bytes.
 */
export interface Columns {
  /** Ascending. */
  readonly ids: readonly string[];
  /** Of each entity, in canonical order. */
  readonly keys: readonly string[];
  /** For each of the keys, what the entities have under it. */
  readonly columns: readonly (readonly unknown[])[];
}

/** A keyed part of any entities is the list of them. */
type KeyedPart = Entry[] | Columns;

/** The entities of a keyed part, in key order. */
export function decodeEntries(data: Uint8Array): Entry[] {
  const part = unpackJson(data) as KeyedPart;
  return Array.isArray(part) ? part : entriesOf(part);
}

function entriesOf({ ids, keys, columns }: Columns): Entry[] {
  return ids.map((id, row) => {
    const value: Record<string, unknown> = {};
    for (let at = 0; at < keys.length; at++) value[keys[at] as string] = columns[at]?.[row];
    return [id, value];
  });
}

/** The value of an artifact that is not keyed. */
export const decodeValue = (data: Uint8Array): unknown => unpackJson(data);

/** Decoded when it is asked for, and then each time. */
export const storedPart = ({ count, data }: Pick<Part, 'count' | 'data'>): StoredPart => ({
  count,
  bytes: data.byteLength,
  entries: () => decodeEntries(data),
  value: () => decodeValue(data),
});
