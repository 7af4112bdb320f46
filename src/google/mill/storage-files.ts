/** Files in Cloud Storage, on the official client: what is listed has its content's hash, and what is read is of one generation. */
import type { Bucket, FileMetadata, Storage } from '@google-cloud/storage';
import { RetryableError, toError, UserError } from '../../errors.ts';
import type { StoredFile } from '../../mill/model/artifact.ts';
import type { FilePattern } from '../../mill/model/file-pattern.ts';
import type { Files, OpenFile } from '../../mill/ports/files.ts';

/** The most that one answer holds: https://cloud.google.com/storage/docs/json_api/v1/objects/list */
const PAGE = 1_000;

/** The client is loaded when a bucket is asked for: most processes never do. */
export function storageFiles(projectId: string | undefined): Files {
  let storage: Promise<Storage> | undefined;
  const bucketOf = async ({ text, bucket }: FilePattern): Promise<Bucket> => {
    if (bucket === undefined) throw new Error(`${text} lies in no bucket`);
    storage ??= import('@google-cloud/storage').then(
      ({ Storage }) => new Storage(projectId === undefined ? {} : { projectId }),
    );
    return (await storage).bucket(bucket);
  };
  return {
    async *list(pattern) {
      const bucket = await bucketOf(pattern);
      let pageToken: string | undefined;
      do {
        const page = await listPage(bucket, pattern, pageToken);
        yield page.files;
        pageToken = page.pageToken;
      } while (pageToken !== undefined);
    },
    async open(pattern, file) {
      const bucket = await bucketOf(pattern);
      const metadata = await metadataOf(bucket, file);
      return metadata === undefined || hashOf(metadata) !== file.hash ? undefined : openFile(bucket, file, metadata);
    },
  };
}

async function listPage(
  bucket: Bucket,
  { text, prefix }: FilePattern,
  pageToken: string | undefined,
): Promise<{ readonly files: StoredFile[]; readonly pageToken: string | undefined }> {
  try {
    const [files, next] = await bucket.getFiles({
      prefix,
      autoPaginate: false,
      maxResults: PAGE,
      fields: 'items(name,size,md5Hash,crc32c),nextPageToken',
      ...(pageToken === undefined ? {} : { pageToken }),
    });
    // Asked for some fields, the client answers with what came, and not with its own objects.
    const found = files as unknown as (FileMetadata & { readonly name: string })[];
    return {
      files: found.map(({ name, size, ...hashes }) => ({ name, bytes: Number(size), hash: hashOf(hashes) })),
      pageToken: (next as { pageToken?: string } | null)?.pageToken,
    };
  } catch (thrown) {
    throw refusalOf(thrown, bucket.name) ?? unavailable(`${text} could not be listed`, thrown);
  }
}

async function metadataOf(bucket: Bucket, { name }: StoredFile): Promise<FileMetadata | undefined> {
  try {
    const [metadata] = await bucket.file(name).getMetadata();
    return metadata;
  } catch (thrown) {
    if (statusOf(thrown) === 404) return undefined;
    throw unavailable(`gs://${bucket.name}/${name} could not be opened`, thrown);
  }
}

function openFile(bucket: Bucket, { name, bytes }: StoredFile, metadata: FileMetadata): OpenFile {
  const file = bucket.file(name, { generation: Number(metadata.generation) });
  const called = `gs://${bucket.name}/${name}`;
  const read = async function* (range: { readonly start?: number; readonly end?: number }): AsyncGenerator<Buffer> {
    try {
      // As they lie: what is compressed is known by its name, or by its metadata. The client checks a whole file's hash.
      yield* file.createReadStream({ decompress: false, ...range }) as AsyncIterable<Buffer>;
    } catch (thrown) {
      if (statusOf(thrown) === 404)
        throw new RetryableError('INPUT_CHANGED', `${called} went while it was read`, { cause: thrown });
      throw unavailable(`${called} could not be read`, thrown);
    }
  };
  return {
    name: called,
    size: bytes,
    ...(metadata.contentEncoding === 'gzip' ? { compression: 'gz' } : {}),
    stream: (start) => read(start === 0 ? {} : { start }),
    slice: async (start, end) =>
      start >= end ? Buffer.alloc(0) : Buffer.concat(await Array.fromAsync(read({ start, end: end - 1 }))),
    // A generation never changes.
    isSame: () => Promise.resolve(true),
  };
}

/** Objects that were composed of others have no MD5. */
const hashOf = ({ md5Hash, crc32c }: FileMetadata): string =>
  md5Hash === undefined ? `crc32c:${crc32c}` : `md5:${md5Hash}`;

/** What trying again does not mend. */
function refusalOf(thrown: unknown, bucket: string): UserError | undefined {
  const status = statusOf(thrown);
  if (status === 404)
    return new UserError(
      'MISSING_FILE',
      `There is no bucket ${bucket}. Correct the dataset's pattern, or make the bucket.`,
      {
        cause: thrown,
      },
    );
  if (status !== 401 && status !== 403) return undefined;
  return new UserError(
    'MISSING_FILE',
    `The bucket ${bucket} may not be read by this account. Give it roles/storage.objectViewer on the bucket.`,
    { cause: thrown },
  );
}

const statusOf = (thrown: unknown): number | undefined =>
  typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'number'
    ? thrown.code
    : undefined;

const unavailable = (what: string, thrown: unknown): RetryableError =>
  new RetryableError('UNAVAILABLE', `${what}: ${toError(thrown).message}`, { cause: thrown });
