/**
 * Sends an object's content: `alt=media` of https://cloud.google.com/storage/docs/json_api/v1/objects/get, with decompressive transcoding,
 * https://cloud.google.com/storage/docs/transcoding.
 */
import type { IncomingHttpHeaders } from 'node:http';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type { Answer } from './api.ts';
import type { Contents } from './contents.ts';
import { readRange } from './ranges.ts';
import { etag } from './resources.ts';
import type { StoredObject } from './store.ts';

/**
 * A content that is sent stays until its end, whatever becomes of the object meanwhile.
 * @throws {StorageError} requestedRangeNotSatisfiable
 */
export function download(contents: Contents, object: StoredObject, headers: IncomingHttpHeaders): Answer {
  const { content, size, fields } = object;
  const transcoded =
    fields.contentEncoding === 'gzip' &&
    !acceptsGzip(headers['accept-encoding']) &&
    !/\bno-transform\b/u.test(fields.cacheControl ?? '');
  // Where a range of the transcoded bytes begins nobody knows: the service sends the whole, too.
  const range = transcoded ? undefined : readRange(headers.range, size);
  const span = range ?? { start: 0, end: size };
  contents.hold(content);
  return {
    status: range === undefined ? 200 : 206,
    headers: {
      ...describe(object),
      ...(transcoded
        ? { warning: '214 UploadServer gunzipped' }
        : {
            'content-length': span.end - span.start,
            'accept-ranges': 'bytes',
            ...(fields.contentEncoding !== undefined && { 'content-encoding': text(fields.contentEncoding) }),
          }),
      ...(range !== undefined && { 'content-range': `bytes ${range.start}-${range.end - 1}/${size}` }),
    },
    async send(response) {
      try {
        const bytes = contents.read(content, span);
        await (transcoded ? pipeline(bytes, createGunzip(), response) : pipeline(bytes, response));
      } finally {
        contents.release(content);
      }
    },
  };
}

/** https://cloud.google.com/storage/docs/xml-api/reference-headers; the JSON API sends them with media. */
function describe(object: StoredObject): Record<string, string | number> {
  const { generation, metageneration, size, crc32c, md5Hash, updated, fields } = object;
  return {
    'content-type': text(fields.contentType ?? 'application/octet-stream'),
    'cache-control': text(fields.cacheControl ?? 'private, max-age=0'),
    ...(fields.contentDisposition !== undefined && { 'content-disposition': text(fields.contentDisposition) }),
    ...(fields.contentLanguage !== undefined && { 'content-language': text(fields.contentLanguage) }),
    etag: etag(generation, metageneration),
    'last-modified': new Date(updated).toUTCString(),
    'x-goog-generation': generation,
    'x-goog-metageneration': metageneration,
    'x-goog-storage-class': 'STANDARD',
    'x-goog-hash': `crc32c=${crc32c},md5=${md5Hash}`,
    'x-goog-stored-content-encoding': text(fields.contentEncoding ?? 'identity'),
    'x-goog-stored-content-length': size,
  };
}

/** Headers are sent byte by byte: these are the text's in UTF-8. */
const text = (value: string): string => Buffer.from(value).toString('latin1');

const acceptsGzip = (header: string | string[] | undefined): boolean =>
  String(header ?? '')
    .split(',')
    .some((coding) => /^\s*(?:x-)?gzip\s*(?:;\s*q=(?!0(?:\.0*)?\s*$).*)?$/iu.test(coding));
