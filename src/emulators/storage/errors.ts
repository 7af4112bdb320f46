/** Errors as the JSON API has them: https://cloud.google.com/storage/docs/json_api/v1/status-codes */

export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** The HTTP status. */
  readonly code: number;
  readonly reason: string;

  constructor(code: number, reason: string, message: string) {
    super(message);
    this.code = code;
    this.reason = reason;
  }

  toJSON(): object {
    const { code, reason, message } = this;
    return { error: { code, message, errors: [{ domain: 'global', reason, message }] } };
  }
}

export const invalid = (message: string): StorageError => new StorageError(400, 'invalid', message);
export const required = (name: string): StorageError =>
  new StorageError(400, 'required', `Required parameter: ${name}`);
export const forbidden = (message: string): StorageError => new StorageError(403, 'forbidden', message);
export const conflict = (message: string): StorageError => new StorageError(409, 'conflict', message);
/** To a write, or to a read that names what it must match. */
export const conditionNotMet = (condition: string): StorageError =>
  new StorageError(
    412,
    'conditionNotMet',
    `At least one of the pre-conditions you specified did not hold: ${condition}`,
  );
/** To a read; it is answered without a body. */
export const notModified = (condition: string): StorageError =>
  new StorageError(304, 'notModified', `Not modified: ${condition}`);
export const unsatisfiableRange = (): StorageError =>
  new StorageError(416, 'requestedRangeNotSatisfiable', 'The requested range cannot be satisfied.');
export const noBucket = (): StorageError => new StorageError(404, 'notFound', 'The specified bucket does not exist.');
export const noObject = (bucket: string, name: string): StorageError =>
  new StorageError(404, 'notFound', `No such object: ${bucket}/${name}`);
export const unimplemented = (what: string): StorageError =>
  new StorageError(501, 'notImplemented', `UNIMPLEMENTED: ${what} is not implemented by the local Storage`);
