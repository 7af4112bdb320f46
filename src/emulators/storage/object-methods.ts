/** Objects that are there: https://cloud.google.com/storage/docs/json_api/v1/objects */
import { readBody } from '../http-request.ts';
import type { Api, Call, Routes } from './api.ts';
import { download } from './download.ts';
import { noObject } from './errors.ts';
import { MAX_JSON_BYTES } from './limits.ts';
import { LIST_PARAMETERS, listObjects } from './listing.ts';
import { assertObjectName } from './names.ts';
import { findObject, putNewObject } from './objects.ts';
import {
  assertPreconditions,
  PRECONDITIONS,
  readInt64,
  readPreconditions,
  SOURCE_PRECONDITIONS,
} from './preconditions.ts';
import { objectResource } from './resources.ts';
import { assertMetadata, ObjectFields, ObjectPatch, patched, readJson } from './schemas.ts';
import type { StoredObject } from './store.ts';

const ONE_OBJECT = ['generation', ...PRECONDITIONS];

export function objectMethods(api: Api): Routes {
  const { state, store, contents, now, origin } = api;
  const shown = (object: StoredObject): object => objectResource(object, origin);

  return {
    'GET b/*/o': {
      parameters: LIST_PARAMETERS,
      answer({ bucket, query }) {
        const { items, prefixes, nextPageToken } = listObjects(store, bucket, query);
        return {
          json: {
            kind: 'storage#objects',
            ...(items.length > 0 && { items: items.map(shown) }),
            ...(prefixes.length > 0 && { prefixes }),
            ...(nextPageToken !== undefined && { nextPageToken }),
          },
        };
      },
    },

    'GET b/*/o/*': {
      parameters: ONE_OBJECT,
      answer(call) {
        const object = findObject(api, call, 'read');
        return call.query.get('alt') === 'media' ? download(contents, object, call.headers) : { json: shown(object) };
      },
    },

    'PATCH b/*/o/*': {
      parameters: ONE_OBJECT,
      async answer(call) {
        const patch = readJson(ObjectPatch, await readBody(call.body, MAX_JSON_BYTES));
        const object = await state.write(() => {
          const before = findObject(api, call, 'write');
          const fields = patched(before.fields, patch);
          assertMetadata(fields);
          const metageneration = before.metageneration + 1;
          const after = { ...before, fields, metageneration, updated: new Date(now()).toISOString() };
          store.putObject(after);
          return after;
        });
        return { json: shown(object) };
      },
    },

    'DELETE b/*/o/*': {
      parameters: ONE_OBJECT,
      async answer(call) {
        await state.write(() => {
          const { bucket, name, content, size } = findObject(api, call, 'write');
          store.dropObject(bucket, name);
          contents.discard(content, size);
        });
        return { status: 204 };
      },
    },

    // Copies share a content: always done at once, however large.
    'POST b/*/o/*/rewriteTo/b/*/o/*': {
      parameters: ['sourceGeneration', ...SOURCE_PRECONDITIONS, ...PRECONDITIONS],
      async answer(call) {
        const given = readJson(ObjectFields, await readBody(call.body, MAX_JSON_BYTES));
        assertObjectName(call.toObject);
        assertMetadata(given);
        const resource = await state.write(() => {
          const source = findSource(api, call);
          // Metadata in the request takes the place of all of the source's.
          const fields = Object.keys(given).length > 0 ? given : source.fields;
          const making = { bucket: call.toBucket, name: call.toObject, fields };
          return putNewObject(api, { ...making, preconditions: readPreconditions(call.query) }, source);
        });
        const size = String(resource.size);
        const progress = { totalBytesRewritten: size, objectSize: size, done: true };
        return { json: { kind: 'storage#rewriteResponse', ...progress, resource: shown(resource) } };
      },
    },
  };
}

/** @throws {StorageError} notFound, conditionNotMet */
function findSource({ store }: Api, { bucket, object: name, query }: Call): StoredObject {
  store.bucket(bucket);
  const generation = readInt64(query, 'sourceGeneration');
  const live = store.findObject(bucket, name);
  const source = generation === undefined || generation === live?.generation ? live : undefined;
  assertPreconditions(readPreconditions(query, 'ifSource'), source, 'write');
  if (source === undefined) throw noObject(bucket, name);
  return source;
}
