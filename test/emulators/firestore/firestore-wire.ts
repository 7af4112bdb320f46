/** Single RPCs without the official client's retries, for what it hides: codes, metadata, half-open transactions. */
import { Client, credentials } from '@grpc/grpc-js';
import { service } from '../../../src/emulators/firestore/protocol.ts';

export const ROOT = 'projects/demo-contract/databases/(default)/documents';

export interface Wire {
  /** All answers of one call; rejects with the status as `code`. */
  call(method: string, request: object | Buffer, signal?: AbortSignal): Promise<Record<string, unknown>[]>;
  /** Opens a Listen stream with one request; resolves at its first answer that is no addition. */
  listen(request: object): Promise<Record<string, unknown>>;
  close(): void;
}

export function openWire(port: number): Wire {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  return {
    call(method, request, signal) {
      const definition = service[method];
      if (!definition) throw new Error(`no RPC ${method}`);
      const serialize = Buffer.isBuffer(request) ? (bytes: Buffer) => bytes : definition.requestSerialize;
      // The answer as it was on the wire: the service of the emulator passes bytes through for streams of documents.
      const deserialize = (bytes: Buffer): Record<string, unknown> =>
        definition.responseDeserialize(bytes) as Record<string, unknown>;
      return new Promise((resolve, reject) => {
        const answers: Record<string, unknown>[] = [];
        if (!definition.responseStream) {
          const unary = client.makeUnaryRequest(
            definition.path,
            serialize,
            deserialize,
            request as never,
            (error, answer) => (error ? reject(error) : resolve([answer as Record<string, unknown>])),
          );
          signal?.addEventListener('abort', () => unary.cancel());
          return;
        }
        client
          .makeServerStreamRequest(definition.path, serialize, deserialize, request as never)
          .on('data', (answer: Record<string, unknown>) => answers.push(answer))
          .on('error', reject)
          .on('end', () => resolve(answers));
      });
    },
    listen(request) {
      const { Listen: definition } = service;
      if (!definition) throw new Error('no RPC Listen');
      const { path, requestSerialize, responseDeserialize } = definition;
      const stream = client.makeBidiStreamRequest(path, requestSerialize, responseDeserialize);
      const first = new Promise<Record<string, unknown>>((resolve, reject) => {
        stream.on('error', reject).on('data', (answer: { targetChange?: { targetChangeType?: string } }) => {
          if (answer.targetChange?.targetChangeType !== 'ADD') resolve(answer);
        });
      });
      stream.write(request);
      return first.finally(() => stream.cancel());
    },
    close: () => client.close(),
  };
}
