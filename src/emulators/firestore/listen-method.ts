/** Listen: a stream both ways, open until its client or the emulator ends it. */
import type { ServerDuplexStream } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { Calls } from './calls.ts';
import type { Engine } from './engine.ts';
import { watchTargets } from './listen.ts';
import type { Check } from './methods.ts';
import { RpcError } from './rpc-error.ts';
import type { Requests } from './schemas.ts';

/** `stop` ends all streams as UNAVAILABLE. */
export function listenMethod(engine: Engine, check: Check, { serve }: Calls) {
  const streams = new Set<() => void>();

  const handle = (call: ServerDuplexStream<Requests['Listen'], object>): void => {
    void serve('Listen', call, async ({ signal, count }) => {
      const over = Promise.withResolvers<void>();
      const stream = watchTargets(
        engine,
        (response) => call.write(response),
        (reads) => count({ reads }),
        check,
      );
      const stop = (): void => over.reject(new RpcError(status.UNAVAILABLE, 'The local Firestore is stopping.'));
      streams.add(stop);
      call.on('data', (request: Requests['Listen']) => {
        try {
          stream.receive(request);
        } catch (error) {
          over.reject(error);
        }
      });
      for (const event of ['end', 'error']) call.on(event, () => over.resolve());
      signal.addEventListener('abort', () => over.resolve());
      try {
        await over.promise;
      } finally {
        streams.delete(stop);
        stream.end();
      }
    }).then((error) => (error ? call.emit('error', error) : call.end()));
  };

  return {
    handle,
    stop: (): void => {
      for (const stop of streams) stop();
    },
  };
}
