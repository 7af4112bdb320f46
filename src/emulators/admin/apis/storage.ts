/** Buckets, their policies, and objects that are uploaded whole: https://cloud.google.com/storage/docs/json_api/v1 */
import { ApiError } from '../../rest-server.ts';
import { type Json, textAt, valueAt } from '../core/json.ts';
import type { AdminApi, Call } from '../core/method.ts';
import { bindingsOf, grantsOf } from '../core/policies.ts';
import { asPolicy, setPolicy } from '../core/policy-methods.ts';
import { needsOfProject } from '../core/resources.ts';
import type { World } from '../core/world.ts';

const HOST = 'storage.googleapis.com';
const STORAGE = 'google.storage.json.v1.Storage';

/** https://cloud.google.com/storage/docs/buckets#naming */
const BUCKET_NAME = /^[a-z\d][-a-z\d_]{1,61}[a-z\d]$/;

/** https://cloud.google.com/storage/docs/lifecycle#actions */
const ACTIONS = new Set(['Delete', 'SetStorageClass', 'AbortIncompleteMultipartUpload']);

export const bucketName = (bucket: string): string => `//${HOST}/projects/_/buckets/${bucket}`;
export const objectName = (bucket: string, object: string): string => `${bucketName(bucket)}/objects/${object}`;

/** A need of the bucket that the request names in `path`. */
const needsOfBucket =
  (permission: string, path = 'bucket') =>
  (request: Json) => [{ permission, on: bucketName(textAt(request, path)) }];

function bucketOf(world: World, bucket: string): Json {
  const found = world.resources.get(bucketName(bucket));
  if (found === undefined) throw new ApiError('NOT_FOUND', 'The specified bucket does not exist.');
  return found;
}

function insert({ world, request }: Call): Json {
  const given = request['bucket'] as Json;
  const name = textAt(given, 'name');
  if (!BUCKET_NAME.test(name)) throw new ApiError('INVALID_ARGUMENT', `Invalid bucket name: '${name}'`);
  if (world.resources.has(bucketName(name)))
    throw new ApiError(
      'ALREADY_EXISTS',
      'Your previous request to create the named bucket succeeded and you already own it.',
    );
  checkRules(given);
  const bucket = {
    kind: 'storage#bucket',
    id: name,
    location: 'US',
    locationType: 'region',
    storageClass: 'STANDARD',
    projectNumber: world.projectNumber,
    metageneration: '1',
    etag: 'CAE=',
    timeCreated: world.time(),
    updated: world.time(),
    softDeletePolicy: { retentionDurationSeconds: '604800' },
    iamConfiguration: { publicAccessPrevention: 'inherited', uniformBucketLevelAccess: {} },
    ...given,
  };
  world.resources.set(bucketName(name), bucket);
  return bucket;
}

function checkRules(bucket: Json): void {
  for (const { action } of (valueAt(bucket, 'lifecycle.rule') ?? []) as readonly { readonly action: Json }[])
    if (!ACTIONS.has(textAt(action, 'type')))
      throw new ApiError('INVALID_ARGUMENT', `Invalid lifecycle action: ${textAt(action, 'type')}`);
}

/** Labels are merged, all else is replaced. */
function patch({ world, request }: Call): Json {
  const live = bucketOf(world, textAt(request, 'name'));
  const given = (request['bucket'] ?? {}) as Json;
  checkRules(given);
  const labels = { ...(live['labels'] as Json | undefined), ...(given['labels'] as Json | undefined) };
  const metageneration = String(Number(live['metageneration']) + 1);
  const next = { ...live, ...given, labels, metageneration, updated: world.time() };
  world.resources.set(bucketName(textAt(live, 'name')), next);
  return next;
}

function upload({ world, request, bytes }: Call): Json {
  const bucket = textAt(request, 'bucket');
  bucketOf(world, bucket);
  const name = textAt(request, 'name');
  const object = {
    kind: 'storage#object',
    id: `${bucket}/${name}/1`,
    name,
    bucket,
    contentType: 'application/gzip',
    generation: '1',
    metageneration: '1',
    size: String(bytes.length),
    timeCreated: world.time(),
  };
  world.resources.set(objectName(bucket, name), object);
  return object;
}

export const storage: AdminApi = {
  service: HOST,
  methods: {
    [`${STORAGE}.InsertBucket`]: { needs: needsOfProject('storage.buckets.create'), answer: insert },
    [`${STORAGE}.GetBucket`]: {
      needs: needsOfBucket('storage.buckets.get'),
      answer: ({ world, request }) => bucketOf(world, textAt(request, 'bucket')),
    },
    [`${STORAGE}.PatchBucket`]: { needs: needsOfBucket('storage.buckets.update', 'name'), answer: patch },
    [`${STORAGE}.GetBucketIamPolicy`]: {
      needs: needsOfBucket('storage.buckets.getIamPolicy'),
      answer: ({ world, request }) => {
        const bucket = textAt(request, 'bucket');
        bucketOf(world, bucket);
        return policyOf(world, bucket, Number(request['optionsRequestedPolicyVersion'] ?? 1));
      },
    },
    [`${STORAGE}.SetBucketIamPolicy`]: {
      needs: needsOfBucket('storage.buckets.setIamPolicy'),
      answer: ({ world, request }) => {
        const bucket = textAt(request, 'bucket');
        bucketOf(world, bucket);
        setPolicy(world, bucketName(bucket), request['policy'] as Json);
        return policyOf(world, bucket, 3);
      },
    },
    [`${STORAGE}.GetObject`]: {
      needs: (request) => [
        { permission: 'storage.objects.get', on: objectName(textAt(request, 'bucket'), textAt(request, 'object')) },
      ],
      answer: ({ world, request }) => {
        const found = world.resources.get(objectName(textAt(request, 'bucket'), textAt(request, 'object')));
        if (found === undefined)
          throw new ApiError('NOT_FOUND', `No such object: ${textAt(request, 'bucket')}/${textAt(request, 'object')}`);
        return found;
      },
    },
    [`${STORAGE}.InsertObject`]: { needs: needsOfBucket('storage.objects.create'), answer: upload },
  },
};

/** With what it is the policy of. A bucket begins with none but its makers', which are not kept here. */
function policyOf(world: World, bucket: string, version: number): Json {
  const grants = grantsOf(world, bucketName(bucket));
  const about = { kind: 'storage#policy', resourceId: `projects/_/buckets/${bucket}` };
  return { ...about, ...asPolicy(grants, version), ...(bindingsOf(grants).length === 0 ? { bindings: [] } : {}) };
}
