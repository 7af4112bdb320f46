/** Files where they lie: in the project's folder, or in a bucket. */
import type { StoredFile } from '../model/artifact.ts';
import type { FileBytes } from '../model/file-bytes.ts';
import type { FilePattern } from '../model/file-pattern.ts';

/** A file that was opened: what is read of it is of one and the same content, or fails. */
export interface OpenFile extends FileBytes {
  /** Asked for after the last byte: whether all of it was of the content that was opened. */
  isSame(): Promise<boolean>;
}

export interface Files {
  /**
   * All that begin with the pattern's prefix, in the order of their names.
   * @throws {UserError} MISSING_FILE when there is no such bucket, or it is closed to us @throws {RetryableError} UNAVAILABLE
   */
  list(pattern: FilePattern): AsyncIterable<readonly StoredFile[]>;
  /**
   * Undefined when the file is gone, or has other content than it had when it was listed.
   * @throws {RetryableError} UNAVAILABLE; INPUT_CHANGED by a read of a file that went meanwhile
   */
  open(pattern: FilePattern, file: StoredFile): Promise<OpenFile | undefined>;
}
