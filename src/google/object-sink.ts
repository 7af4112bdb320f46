/** Where a file of a bucket is written: it is there when all of it is. */
import type { Writable } from 'node:stream';

/** `name`: of the object in the bucket. */
export async function objectSink(
  { bucket, name, contentType }: { readonly bucket: string; readonly name: string; readonly contentType: string },
  projectId: string | undefined,
): Promise<Writable> {
  // Loaded when it is asked for: most processes write no files.
  const { Storage } = await import('@google-cloud/storage');
  const storage = new Storage(projectId === undefined ? {} : { projectId });
  return storage.bucket(bucket).file(name).createWriteStream({ contentType, resumable: false });
}
