/** What the service can do and this emulator cannot is refused by the name that the service uses for it. */
import { status } from '@grpc/grpc-js';
import { RpcError } from '../rpc-error.ts';

export { invalidArgument, RpcError } from '../rpc-error.ts';

export const unimplemented = (what: string): RpcError =>
  new RpcError(status.UNIMPLEMENTED, `${what} is not implemented by Daymill's Firestore emulator.`);
