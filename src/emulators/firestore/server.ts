/** The local Firestore: google.firestore.v1.Firestore over gRPC, from the shared state file. */
import { Server } from '@grpc/grpc-js';
import { listenGrpc } from '../loopback.ts';
import { cloudTime } from '../cloud-time.ts';
import type { State } from '../state.ts';
import { openCalls } from './calls.ts';
import { checkDescendants } from './descendants.ts';
import { openEngine } from './engine.ts';
import type { FaultPlan } from './faults.ts';
import { planFaults } from './faults.ts';
import type { Hold } from './held-commits.ts';
import type { IndexConfig } from './indexes.ts';
import { checkIndexes } from './indexes.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { listenMethod } from './listen-method.ts';
import type { Check } from './methods.ts';
import { streamingMethods, unaryMethods } from './methods.ts';
import { service } from './protocol.ts';
import { startTtl } from './ttl.ts';
import type { Usage } from './usage.ts';
import { UsageCounters } from './usage.ts';

export interface FirestoreEmulator {
  port: number;
  /** Billed operations and RPCs since the start, or since the last reset. */
  counters(): Usage;
  /** The same by the caller's `x-daymill-caller` metadata. */
  countersByCaller(): Record<string, Usage>;
  resetCounters(): void;
  /** From now on, commits of documents with such names are visible late: once they are let go. Their server timestamps are of when they were asked for. */
  readonly holdCommits: (touches: (name: string) => boolean) => Hold;
  /** Deletes all documents of all databases. */
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface FirestoreOptions {
  state: State;
  /** 0, the default, takes a free one. */
  port?: number;
  /** firestore.indexes.json, parsed. */
  indexes?: IndexConfig;
  /** Refuse queries that production would refuse for want of a composite index. */
  requireIndexes?: boolean;
  /** Milliseconds since 1970; the cloud's own time when absent. */
  clock?: () => number;
  log?: (line: string) => void;
  faults?: FaultPlan;
}

/** Room above the service's limit, so that a request just over it is refused with the service's own message. */
const MAX_RECEIVE_BYTES = 4 * MAX_REQUEST_BYTES;

/** Listens on 127.0.0.1. @throws when the port is taken. */
export async function startFirestore(options: FirestoreOptions): Promise<FirestoreEmulator> {
  const { state, indexes = {}, clock = cloudTime(state), log } = options;
  const engine = openEngine(state, clock);
  const usage = new UsageCounters();
  const check: Check = (query, aggregated) => {
    checkDescendants(query, aggregated);
    if (options.requireIndexes) checkIndexes(query, indexes, aggregated);
  };
  const calls = openCalls({ usage, faultOf: planFaults(options.faults), log });
  const listen = listenMethod(engine, check, calls);

  const server = new Server({ 'grpc.max_receive_message_length': MAX_RECEIVE_BYTES });
  server.addService(service, {
    ...calls.streaming(streamingMethods(engine, check)),
    ...calls.unary(unaryMethods(engine)),
    Listen: listen.handle,
  });
  const listening = await listenGrpc(server, options.port);
  const endTtl = startTtl(engine, indexes, clock, (deletes) => usage.add(undefined, { deletes }));

  return {
    port: listening.port,
    counters: usage.total,
    countersByCaller: usage.byCaller,
    resetCounters: usage.reset,
    holdCommits: engine.hold,
    clear: () => state.write(() => engine.store.clear()),
    close() {
      endTtl();
      engine.close();
      listen.stop();
      return listening.close();
    },
  };
}
