/**
 * Resumable uploads: https://cloud.google.com/storage/docs/performing-resumable-uploads. What has come is on disk, in whole units of 256 KiB;
 * a status request tells how much, and the client goes on from there, also after a restart. The object appears when the last byte has come.
 */
import { randomUUID } from 'node:crypto';
import { readBody } from '../http-request.ts';
import type { Answer, Api, Call, Routes } from './api.ts';
import { assertDeclared, readHashHeader } from './checksums.ts';
import { ContentWriter } from './content-writer.ts';
import { invalid, required, StorageError } from './errors.ts';
import { Hashers } from './hashers.ts';
import { MAX_JSON_BYTES, MAX_OBJECT_BYTES, RESUMABLE_LIFETIME_MS, RESUMABLE_UNIT } from './limits.ts';
import { putNewObject } from './objects.ts';
import { assertPreconditions } from './preconditions.ts';
import { type ContentRange, readContentRange } from './ranges.ts';
import { objectResource } from './resources.ts';
import { NewObject, readJson } from './schemas.ts';
import type { Store, StoredUpload } from './store.ts';
import { describeUpload, headerOf } from './upload-spec.ts';

const PARAMETERS = ['upload_id', 'name'];

export async function startResumable(api: Api, call: Call): Promise<Answer> {
  const { state, store, contents, now, origin } = api;
  const resource = readJson(NewObject, await readBody(call.body, MAX_JSON_BYTES));
  const contentType = resource.contentType ?? headerOf(call, 'x-upload-content-type');
  const { declared, ...making } = describeUpload(call, {
    ...resource,
    ...(contentType !== undefined && { contentType }),
  });
  const { bucket, name, preconditions } = making;
  const length = headerOf(call, 'x-upload-content-length');
  const total = length === undefined ? undefined : Number(length);
  if (total !== undefined) assertTotal(total);
  const content = contents.next();
  const upload = { id: randomUUID(), making, declared, content, received: 0, total, object: undefined };
  await state.write(() => {
    store.bucket(bucket);
    assertPreconditions(preconditions, store.findObject(bucket, name), 'write');
    for (const old of store.uploadsBefore(now() - RESUMABLE_LIFETIME_MS)) dropUpload(api, old);
    store.addUpload(upload, now());
  });
  const query = new URLSearchParams({ uploadType: 'resumable', name, upload_id: upload.id });
  const location = `${origin}/upload/storage/v1/b/${bucket}/o?${query.toString()}`;
  return { headers: { location, 'x-guploader-uploadid': upload.id }, text: '' };
}

export function resumableMethods(api: Api): Routes {
  const hashers = new Hashers(api.contents);
  return {
    'PUT upload/b/*/o': {
      parameters: PARAMETERS,
      answer: (call) => goOn(api, hashers, call, findUpload(api, call)),
    },
    'DELETE upload/b/*/o': {
      parameters: PARAMETERS,
      async answer(call) {
        await api.state.write(() => dropUpload(api, findUpload(api, call)));
        return { status: 499, text: '' };
      },
    },
  };
}

/** @throws {StorageError} notFound */
function findUpload({ store, now }: Api, { query, bucket }: Call): StoredUpload {
  const id = query.get('upload_id');
  if (id === null) throw required('upload_id');
  const upload = store.upload(id, now() - RESUMABLE_LIFETIME_MS);
  if (upload?.making.bucket !== bucket) throw noUpload(id);
  return upload;
}

/** Belongs inside `state.write`. */
function dropUpload({ store, contents }: Api, { id, content, received, object }: StoredUpload): void {
  store.dropUpload(id);
  if (object === undefined) contents.discard(content, received);
}

async function goOn(api: Api, hashers: Hashers, call: Call, upload: StoredUpload): Promise<Answer> {
  const { state, store, origin } = api;
  const { id, object } = upload;
  if (object !== undefined) return { json: objectResource(object, origin) };
  const range = readContentRange(headerOf(call, 'content-range'));
  assertRange(range, upload);
  const asks = range.start === undefined;
  const total = range.total ?? upload.total;
  if (asks && upload.received !== total) return incomplete(upload.received);

  const hasher = await hashers.take(upload);
  const writer = new ContentWriter(state, (start, data) => append(store, id, start, data, total), hasher);
  try {
    if (!asks) await receive(call, { ...range, total }, upload.received, writer);
    // The end is told by the total, or, where nobody knows it, by the end of a request that was to hold all the rest.
    const whole = total === undefined ? !asks && range.end === undefined : writer.size === total;
    if (whole) return await finish(api, call, upload, writer);
    return incomplete(hasher.length);
  } finally {
    hashers.keep(id, hasher);
  }
}

const incomplete = (received: number): Answer => ({
  status: 308,
  headers: received > 0 ? { range: `bytes=0-${received - 1}` } : {},
  text: '',
});

/** Takes a request's body. Of one that is not the upload's last, or breaks off, the whole units stay. */
async function receive(
  { body }: Call,
  { start = 0, end, total }: ContentRange,
  received: number,
  writer: ContentWriter,
): Promise<void> {
  const limit = end ?? total ?? MAX_OBJECT_BYTES;
  /** Bytes that came before are passed over. */
  let skip = received - start;
  let broken = true;
  try {
    for await (const piece of body) {
      const fresh = piece.subarray(Math.min(skip, piece.length));
      skip -= piece.length - fresh.length;
      if (writer.size + fresh.length > limit) {
        throw invalid(`The request holds more bytes than its Content-Range says, which ends at ${limit}`);
      }
      if (fresh.length > 0) await writer.write(fresh);
    }
    broken = total === undefined ? end !== undefined : writer.size < total;
  } finally {
    if (broken) await writer.flush(RESUMABLE_UNIT);
  }
}

async function finish(api: Api, call: Call, upload: StoredUpload, writer: ContentWriter): Promise<Answer> {
  const { state, store } = api;
  const { id, making, declared, content } = upload;
  const { start, size, checksums, store: storeRest } = writer.end();
  try {
    assertDeclared({ ...declared, ...readHashHeader(headerOf(call, 'x-goog-hash')) }, checksums);
    const object = await state.write(() => {
      assertCurrent(store, id, start);
      storeRest();
      const made = putNewObject(api, making, { content, size, ...checksums });
      store.updateUpload({ ...upload, received: size, total: size, object: made });
      return made;
    });
    return { json: objectResource(object, api.origin) };
  } catch (error) {
    // Nothing that is sent later could mend it.
    if (error instanceof StorageError && error.code < 500) {
      await state.write(() => {
        const current = store.upload(id);
        if (current !== undefined) dropUpload(api, current);
      });
    }
    throw error;
  }
}

/** Belongs inside `state.write`. */
function append(store: Store, id: string, start: number, data: Buffer, total: number | undefined): void {
  const upload = assertCurrent(store, id, start);
  store.addChunk(upload.content, start, data);
  store.updateUpload({ ...upload, received: start + data.length, total });
}

/** @throws {StorageError} notFound; 503 when another request has gone on with the upload */
function assertCurrent(store: Store, id: string, received: number): StoredUpload {
  const upload = store.upload(id);
  if (upload === undefined) throw noUpload(id);
  if (upload.received === received && upload.object === undefined) return upload;
  throw new StorageError(503, 'backendError', 'Another request has gone on with this upload meanwhile');
}

/** @throws {StorageError} invalid; 503 for a gap, as the service answers it */
function assertRange({ start = 0, total }: ContentRange, upload: StoredUpload): void {
  if (total !== undefined) assertTotal(total);
  if (total !== undefined && upload.total !== undefined && total !== upload.total) {
    throw invalid(`The upload has ${upload.total} bytes by what was said before, and ${total} by this Content-Range`);
  }
  if (start > upload.received) {
    const gap = `the upload offset is ${start} byte(s), which exceeds already uploaded size of ${upload.received} byte(s).`;
    throw new StorageError(503, 'backendError', `Invalid request.  According to the Content-Range header, ${gap}`);
  }
}

/** @throws {StorageError} invalid */
function assertTotal(total: number): void {
  if (!(total >= 0) || !Number.isInteger(total)) throw invalid(`The upload's length is no number of bytes: ${total}`);
  if (total > MAX_OBJECT_BYTES)
    throw invalid(`The upload has ${total} bytes; an object has at most ${MAX_OBJECT_BYTES}`);
}

const noUpload = (id: string): StorageError => new StorageError(404, 'notFound', `No such resumable upload: ${id}`);
