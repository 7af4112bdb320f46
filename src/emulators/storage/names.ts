/**
 * Which names there may be: https://cloud.google.com/storage/docs/buckets#naming,
 * https://cloud.google.com/storage/docs/objects#naming
 */
import { invalid } from './errors.ts';
import { BUCKET_NAME, MAX_OBJECT_NAME_BYTES } from './limits.ts';

/** @throws {StorageError} invalid */
export function assertBucketName(name: string): void {
  const { minimum, maximum, maximumDotted } = BUCKET_NAME;
  const parts = name.split('.');
  const problem =
    name.length < minimum || name.length > (parts.length > 1 ? maximumDotted : maximum)
      ? `it has ${minimum} to ${maximum} characters, with dots up to ${maximumDotted}`
      : parts.some((part) => part.length > maximum)
        ? `what stands between its dots has at most ${maximum} characters`
        : !/^[a-z0-9][a-z0-9._-]*[a-z0-9]$/u.test(name)
          ? 'it has lowercase letters, digits, "-", "_" and ".", and begins and ends with a letter or digit'
          : parts.includes('')
            ? 'it has no two dots side by side'
            : /^\d+\.\d+\.\d+\.\d+$/u.test(name)
              ? 'it is no IP address'
              : /^goog|google|g00gle/u.test(name)
                ? 'it neither begins with "goog" nor contains "google"'
                : undefined;
  if (problem !== undefined) throw invalid(`Invalid bucket name: '${name}': ${problem}`);
}

/** @throws {StorageError} invalid */
export function assertObjectName(name: string): void {
  const problem =
    name === ''
      ? 'it is empty'
      : Buffer.byteLength(name) > MAX_OBJECT_NAME_BYTES
        ? `it has more than ${MAX_OBJECT_NAME_BYTES} bytes in UTF-8`
        : /[\r\n]/u.test(name)
          ? 'it holds a carriage return or a line feed'
          : name === '.' || name === '..'
            ? 'it is "." or ".."'
            : name.startsWith('.well-known/acme-challenge/')
              ? 'it begins with ".well-known/acme-challenge/"'
              : !name.isWellFormed()
                ? 'it is no Unicode'
                : undefined;
  if (problem !== undefined) throw invalid(`Invalid object name '${name}': ${problem}`);
}
