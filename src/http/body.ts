/** The body of a request, whole, within limits as sent and as decompressed. */
import type { IncomingMessage } from 'node:http';
import type { Transform } from 'node:stream';
import { constants, createGunzip, createInflate, createZstdDecompress } from 'node:zlib';
import { toError } from '../errors.ts';
import { ClientGoneError, HttpError } from './http-error.ts';

/** Cloud Run itself takes no more over HTTP/1. https://cloud.google.com/run/quotas#request_limits */
export const MAX_BODY_BYTES = 32 * 1024 ** 2;
/** As OTLP recommends. https://opentelemetry.io/docs/specs/otlp/#otlphttp-request */
export const MAX_DECOMPRESSED_BYTES = 64 * 1024 ** 2;

export interface BodyLimits {
  readonly maxBytes: number;
  readonly maxDecompressedBytes: number;
  /** Whether `snappy` is left to the format, whose own it is. */
  readonly leavesSnappy: boolean;
  /** Told of each stretch of memory before it is kept. @throws {HttpError} 503 when there is no more. */
  readonly grow: (bytes: number) => void;
}

/** Bytes of a window: what a zstd frame may make its reader keep. https://www.rfc-editor.org/rfc/rfc9659#section-3 */
const ZSTD_WINDOW_LOG = 23;
/** Each costs a decompressor; compressors that run in parallel make a few. */
const MAX_ZSTD_FRAMES = 64;
const CHUNK = { chunkSize: 256 * 1024 };

interface Decompressor {
  readonly make: () => Transform & { readonly bytesWritten: number };
  /** Streams that may stand one after another; Node goes through those of gzip by itself. */
  readonly most: number;
}

const gzip: Decompressor = { make: () => createGunzip(CHUNK), most: 1 };
const DECOMPRESSORS: ReadonlyMap<string, Decompressor> = new Map<string, Decompressor>([
  ['gzip', gzip],
  ['x-gzip', gzip],
  ['deflate', { make: () => createInflate(CHUNK), most: 1 }],
  [
    'zstd',
    {
      make: () => createZstdDecompress({ ...CHUNK, params: { [constants.ZSTD_d_windowLogMax]: ZSTD_WINDOW_LOG } }),
      most: MAX_ZSTD_FRAMES,
    },
  ],
]);

/**
 * @throws {HttpError} 413 over a limit, 415 for an encoding that is none of ours, 400 for what is not what it says, 503 by `grow`.
 * @throws {ClientGoneError}
 */
export async function readBody(request: IncomingMessage, limits: BodyLimits): Promise<Uint8Array> {
  const encoding = encodingOf(request.headers['content-encoding'], limits.leavesSnappy);
  const sent = await collect(request, limits);
  // Nothing is nothing, whatever it claims to be compressed by.
  if (encoding === undefined || sent.length === 0) return sent;
  return decompress(sent, encoding, limits);
}

function encodingOf(header: string | undefined, leavesSnappy: boolean): string | undefined {
  const encoding = (header ?? '').trim().toLowerCase();
  if (encoding === '' || encoding === 'identity' || (leavesSnappy && encoding === 'snappy')) return undefined;
  if (DECOMPRESSORS.has(encoding)) return encoding;
  const headers = { 'accept-encoding': leavesSnappy ? 'gzip, deflate, zstd, snappy' : 'gzip, deflate, zstd' };
  const message = `Content-Encoding "${encoding.slice(0, 50)}" is not read here: send one of ${headers['accept-encoding']}, or none, and only one.`;
  throw new HttpError(415, 'UNSUPPORTED_ENCODING', message, { headers });
}

const tooLarge = (most: number, what: string): HttpError =>
  new HttpError(413, 'TOO_LARGE', `The body is over ${most} bytes ${what}: send it in several requests.`);

/** By events: leaving an iteration would end the connection, on which the answer is still to go. */
async function collect(request: IncomingMessage, { maxBytes, grow }: BodyLimits): Promise<Uint8Array> {
  const declared = declaredLength(request);
  if (declared !== undefined && declared > maxBytes) throw tooLarge(maxBytes, 'as sent');
  const { promise, resolve, reject } = Promise.withResolvers<Uint8Array>();
  const chunks: Uint8Array[] = [];
  let size = 0;
  const gone = (): void => {
    if (!request.complete) reject(new ClientGoneError('the client went away while it sent its body'));
  };
  const take = (chunk: Uint8Array): void => {
    size += chunk.length;
    try {
      if (size > maxBytes) throw tooLarge(maxBytes, 'as sent');
      grow(chunk.length);
      chunks.push(chunk);
    } catch (thrown) {
      chunks.length = 0;
      request.off('data', take);
      reject(toError(thrown));
    }
  };
  const end = (): void => {
    if (declared === undefined || declared === size) resolve(whole(chunks));
    else
      reject(new HttpError(400, 'BAD_BODY', `Content-Length says ${declared} bytes, and ${size} came: send it again.`));
  };
  if (request.destroyed) gone();
  request.on('data', take).once('end', end).once('close', gone).once('error', gone);
  try {
    return await promise;
  } finally {
    request.off('data', take).off('end', end).off('close', gone);
  }
}

/** Node's parser refuses what is no number before anyone is asked. */
function declaredLength({ headers }: IncomingMessage): number | undefined {
  const length = headers['content-length'];
  return length === undefined ? undefined : Number(length);
}

const whole = (chunks: readonly Uint8Array[]): Uint8Array => (chunks.length === 1 ? chunks[0]! : Buffer.concat(chunks));

async function decompress(sent: Uint8Array, encoding: string, limits: BodyLimits): Promise<Uint8Array> {
  const { make, most } = DECOMPRESSORS.get(encoding)!;
  const damaged = (why: string, cause?: unknown): HttpError =>
    new HttpError(400, 'BAD_BODY', `The body is no ${encoding}, as Content-Encoding says: ${why}.`, { cause });
  const chunks: Uint8Array[] = [];
  let size = 0;
  let start = 0;
  for (let streams = 0; start < sent.length; streams += 1) {
    if (streams === most) throw damaged(`something follows its end, at byte ${start}`);
    const stream = make();
    stream.end(sent.subarray(start));
    try {
      for await (const chunk of stream as AsyncIterable<Uint8Array>) {
        size += chunk.length;
        if (size > limits.maxDecompressedBytes) throw tooLarge(limits.maxDecompressedBytes, 'when decompressed');
        limits.grow(chunk.length);
        chunks.push(chunk);
      }
    } catch (thrown) {
      throw thrown instanceof HttpError ? thrown : damaged(toError(thrown).message, thrown);
    }
    start += stream.bytesWritten;
  }
  return whole(chunks);
}
