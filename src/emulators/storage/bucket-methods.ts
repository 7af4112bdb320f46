/** Buckets: https://cloud.google.com/storage/docs/json_api/v1/buckets */
import { readBody } from '../http-request.ts';
import type { Api, Call, Routes } from './api.ts';
import { conflict, forbidden, required } from './errors.ts';
import { MAX_JSON_BYTES } from './limits.ts';
import { assertBucketName } from './names.ts';
import { pageSize, readToken, tokenOf } from './paging.ts';
import { assertPreconditions, readPreconditions } from './preconditions.ts';
import { bucketResource } from './resources.ts';
import { NewBucket, readJson } from './schemas.ts';
import type { StoredBucket } from './store.ts';

/** A bucket has one generation, which is not shown, and nothing changes it. */
const METAGENERATION = { generation: 1, metageneration: 1 };
const CONDITIONS = ['ifMetagenerationMatch', 'ifMetagenerationNotMatch'];

export function bucketMethods({ state, store, now, origin, projectId }: Api): Routes {
  const assertProject = ({ query }: Call): void => {
    const project = query.get('project');
    if (project === null || project === '') throw required('project');
    if (project !== projectId) throw forbidden(`this local cloud serves project "${projectId}", not "${project}"`);
  };
  const find = ({ bucket: name, query }: Call, access: 'read' | 'write'): StoredBucket => {
    const bucket = store.bucket(name);
    assertPreconditions(readPreconditions(query), METAGENERATION, access);
    return bucket;
  };

  return {
    'POST b': {
      parameters: ['project'],
      async answer(call) {
        const resource = readJson(NewBucket, await readBody(call.body, MAX_JSON_BYTES));
        assertProject(call);
        assertBucketName(resource.name);
        const bucket: StoredBucket = { ...resource, timeCreated: new Date(now()).toISOString() };
        await state.write(() => {
          if (store.findBucket(bucket.name) !== undefined) {
            throw conflict('Your previous request to create the named bucket succeeded and you already own it.');
          }
          store.addBucket(bucket);
        });
        return { json: bucketResource(bucket, origin) };
      },
    },

    'GET b': {
      parameters: ['project', 'prefix', 'maxResults', 'pageToken'],
      answer(call) {
        assertProject(call);
        const prefix = call.query.get('prefix') ?? '';
        const size = pageSize(call.query);
        const from = readToken(call.query) ?? prefix;
        // One more than is shown tells whether there is another page.
        const found = store.buckets(from, size + 1).filter(({ name }) => name.startsWith(prefix));
        const [next] = found.slice(size);
        const items = found.slice(0, size).map((bucket) => bucketResource(bucket, origin));
        return { json: { kind: 'storage#buckets', items, ...(next && { nextPageToken: tokenOf(next.name) }) } };
      },
    },

    'GET b/*': {
      parameters: CONDITIONS,
      answer: (call) => ({ json: bucketResource(find(call, 'read'), origin) }),
    },

    'DELETE b/*': {
      parameters: CONDITIONS,
      async answer(call) {
        await state.write(() => {
          const { name } = find(call, 'write');
          if (store.objects(name, '', 1).length > 0) {
            throw conflict('The bucket you tried to delete is not empty.');
          }
          store.dropBucket(name);
        });
        return { status: 204 };
      },
    },
  };
}
