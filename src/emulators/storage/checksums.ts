/** The checksums of an object: computed while its bytes pass, and compared with what the client declares. */
import { createHash } from 'node:crypto';
import { crc32c } from './crc32c.ts';
import { invalid } from './errors.ts';

export interface Checksums {
  /** Base64 of the four bytes, the highest first. */
  readonly crc32c: string;
  /** Base64. */
  readonly md5Hash: string;
}

/** Takes bytes in their order. */
export class Hasher {
  /** Bytes so far. */
  length = 0;
  ended = false;
  #crc = 0;
  readonly #md5 = createHash('md5');

  update(bytes: Uint8Array): void {
    this.#crc = crc32c(bytes, this.#crc);
    this.#md5.update(bytes);
    this.length += bytes.length;
  }

  /** Ends it. */
  checksums(): Checksums {
    this.ended = true;
    const crc = Buffer.alloc(4);
    crc.writeUInt32BE(this.#crc);
    return { crc32c: crc.toString('base64'), md5Hash: this.#md5.digest('base64') };
  }
}

/** `X-Goog-Hash: crc32c=...,md5=...`: https://cloud.google.com/storage/docs/xml-api/reference-headers#xgooghash */
export function readHashHeader(header: string | undefined): Partial<Checksums> {
  const values = new Map(
    (header ?? '').split(',').map((pair) => {
      const [kind = '', ...value] = pair.trim().split('=');
      return [kind, value.join('=')];
    }),
  );
  const [crc, md5] = [values.get('crc32c'), values.get('md5')];
  return { ...(crc !== undefined && { crc32c: crc }), ...(md5 !== undefined && { md5Hash: md5 }) };
}

/** @throws {StorageError} invalid */
export function assertDeclared(declared: Partial<Checksums>, actual: Checksums): void {
  const pairs = [
    ['CRC32C', declared.crc32c, actual.crc32c],
    ['MD5 hash', declared.md5Hash, actual.md5Hash],
  ] as const;
  for (const [kind, claim, value] of pairs) {
    if (claim !== undefined && claim !== value) {
      throw invalid(`Provided ${kind} "${claim}" doesn't match calculated ${kind} "${value}".`);
    }
  }
}
