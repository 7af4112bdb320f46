/** Uploads in one request: https://cloud.google.com/storage/docs/json_api/v1/objects/insert */
import type { Answer, Api, Call, Routes } from './api.ts';
import { assertDeclared, readHashHeader } from './checksums.ts';
import { ContentWriter } from './content-writer.ts';
import { required, unimplemented } from './errors.ts';
import { readRelated } from './multipart.ts';
import { putNewObject } from './objects.ts';
import { PRECONDITIONS } from './preconditions.ts';
import { objectResource } from './resources.ts';
import { resumableMethods, startResumable } from './resumable-methods.ts';
import { NewObject, readJson } from './schemas.ts';
import { describeUpload, headerOf } from './upload-spec.ts';

export function uploadMethods(api: Api): Routes {
  return {
    'POST upload/b/*/o': {
      parameters: ['name', 'contentEncoding', ...PRECONDITIONS],
      answer(call) {
        const type = call.query.get('uploadType');
        if (type === 'media') return uploadMedia(api, call);
        if (type === 'multipart') return uploadRelated(api, call);
        if (type === 'resumable') return startResumable(api, call);
        throw type === null ? required('uploadType') : unimplemented(`uploadType=${type}`);
      },
    },
    ...resumableMethods(api),
  };
}

/** The body is the content. */
function uploadMedia(api: Api, call: Call): Promise<Answer> {
  const contentType = call.headers['content-type'];
  return upload(api, call, { ...(contentType !== undefined && { contentType }) }, call.body);
}

async function uploadRelated(api: Api, call: Call): Promise<Answer> {
  const { json, mediaType, media } = await readRelated(call.body, call.headers['content-type']);
  const resource = readJson(NewObject, json);
  const contentType = resource.contentType ?? mediaType;
  return upload(api, call, { ...resource, ...(contentType !== undefined && { contentType }) }, media);
}

async function upload(api: Api, call: Call, resource: NewObject, media: AsyncIterable<Buffer>): Promise<Answer> {
  const { state, store, contents } = api;
  const { declared, ...making } = describeUpload(call, resource);
  store.bucket(call.bucket);
  const content = contents.next();
  contents.hold(content);
  try {
    const writer = new ContentWriter(state, (start, data) => {
      // Until it is an object's: what a crash leaves behind is collected.
      store.putGarbage(content);
      store.addChunk(content, start, data);
    });
    for await (const piece of media) await writer.write(piece);
    const { size, checksums, store: storeRest } = writer.end();
    assertDeclared({ ...declared, ...readHashHeader(headerOf(call, 'x-goog-hash')) }, checksums);
    const object = await state.write(() => {
      storeRest();
      return putNewObject(api, making, { content, size, ...checksums });
    });
    return { json: objectResource(object, api.origin) };
  } finally {
    contents.release(content);
  }
}
