/** The local Pub/Sub: google.pubsub.v1 Publisher and Subscriber over gRPC, delivering by HTTP push from the shared state file. */
import type { handleUnaryCall, sendUnaryData, ServerUnaryCall, UntypedServiceImplementation } from '@grpc/grpc-js';
import { Server, status } from '@grpc/grpc-js';
import { listenGrpc } from '../loopback.ts';
import { RpcError } from '../rpc-error.ts';
import type { State } from '../state.ts';
import type { TimersOptions } from '../timers.ts';
import { timersOf } from '../timers.ts';
import { startDispatcher } from './dispatcher.ts';
import type { PubsubFaults } from './faults.ts';
import { DEFAULT_MAX_OUTSTANDING_PUSHES, MAX_RECEIVE_BYTES } from './limits.ts';
import type { Methods } from './methods.ts';
import { publisherMethods, schemaMethods, subscriberMethods } from './methods.ts';
import { loadServices } from './protos.ts';
import { openStore } from './store.ts';

/** Pushes under way at once: for every subscription, or by a subscription's full name. */
export type PushBound = number | ((subscription: string) => number);

export interface PubsubEmulator {
  port: number;
  /** Since the start: messages published by RPC, pushes sent, messages acknowledged, RPCs answered. */
  counters(): { published: number; delivered: number; acknowledged: number; rpcs: number };
  /** Resolves when nothing is outstanding or queued for a push endpoint. */
  idle(): Promise<void>;
  /** Deletes all topics, subscriptions and messages; pushes under way are broken off. */
  clear(): Promise<void>;
  /** Ends pushes, timers and connections, once. What was not acknowledged is delivered after the next start. */
  close(): Promise<void>;
}

/** @throws when the port is taken. */
export async function startPubsub(
  options: TimersOptions & {
    state: State;
    /** 0, the default, takes a free one. */
    port?: number;
    maxOutstandingPushes?: PushBound;
    log?: (line: string) => void;
    faults?: PubsubFaults;
  },
): Promise<PubsubEmulator> {
  const { state, log = () => {}, faults, maxOutstandingPushes: bound = DEFAULT_MAX_OUTSTANDING_PUSHES } = options;
  const timers = timersOf(options);
  const counters = { published: 0, delivered: 0, acknowledged: 0, rpcs: 0 };
  const store = openStore(state.db);
  const maxOutstanding = typeof bound === 'number' ? () => bound : bound;
  const dispatcher = startDispatcher({ state, store, maxOutstanding, timers, counters, log, faults });

  const workings = { state, store, timers, dispatcher, counters };
  const rpc = (method: Methods[string]): handleUnaryCall<never, object> => {
    const serve = async (call: ServerUnaryCall<never, object>, callback: sendUnaryData<object>): Promise<void> => {
      const started = performance.now();
      let code = status.OK;
      try {
        callback(null, await method(call.request));
      } catch (error) {
        code = error instanceof RpcError ? error.code : status.INTERNAL;
        callback({ code, details: error instanceof Error ? error.message : String(error) });
      }
      counters.rpcs += 1;
      const name = call.getPath().split('/').at(-1);
      log(`Pub/Sub: ${name} ${status[code]} ${(performance.now() - started).toFixed(1)} ms`);
    };
    return (call, callback) => void serve(call, callback);
  };
  const handlers = (methods: Methods): UntypedServiceImplementation =>
    Object.fromEntries(
      Object.entries(methods).map(([name, method]) => [name, rpc(method)]),
    ) as UntypedServiceImplementation;

  // grpc-js answers the methods that have no handler with UNIMPLEMENTED and their name.
  const server = new Server({ 'grpc.max_receive_message_length': MAX_RECEIVE_BYTES });
  const services = loadServices();
  server.addService(services.publisher, handlers(publisherMethods(workings)));
  server.addService(services.subscriber, handlers(subscriberMethods(workings)));
  server.addService(services.schemas, handlers(schemaMethods()));
  const { port, close } = await listenGrpc(server, options.port);
  dispatcher.wake(store.pushed());

  let closing: Promise<void> | undefined;
  return {
    port,
    counters: () => ({ ...counters }),
    idle: () => dispatcher.idle(),
    async clear() {
      // First the rows, so that no push starts that the stop would miss.
      await state.write(() => store.clear());
      await dispatcher.stop();
    },
    close: () => (closing ??= close().then(() => dispatcher.stop())),
  };
}
