/** What requests may hold. Fields that mean something in production and nothing here are not there, and are refused by name. */
import { z } from 'zod';
import { invalid, unimplemented } from './errors.ts';
import { MAX_METADATA_BYTES } from './limits.ts';

const Metadata = z.record(z.string(), z.string());
/** It becomes a header of downloads. */
const HeaderText = z.string().regex(/^(?:\P{Cc}|\t)*$/u, 'holds a control character');

/** Metadata that a writer sets: https://cloud.google.com/storage/docs/json_api/v1/objects#resource */
export const ObjectFields = z
  .strictObject({
    cacheControl: HeaderText,
    contentDisposition: HeaderText,
    contentEncoding: HeaderText,
    contentLanguage: HeaderText,
    contentType: HeaderText,
    customTime: z.iso.datetime({ offset: true }),
    metadata: Metadata,
  })
  .partial();
export type ObjectFields = z.infer<typeof ObjectFields>;

/** The metadata of an upload, with what the client knows of its content. */
export const NewObject = ObjectFields.extend({
  name: z.string().optional(),
  bucket: z.string().optional(),
  crc32c: z.string().optional(),
  md5Hash: z.string().optional(),
  storageClass: z.literal('STANDARD').optional(),
});
export type NewObject = z.infer<typeof NewObject>;

/** null takes a field, or a key of the custom metadata, away. */
export const ObjectPatch = z
  .strictObject({
    ...Object.fromEntries(Object.entries(ObjectFields.shape).map(([name, field]) => [name, field.nullable()])),
    metadata: z.record(z.string(), z.string().nullable()).nullish(),
  })
  .partial();

/** https://cloud.google.com/storage/docs/json_api/v1/buckets#resource */
export const NewBucket = z.strictObject({
  name: z.string(),
  location: z.string().toUpperCase().default('US'),
  storageClass: z.literal('STANDARD').default('STANDARD'),
  labels: z.record(z.string(), z.string()).optional(),
  iamConfiguration: z
    .strictObject({
      uniformBucketLevelAccess: z.strictObject({ enabled: z.boolean() }),
      publicAccessPrevention: z.enum(['inherited', 'enforced']),
    })
    .partial()
    .optional(),
});

/**
 * A body as the schema reads it; nothing at all is `{}`.
 * @throws {StorageError} UNIMPLEMENTED names a field that the schema does not have, invalid what does not fit
 */
export function readJson<T>(schema: z.ZodType<T>, body: Buffer): T {
  let json: unknown;
  try {
    json = body.toString().trim() === '' ? {} : JSON.parse(body.toString());
  } catch (error) {
    throw invalid(`Parse Error: the body is not JSON: ${(error as Error).message}`);
  }
  return readValue(schema, json);
}

/** @throws {StorageError} as {@link readJson} */
export function readValue<T>(schema: z.ZodType<T>, value: unknown): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    if (issue.code === 'unrecognized_keys')
      throw unimplemented(`the field ${[...issue.path, issue.keys[0]].join('.')}`);
  }
  throw invalid(
    parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'the body'}: ${message}`).join('; '),
  );
}

/** @throws {StorageError} invalid */
export function assertMetadata({ metadata = {} }: ObjectFields): void {
  const bytes = Object.entries(metadata).reduce(
    (sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value),
    0,
  );
  if (bytes > MAX_METADATA_BYTES) {
    throw invalid(`The custom metadata has ${bytes} bytes; an object has at most ${MAX_METADATA_BYTES}`);
  }
}

/** The fields after a patch. */
export function patched(fields: ObjectFields, patch: z.infer<typeof ObjectPatch>): ObjectFields {
  const merged = { ...fields, ...patch };
  if (patch.metadata) merged.metadata = { ...fields.metadata, ...patch.metadata };
  const { metadata, ...others } = merged;
  const kept = (record: object): object =>
    Object.fromEntries(Object.entries(record).filter(([, value]) => value !== null));
  const custom = Metadata.parse(kept(metadata ?? {}));
  return ObjectFields.parse({ ...kept(others), ...(Object.keys(custom).length > 0 && { metadata: custom }) });
}
