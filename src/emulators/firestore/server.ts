/** The local Firestore: google.firestore.v1.Firestore over gRPC, from the shared state file. */
import { once } from 'node:events';
import type { Metadata, ServerDuplexStream, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { Server, status } from '@grpc/grpc-js';
import { listenGrpc } from '../loopback.ts';
import type { State } from '../state.ts';
import { aggregate, aggregatedFields } from './aggregate.ts';
import { checkDescendants } from './descendants.ts';
import { encodeFields } from './encode-fields.ts';
import { openEngine } from './engine.ts';
import type { FaultPlan } from './faults.ts';
import { planFaults } from './faults.ts';
import type { FieldPath } from './field-paths.ts';
import { parseMask, project } from './field-paths.ts';
import type { Hold } from './held-commits.ts';
import type { IndexConfig } from './indexes.ts';
import { checkIndexes } from './indexes.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { watchTargets } from './listen.ts';
import { listCollectionIds, listDocuments } from './listing.ts';
import { documentName } from './paths.ts';
import { decodeFields, service, writeDocument } from './protocol.ts';
import type { Query } from './query.ts';
import { parseQuery } from './query.ts';
import { invalidArgument, RpcError, unimplemented } from './rpc-error.ts';
import type { Requests } from './schemas.ts';
import type { SearchResult } from './search.ts';
import { search } from './search.ts';
import type { StoredDocument } from './store.ts';
import { startTtl } from './ttl.ts';
import type { Usage } from './usage.ts';
import { UsageCounters } from './usage.ts';
import { timestampOf } from './values.ts';
import { bytes, message, text, timestamp, varint, written } from './wire.ts';

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
  /** Milliseconds since 1970. */
  clock?: () => number;
  log?: (line: string) => void;
  faults?: FaultPlan;
}

interface Context {
  readonly signal: AbortSignal;
  readonly count: (used: Partial<Usage>) => void;
}

interface AnyCall {
  readonly metadata: Metadata;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** Metadata that names the caller, for example the part of a program that the cost belongs to. */
const CALLER_HEADER = 'x-daymill-caller';
/** Room above the service's limit, so that a request just over it is refused with the service's own message. */
const MAX_RECEIVE_BYTES = 4 * MAX_REQUEST_BYTES;
/** Documents go out in gulps of so many bytes; the next waits until the client took this one. */
const STREAM_GULP_BYTES = 1 << 20;

/** Listens on 127.0.0.1. @throws when the port is taken. */
export async function startFirestore(options: FirestoreOptions): Promise<FirestoreEmulator> {
  const { state, indexes = {}, clock = Date.now, log } = options;
  const engine = openEngine(state, clock);
  const { store } = engine;
  const usage = new UsageCounters();
  const faultOf = planFaults(options.faults);
  const listeners = new Set<() => void>();
  const check = (query: Query, aggregated?: readonly FieldPath[]): void => {
    checkDescendants(query, aggregated);
    if (options.requireIndexes) checkIndexes(query, indexes, aggregated);
  };

  /** What every call has in common: counting, logging, faults, cancelling, errors as statuses. */
  async function serve(
    method: string,
    call: AnyCall,
    work: (context: Context) => Promise<void>,
  ): Promise<{ code: status; details: string } | undefined> {
    const caller = call.metadata.get(CALLER_HEADER)[0]?.toString();
    usage.add(caller, { rpcs: 1 });
    const abort = new AbortController();
    let over = false;
    // Also emitted when a finished call closes, and an abort is dear.
    call.on('cancelled', () => over || abort.abort());
    const started = clock();
    let outcome = 'OK';
    try {
      const fault = faultOf(method);
      if (fault.delayMs > 0) await new Promise((resolve) => setTimeout(resolve, fault.delayMs));
      if (fault.before) throw fault.before;
      await work({ signal: abort.signal, count: (used) => usage.add(caller, used) });
      if (fault.after) throw fault.after;
      return undefined;
    } catch (error) {
      const code = error instanceof RpcError ? error.code : status.INTERNAL;
      const details = error instanceof Error ? error.message : String(error);
      outcome = `${status[code]} ${details}`;
      return { code, details };
    } finally {
      over = true;
      log?.(`firestore ${method} ${outcome} ${clock() - started} ms`);
    }
  }

  function unary<M extends keyof Requests>(
    method: M,
    work: (request: Requests[M], context: Context) => Promise<object> | object,
  ) {
    return (
      call: ServerUnaryCall<Requests[M], object>,
      answer: (error: object | null, value?: object) => void,
    ): void => {
      let reply: object = {};
      void serve(method, call, async (context) => {
        reply = await work(checkSize(call.request), context);
      }).then((error) => (error ? answer(error) : answer(null, reply)));
    };
  }

  function streaming<M extends keyof Requests>(
    method: M,
    work: (request: Requests[M], context: Context) => Promise<Iterable<Buffer | object>>,
  ) {
    return (call: ServerWritableStream<Requests[M], Buffer | object>): void => {
      void serve(method, call, async (context) => {
        let gulp = 0;
        for (const answer of await work(checkSize(call.request), context)) {
          if (context.signal.aborted) return;
          const roomy = call.write(answer);
          gulp += Buffer.isBuffer(answer) ? answer.length : 0;
          if (roomy || gulp < STREAM_GULP_BYTES) continue;
          gulp = 0;
          // Cancelled: the loop ends at its next turn.
          await once(call, 'drain', { signal: context.signal }).catch(() => undefined);
        }
      }).then((error) => (error ? call.emit('error', error) : call.end()));
    };
  }

  const server = new Server({ 'grpc.max_receive_message_length': MAX_RECEIVE_BYTES });
  server.addService(service, {
    BatchGetDocuments: streaming('BatchGetDocuments', async (request, { signal, count }) => {
      const names = [...new Set(request.documents ?? [])].map((name) => documentName(name));
      const mask = request.mask && parseMask(request.mask.fieldPaths);
      const { value, readTime, began } = await engine.read(
        request,
        (snapshot) => ({
          value: names.map((name) => (snapshot?.has(name) ? snapshot.get(name) : store.get(name))),
          names,
        }),
        signal,
      );
      count({ reads: names.length });
      // BatchGetDocumentsResponse: found = 1, missing = 2, transaction = 3, read_time = 4.
      const messages = value.map((document, i) =>
        answer(document, mask, () => {
          if (!document) text(0x12, names[i] ?? '');
          timestamp(0x22, timestampOf(readTime));
        }),
      );
      return began ? [written(() => bytes(0x1a, began)), ...messages] : messages;
    }),

    RunQuery: streaming('RunQuery', async (request, { signal, count }) => {
      if (request.explainOptions) throw unimplemented('RunQueryRequest.explain_options');
      const query = parseQuery(request.parent, request.structuredQuery);
      check(query);
      const { value, readTime, began } = await engine.read(
        request,
        (snapshot) => {
          const result = search(store, query, snapshot);
          return { value: result, names: result.documents.map(({ name }) => name), query };
        },
        signal,
      );
      count({ reads: Math.max(1, value.documents.length + value.skipped) });
      return queryMessages(value, readTime, query.select, began);
    }),

    RunAggregationQuery: streaming('RunAggregationQuery', async (request, { signal, count }) => {
      if (request.explainOptions) throw unimplemented('RunAggregationQueryRequest.explain_options');
      const { structuredQuery, aggregations = [] } = request.structuredAggregationQuery ?? {};
      const query = parseQuery(request.parent, structuredQuery);
      check(query, aggregatedFields(aggregations));
      const { value, readTime, began } = await engine.read(
        request,
        (snapshot) => ({ value: aggregate(store, query, aggregations, snapshot), names: [], query }),
        signal,
      );
      count({ reads: value.reads });
      const result = { aggregateFields: value.fields };
      return [{ result, readTime: timestampOf(readTime), ...(began && { transaction: began }) }];
    }),

    Commit: unary('Commit', async (request, { signal, count }) => {
      const { writes, deletes, results, time } = await engine.commit(request.writes ?? [], request.transaction, signal);
      count({ writes, deletes });
      return { writeResults: results, commitTime: timestampOf(time) };
    }),

    Rollback: unary('Rollback', ({ transaction = Buffer.alloc(0) }) => {
      engine.rollback(transaction);
      return {};
    }),

    BatchWrite: unary('BatchWrite', async ({ writes = [] }, { signal, count }) => {
      const names = new Set(writes.map((write) => write.delete ?? write.update?.name));
      if (names.size < writes.length) throw invalidArgument('A document may be written only once in a BatchWrite.');
      const replies = await Promise.all(
        writes.map(async (write) => {
          try {
            const committed = await engine.commit([write], undefined, signal);
            count({ writes: committed.writes, deletes: committed.deletes });
            return { result: committed.results[0] ?? {}, status: { code: status.OK } };
          } catch (error) {
            if (!(error instanceof RpcError)) throw error;
            return { result: {}, status: { code: error.code, message: error.message } };
          }
        }),
      );
      return { writeResults: replies.map(({ result }) => result), status: replies.map((reply) => reply.status) };
    }),

    ListDocuments: unary('ListDocuments', (request, { count }) => {
      const reply = listDocuments(store, request);
      count({ reads: Math.max(1, reply.documents.length) });
      return reply;
    }),

    ListCollectionIds: unary('ListCollectionIds', (request, { count }) => {
      count({ reads: 1 });
      return listCollectionIds(store, request);
    }),

    Listen: (call: ServerDuplexStream<Requests['Listen'], object>) => {
      void serve('Listen', call, async ({ signal, count }) => {
        const over = Promise.withResolvers<void>();
        const stream = watchTargets(
          engine,
          (response) => call.write(response),
          (reads) => count({ reads }),
          check,
        );
        const stop = (): void => over.reject(new RpcError(status.UNAVAILABLE, 'The local Firestore is stopping.'));
        listeners.add(stop);
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
          listeners.delete(stop);
          stream.end();
        }
      }).then((error) => (error ? call.emit('error', error) : call.end()));
    },
  });
  const listening = await listenGrpc(server, options.port);
  const endTtl = startTtl(engine, indexes, clock, (deletes) => usage.add(undefined, { deletes }));

  return {
    port: listening.port,
    counters: usage.total,
    countersByCaller: usage.byCaller,
    resetCounters: usage.reset,
    holdCommits: engine.hold,
    clear: () => state.write(() => store.clear()),
    close() {
      endTtl();
      engine.close();
      for (const stop of listeners) stop();
      return listening.close();
    },
  };
}

function checkSize<T>(request: T): T {
  if (!(request as { tooLarge?: boolean }).tooLarge) return request;
  throw invalidArgument(`Request payload size exceeds the limit: ${MAX_REQUEST_BYTES} bytes.`);
}

/** RunQueryResponse: document = 1, transaction = 2, read_time = 3, skipped_results = 4. */
function* queryMessages(
  { documents, skipped }: SearchResult,
  readTime: number,
  select: readonly FieldPath[] | undefined,
  began: Uint8Array | undefined,
): Generator<Buffer> {
  if (began) yield written(() => bytes(0x12, began));
  const time = (): void => timestamp(0x1a, timestampOf(readTime));
  if (skipped > 0 || documents.length === 0) {
    yield written(() => {
      time();
      for (const number of skipped > 0 ? [0x20, skipped] : []) varint(number);
    });
  }
  for (const document of documents) yield answer(document, select, time);
}

/** A document as field 1 of an answer, and what follows it. */
function answer(
  document: StoredDocument | undefined,
  mask: readonly FieldPath[] | undefined,
  tail: () => void,
): Buffer {
  const fields =
    document && mask ? encodeFields(document.name, project(decodeFields(document.fields), mask)) : document?.fields;
  return written(() => {
    if (document && fields) message(0x0a, () => writeDocument({ ...document, fields }));
    tail();
  });
}
