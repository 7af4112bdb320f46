/**
 * What each packed document begins with: a byte for the format's version, one for its codec, a checksum, the length before compression. See
 * docs/formats/segment.md. Compression that does not pay is undone.
 */
import { crc32, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { damaged, Reader, Writer } from '../model/bytes.ts';

const CODEC = { raw: 0, zstd: 2 } as const;

/** Bytes that anything may have once it is unpacked: a document of 1 MiB that says more is damaged. */
const MAX_UNPACKED_BYTES = 256 * 1_048_576;

/** `version`: of what is in it; 0 to 255. */
export function pack(version: number, content: Uint8Array): Uint8Array {
  const packed = zstdCompressSync(content);
  const isSmaller = packed.byteLength < content.byteLength;
  const body = isSmaller ? packed : content;
  const writer = new Writer();
  writer.byte(version);
  writer.byte(isSmaller ? CODEC.zstd : CODEC.raw);
  writer.uint32(crc32(body));
  writer.varint(content.byteLength);
  writer.raw(body);
  return writer.done();
}

/** @throws {TerminalError} BAD_SOURCE when it is damaged, or of a version that this code does not know */
export function unpack(version: number, packed: Uint8Array): Uint8Array {
  const reader = new Reader(packed);
  const found = reader.byte();
  if (found !== version) throw damaged(`it is of version ${found}, and version ${version} is known`);
  const codec = reader.byte();
  const sum = reader.uint32();
  const length = reader.varint();
  const body = reader.rest();
  if (crc32(body) !== sum) throw damaged('its checksum is another');
  if (length > MAX_UNPACKED_BYTES) throw damaged(`it says that it has ${length} bytes`);
  if (codec === CODEC.raw) {
    if (body.byteLength !== length) throw damaged('its length is another');
    return body;
  }
  if (codec !== CODEC.zstd) throw damaged(`its codec is ${codec}`);
  let content: Uint8Array;
  try {
    content = zstdDecompressSync(body, { maxOutputLength: Math.max(1, length) });
  } catch {
    throw damaged('it cannot be unpacked');
  }
  if (content.byteLength !== length) throw damaged('its length is another');
  return content;
}
