/** Parts of a content, as `Range` and `Content-Range` name them. */
import { invalid, unimplemented, unsatisfiableRange } from './errors.ts';

/** Bytes `start` to `end`, the latter not included. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/**
 * What a `Range` header asks of a content of `size` bytes: https://www.rfc-editor.org/rfc/rfc9110#name-range.
 * @returns undefined for the whole: there is no header, or one that means nothing
 * @throws {StorageError} requestedRangeNotSatisfiable; UNIMPLEMENTED for several ranges
 */
export function readRange(header: string | undefined, size: number): Span | undefined {
  if (header?.startsWith('bytes=') && header.includes(',')) throw unimplemented('a Range header of several ranges');
  const { first = '', last = '' } = /^bytes=(?<first>\d*)-(?<last>\d*)$/u.exec(header ?? '')?.groups ?? {};
  if (first === '' && last === '') return undefined;
  if (first === '') {
    const start = Math.max(0, size - Number(last));
    if (start >= size) throw unsatisfiableRange();
    return { start, end: size };
  }
  const start = Number(first);
  if (last !== '' && Number(last) < start) return undefined;
  if (start >= size) throw unsatisfiableRange();
  return { start, end: last === '' ? size : Math.min(size, Number(last) + 1) };
}

/** What a request to a resumable upload carries. */
export interface ContentRange {
  /** Of the first byte; undefined asks for the upload's status and carries none. */
  readonly start: number | undefined;
  /** After the last byte, when it is known beforehand. */
  readonly end: number | undefined;
  /** Bytes of the whole object, when they are known. */
  readonly total: number | undefined;
}

/**
 * `bytes 0-99/*`, `bytes 100-199/200`, `bytes 0-*` + `/*` (to the end of the request: how the Node client streams), and, to ask, an asterisk
 * for both: https://cloud.google.com/storage/docs/performing-resumable-uploads. No header at all: the whole object.
 * @throws {StorageError} invalid
 */
export function readContentRange(header: string | undefined): ContentRange {
  if (header === undefined) return { start: 0, end: undefined, total: undefined };
  const groups = /^bytes (?:\*|(?<first>\d+)-(?<last>\d+|\*))\/(?<total>\d+|\*)$/u.exec(header)?.groups;
  if (groups === undefined) throw invalid(`Failed to parse Content-Range header: ${header}`);
  const number = (text: string | undefined): number | undefined =>
    text === undefined || text === '*' ? undefined : Number(text);
  const [start, last, total] = [groups['first'], groups['last'], groups['total']].map(number);
  const end = last === undefined ? undefined : last + 1;
  if ((start ?? 0) > (end ?? total ?? Infinity) || (end ?? 0) > (total ?? Infinity)) {
    throw invalid(`Failed to parse Content-Range header: ${header}`);
  }
  return { start, end, total };
}
