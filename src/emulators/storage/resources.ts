/** Buckets and objects as the API shows them: https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
import type { StoredBucket, StoredObject } from './store.ts';

/** The emulator has no project numbers; every bucket gets this one. */
const PROJECT_NUMBER = '123456789012';

export function bucketResource(bucket: StoredBucket, origin: string): object {
  return {
    kind: 'storage#bucket',
    id: bucket.name,
    selfLink: `${origin}/storage/v1/b/${bucket.name}`,
    projectNumber: PROJECT_NUMBER,
    metageneration: '1',
    locationType: /^(?:US|EU|ASIA)$/u.test(bucket.location) ? 'multi-region' : 'region',
    etag: etag(1, 1),
    updated: bucket.timeCreated,
    ...bucket,
  };
}

export function objectResource(object: StoredObject, origin: string): object {
  const { bucket, name, generation, metageneration, size, crc32c, md5Hash, timeCreated, updated, fields } = object;
  const path = `/storage/v1/b/${bucket}/o/${encodeURIComponent(name)}`;
  return {
    kind: 'storage#object',
    id: `${bucket}/${name}/${generation}`,
    selfLink: origin + path,
    mediaLink: `${origin}/download${path}?generation=${generation}&alt=media`,
    name,
    bucket,
    generation: String(generation),
    metageneration: String(metageneration),
    ...fields,
    storageClass: 'STANDARD',
    size: String(size),
    md5Hash,
    crc32c,
    etag: etag(generation, metageneration),
    timeCreated,
    updated,
    timeStorageClassUpdated: timeCreated,
    timeFinalized: timeCreated,
  };
}

/** Opaque, as the service's. */
export const etag = (generation: number, metageneration: number): string =>
  Buffer.from(`${generation}/${metageneration}`).toString('base64');
