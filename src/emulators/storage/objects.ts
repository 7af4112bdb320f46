/** Making, finding and deleting objects. What changes them belongs inside `state.write`. */
import type { Api } from './api.ts';
import type { Checksums } from './checksums.ts';
import { noObject } from './errors.ts';
import { assertPreconditions, readInt64, readPreconditions } from './preconditions.ts';
import type { Making, StoredObject } from './store.ts';

/**
 * Makes a new generation of an object; the old one is gone.
 * @throws {StorageError} notFound of the bucket, conditionNotMet
 */
export function putNewObject(
  { store, contents, now }: Api,
  { bucket, name, fields, preconditions }: Making,
  content: Checksums & { readonly content: number; readonly size: number },
): StoredObject {
  const milliseconds = now();
  const time = new Date(milliseconds).toISOString();
  store.bucket(bucket);
  const old = store.findObject(bucket, name);
  assertPreconditions(preconditions, old, 'write');
  const object: StoredObject = {
    bucket,
    name,
    generation: store.nextGeneration(milliseconds * 1_000),
    metageneration: 1,
    content: content.content,
    size: content.size,
    crc32c: content.crc32c,
    md5Hash: content.md5Hash,
    timeCreated: time,
    updated: time,
    fields,
  };
  store.putObject(object);
  store.dropGarbage(object.content);
  if (old !== undefined) contents.discard(old.content, old.size);
  return object;
}

/**
 * The object that a request names, `generation` and preconditions included.
 * @throws {StorageError} notFound, conditionNotMet, notModified
 */
export function findObject(
  { store }: Api,
  { bucket, object: name, query }: { bucket: string; object: string; query: URLSearchParams },
  access: 'read' | 'write',
): StoredObject {
  store.bucket(bucket);
  const generation = readInt64(query, 'generation');
  const live = store.findObject(bucket, name);
  // Without versioning an older generation is as good as none.
  const found = generation === undefined || generation === live?.generation ? live : undefined;
  assertPreconditions(readPreconditions(query), found, access);
  if (found === undefined) throw noObject(bucket, name);
  return found;
}
