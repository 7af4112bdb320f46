/** A file's bytes, wherever it lies: on disk, or in a bucket. */
export interface FileBytes {
  /** What errors call it; its ending says what is in it. */
  readonly name: string;
  readonly size: number;
  /** How it is compressed, where its name does not say so. */
  readonly compression?: 'gz' | 'zst';
  /** From a byte on to the end. */
  stream(start: number): AsyncIterable<Buffer>;
  /** `end` is not part of it. */
  slice(start: number, end: number): Promise<Buffer>;
}
