/** Bodies of multipart/related: one part of JSON, then the media, which is not held in memory. */
import { invalid } from './errors.ts';
import { MAX_JSON_BYTES } from './limits.ts';

export interface RelatedBody {
  /** The first part. */
  readonly json: Buffer;
  /** Of the second part. */
  readonly mediaType: string | undefined;
  /** Can be read once, and must be read to its end. */
  readonly media: AsyncIterable<Buffer>;
}

/** @throws {StorageError} invalid; so does reading the media when the body ends early. */
export async function readRelated(body: AsyncIterable<Buffer>, contentType: string | undefined): Promise<RelatedBody> {
  const { quoted, plain } =
    /^multipart\/related;.*?\bboundary=(?:"(?<quoted>[^"]+)"|(?<plain>[^\s;]+))/iu.exec(contentType ?? '')?.groups ??
    {};
  const boundary = quoted ?? plain;
  if (boundary === undefined) throw invalid('A multipart upload needs Content-Type: multipart/related with a boundary');
  const scanner = new Scanner(body);
  const delimiter = `\r\n--${boundary}`;
  await scanner.take(`--${boundary}`);
  await scanner.take('\r\n\r\n');
  const json = await scanner.take(delimiter);
  const head = (await scanner.take('\r\n\r\n')).toString('latin1');
  if (head.startsWith('--')) throw invalid('A multipart upload has two parts: its metadata as JSON, and its media');
  const mediaType = /^content-type:[ \t]*(?<type>.*?)[ \t]*$/imu.exec(head)?.groups?.['type'];
  return { json, mediaType, media: scanner.last(delimiter) };
}

class Scanner {
  readonly #body: AsyncIterator<Buffer>;
  #ahead: Buffer = Buffer.alloc(0);

  constructor(body: AsyncIterable<Buffer>) {
    this.#body = body[Symbol.asyncIterator]();
  }

  /** What stands before the delimiter, which is passed. */
  async take(delimiter: string): Promise<Buffer> {
    for (;;) {
      const at = this.#ahead.indexOf(delimiter, 0, 'latin1');
      if (at !== -1) {
        const taken = this.#ahead.subarray(0, at);
        this.#ahead = this.#ahead.subarray(at + delimiter.length);
        return taken;
      }
      if (this.#ahead.length > MAX_JSON_BYTES) throw invalid(`The metadata exceeds ${MAX_JSON_BYTES} bytes`);
      await this.#more();
    }
  }

  /** What stands before the delimiter, piece by piece; only `--` and white space may follow. */
  async *last(delimiter: string): AsyncGenerator<Buffer, void, void> {
    for (;;) {
      const at = this.#ahead.indexOf(delimiter, 0, 'latin1');
      // Its first characters may be the last of what has come.
      const sure = at === -1 ? this.#ahead.length - delimiter.length + 1 : at;
      if (sure > 0) {
        const piece = this.#ahead.subarray(0, sure);
        this.#ahead = this.#ahead.subarray(sure);
        yield piece;
      }
      if (at !== -1) break;
      await this.#more();
    }
    this.#ahead = this.#ahead.subarray(delimiter.length);
    while (this.#ahead.length < 2) await this.#more();
    if (!this.#ahead.toString('latin1').startsWith('--')) throw invalid('A multipart upload has two parts, not more');
    while ((await this.#body.next()).done !== true);
  }

  async #more(): Promise<void> {
    const next = await this.#body.next();
    if (next.done === true) throw invalid('The multipart body ends before its last boundary');
    this.#ahead = this.#ahead.length === 0 ? next.value : Buffer.concat([this.#ahead, next.value]);
  }
}
