/** An answer that is not OK: a gRPC status code and a message for the caller. */
import { status } from '@grpc/grpc-js';

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

export const invalid = (message: string): RpcError => new RpcError(status.INVALID_ARGUMENT, message);
export const unimplemented = (what: string): RpcError =>
  new RpcError(
    status.UNIMPLEMENTED,
    `${what} is not implemented by the local Pub/Sub (docs/local-cloud.md lists what is).`,
  );
export const notFound = (name: string): RpcError =>
  new RpcError(status.NOT_FOUND, `Resource not found (resource=${shortName(name)}).`);
export const alreadyExists = (name: string): RpcError =>
  new RpcError(status.ALREADY_EXISTS, `Resource already exists in the project (resource=${shortName(name)}).`);

const shortName = (name: string): string => name.slice(name.lastIndexOf('/') + 1);
