/** Compression of an answer that is whole, by what its client takes. https://www.rfc-editor.org/rfc/rfc9110#section-12.5.3 */
import type { IncomingHttpHeaders } from 'node:http';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';

/** Bytes; less is not worth a second look. */
const LEAST_BYTES = 1_024;

/** Of brotli's 11: three quarters of what it can save, for a hundredth of the time. */
const QUALITY = 5;

const brotli = promisify(brotliCompress);
const zip = promisify(gzip);

interface Packed {
  readonly bytes: Uint8Array;
  readonly headers: Readonly<Record<string, string>>;
}

/** Undefined where it goes as it is. */
export async function pack(bytes: Uint8Array | undefined, headers: IncomingHttpHeaders): Promise<Packed | undefined> {
  if (bytes === undefined || bytes.length < LEAST_BYTES) return undefined;
  const taken = headers['accept-encoding'] ?? '';
  const as = async (encoding: string, packed: Promise<Uint8Array>): Promise<Packed> => ({
    bytes: await packed,
    headers: { 'content-encoding': encoding, vary: 'accept-encoding' },
  });
  if (takes(taken, 'br')) return as('br', brotli(bytes, { params: { [constants.BROTLI_PARAM_QUALITY]: QUALITY } }));
  if (takes(taken, 'gzip')) return as('gzip', zip(bytes));
  return undefined;
}

/** Not what is named with a weight of nothing. */
const takes = (header: string, encoding: string): boolean =>
  header
    .split(',')
    .map((one) => one.trim())
    .some((one) => one === encoding || (one.startsWith(`${encoding};`) && !/;\s*q=0(?:\.0*)?$/.test(one)));
