/** An error that goes to the client as a gRPC status. */
import { status } from '@grpc/grpc-js';

export class RpcError extends Error {
  override readonly name = 'RpcError';
  readonly code: status;

  constructor(code: status, message: string) {
    super(message);
    this.code = code;
  }
}

export const invalidArgument = (message: string): RpcError => new RpcError(status.INVALID_ARGUMENT, message);

/** What the service can do and this emulator cannot, by the name that the service uses for it. */
export const unimplemented = (what: string): RpcError =>
  new RpcError(status.UNIMPLEMENTED, `${what} is not implemented by Daymill's Firestore emulator.`);
