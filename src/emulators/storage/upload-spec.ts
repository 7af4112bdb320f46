/** What an upload says of the object that it is to become. */
import type { Call } from './api.ts';
import type { Checksums } from './checksums.ts';
import { invalid, required } from './errors.ts';
import { assertObjectName } from './names.ts';
import { readPreconditions } from './preconditions.ts';
import { assertMetadata, type NewObject, ObjectFields, readValue } from './schemas.ts';
import type { Making } from './store.ts';

/**
 * What an upload says of its object, in its parameters and its metadata.
 * @throws {StorageError} invalid, required
 */
export function describeUpload(
  { bucket, query }: Call,
  resource: NewObject,
): Making & { declared: Partial<Checksums> } {
  const [inQuery, { name: inBody }] = [query.get('name'), resource];
  const name = inQuery ?? inBody ?? '';
  if (name === '') throw required('name');
  for (const [field, value, expected] of [
    ['name', inBody, name],
    ['bucket', resource.bucket, bucket],
  ]) {
    if (value !== undefined && value !== expected) {
      throw invalid(`Value '${value}' in content does not agree with value '${expected}' of ${field}.`);
    }
  }
  assertObjectName(name);
  const contentEncoding = query.get('contentEncoding') ?? resource.contentEncoding;
  const given = { ...resource, ...(contentEncoding !== undefined && { contentEncoding }) };
  const fields = readValue(
    ObjectFields,
    Object.fromEntries(Object.entries(given).filter(([field]) => field in ObjectFields.shape)),
  );
  assertMetadata(fields);
  const { crc32c, md5Hash } = resource;
  const declared = { ...(crc32c !== undefined && { crc32c }), ...(md5Hash !== undefined && { md5Hash }) };
  return { bucket, name, fields, preconditions: readPreconditions(query), declared };
}

/** A header as one text. */
export function headerOf({ headers }: Call, name: string): string | undefined {
  const value = headers[name];
  return Array.isArray(value) ? value.join(',') : value;
}
