/** The one Firestore client of a process, and what its errors mean to us. */
import { Firestore } from '@google-cloud/firestore';
import { RetryableError, TerminalError, toError } from '../errors.ts';

/** gRPC status codes that we act on. */
export const GRPC = {
  INVALID_ARGUMENT: 3,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNAVAILABLE: 14,
} as const;

/** What is not said: the project is found out by the client, the database is `(default)`. */
export const openFirestore = ({
  projectId,
  databaseId,
}: {
  readonly projectId: string | undefined;
  readonly databaseId: string | undefined;
}): Firestore =>
  new Firestore({
    ...(projectId === undefined ? {} : { projectId }),
    ...(databaseId === undefined ? {} : { databaseId }),
    ignoreUndefinedProperties: true,
  });

export function grpcCode(thrown: unknown): number | undefined {
  return typeof thrown === 'object' && thrown !== null && 'code' in thrown && typeof thrown.code === 'number'
    ? thrown.code
    : undefined;
}

/** The document is not as the precondition says: somebody else wrote it, or our own lost answer did. */
export const isConflict = (thrown: unknown): boolean => {
  const code = grpcCode(thrown);
  return code === GRPC.FAILED_PRECONDITION || code === GRPC.ALREADY_EXISTS || code === GRPC.NOT_FOUND;
};

/** Words by which Firestore refuses a document, a value or a request for its size. */
const SIZE_WORDS = /exceeds? the (?:maximum|limit)|is longer than|too (?:large|big)|larger than/i;

/** What Firestore refuses for its size would be refused again; everything else that it throws beyond conflicts may pass. */
export function unavailable(what: string, thrown: unknown): Error {
  const { message } = toError(thrown);
  if (thrown instanceof TerminalError || thrown instanceof RetryableError) return thrown;
  if (grpcCode(thrown) === GRPC.INVALID_ARGUMENT && SIZE_WORDS.test(message))
    return new TerminalError('TOO_LARGE', `${what}: ${message}`, { cause: thrown });
  return new RetryableError('UNAVAILABLE', `${what}: ${message}`, { cause: thrown });
}
