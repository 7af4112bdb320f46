/**
 * What the service allows, as constants.
 * Source unless another is named: https://cloud.google.com/storage/quotas
 */

/** Bytes of an object's name, UTF-8. */
export const MAX_OBJECT_NAME_BYTES = 1_024;
/** Bytes of an object: 5 TiB. */
export const MAX_OBJECT_BYTES = 5 * 1024 ** 4;
/** Bytes of all keys and values of an object's custom metadata, UTF-8. */
export const MAX_METADATA_BYTES = 8 * 1024;
/** Characters of a bucket's name, and of one with dots. https://cloud.google.com/storage/docs/buckets#naming */
export const BUCKET_NAME = { minimum: 3, maximum: 63, maximumDotted: 222 } as const;
/** Items and prefixes of one page. https://cloud.google.com/storage/docs/json_api/v1/objects/list */
export const MAX_PAGE = 1_000;
/** What a resumable upload keeps of a request that is not its last. https://cloud.google.com/storage/docs/performing-resumable-uploads */
export const RESUMABLE_UNIT = 256 * 1024;
/** Milliseconds that a resumable upload can be gone on with: a week. https://cloud.google.com/storage/docs/resumable-uploads */
export const RESUMABLE_LIFETIME_MS = 7 * 24 * 3_600_000;

/** Bytes of a JSON body. Ours: the service does not say. */
export const MAX_JSON_BYTES = 1024 * 1024;
/** Bytes of content in one row of the state file. Ours. */
export const CHUNK_BYTES = 1024 * 1024;
