/** The local Firestore: google.firestore.v1.Firestore over gRPC, from the shared state file. */
import type {
  Metadata,
  ServerDuplexStream,
  ServerUnaryCall,
  ServerWritableStream,
  UntypedServiceImplementation,
} from '@grpc/grpc-js';
import { Server, ServerCredentials, status } from '@grpc/grpc-js';

import type { State } from '../state.ts';
import { aggregate, aggregatedFields } from './aggregate.ts';
import { openEngine } from './engine.ts';
import type { FaultPlan } from './faults.ts';
import { planFaults } from './faults.ts';
import type { FieldPath } from './field-paths.ts';
import { isNameField, parseFieldPath, project } from './field-paths.ts';
import type { IndexConfig } from './indexes.ts';
import { checkIndexes } from './indexes.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { watchTargets } from './listen.ts';
import { listCollectionIds, listDocuments } from './listing.ts';
import { documentName } from './paths.ts';
import { encodeFields } from './encode-fields.ts';
import { decodeFields, encodeDocument, encodeTimestamp, lengthDelimited, pushVarint, service } from './protocol.ts';
import type { Query } from './query.ts';
import { parseQuery } from './query.ts';
import { invalidArgument, RpcError, unimplemented } from './rpc-error.ts';
import type {
  BatchGetDocumentsRequest,
  CommitRequest,
  ListCollectionIdsRequest,
  ListDocumentsRequest,
  ListenRequest,
  RunAggregationQueryRequest,
  RunQueryRequest,
  Write,
} from './schemas.ts';
import { search } from './search.ts';
import type { StoredDocument } from './store.ts';
import { startTtl } from './ttl.ts';
import type { Usage } from './usage.ts';
import { CALLER_HEADER, UsageCounters } from './usage.ts';
import { timestampOf } from './values.ts';

export interface FirestoreEmulator {
  port: number;
  /** Billed operations and RPCs since the start, or since the last reset. */
  counters(): Usage;
  /** The same by the caller's `x-daymill-caller` metadata. */
  countersByCaller(): Record<string, Usage>;
  resetCounters(): void;
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

/** Room above the service's limit, so that a request just over it is refused with the service's own message. */
const MAX_RECEIVE_BYTES = 4 * MAX_REQUEST_BYTES;
/** Documents go out in gulps of so many bytes; the next waits until the client took this one. */
const STREAM_GULP_BYTES = 1 << 20;

/** How long answers under way may take before {@link FirestoreEmulator.close} cuts the connections. */
const SHUTDOWN_GRACE_MS = 500;

/** Listens on 127.0.0.1. @throws when the port is taken. */
export async function startFirestore(options: FirestoreOptions): Promise<FirestoreEmulator> {
  const { state, clock = Date.now, log } = options;
  const engine = openEngine(state, clock);
  const usage = new UsageCounters();
  const faultOf = planFaults(options.faults);

  const listeners = new Set<() => void>();
  const endTtl = startTtl(engine, options.indexes, clock, (deletes) => usage.add(undefined, { deletes }));
  const check = (query: Query, aggregated?: readonly FieldPath[]): void => {
    if (options.requireIndexes) checkIndexes(query, options.indexes ?? {}, aggregated);
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
      await work({
        signal: abort.signal,
        count: (used) => usage.add(caller, used),
      });
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

  function unary<Request>(method: string, work: (request: Request, context: Context) => Promise<object>) {
    return (call: ServerUnaryCall<Request, object>, answer: (error: object | null, value?: object) => void): void => {
      let reply: object = {};
      void serve(method, call, async (context) => void (reply = await work(checkSize(call.request), context))).then(
        (error) => (error ? answer(error) : answer(null, reply)),
      );
    };
  }

  function streaming<Request>(
    method: string,
    work: (request: Request, context: Context) => Promise<Iterable<Buffer | object>>,
  ) {
    return (call: ServerWritableStream<Request, Buffer | object>): void => {
      void serve(method, call, async (context) => {
        let gulp = 0;
        for (const message of await work(checkSize(call.request), context)) {
          if (context.signal.aborted) return;
          const roomy = call.write(message);
          gulp += Buffer.isBuffer(message) ? message.length : 0;
          if (roomy || gulp < STREAM_GULP_BYTES) continue;
          gulp = 0;
          await new Promise<void>((resolve) => {
            call.once('drain', resolve);
            context.signal.addEventListener('abort', () => resolve());
          });
        }
      }).then((error) => (error ? call.emit('error', error) : call.end()));
    };
  }

  const implementation: UntypedServiceImplementation = {
    BatchGetDocuments: streaming<BatchGetDocumentsRequest>('BatchGetDocuments', async (request, context) => {
      const names = [...new Set(request.documents ?? [])].map((name) => documentName(name));
      const mask = request.mask && masksOf(request.mask.fieldPaths ?? []);
      const { value, readTime, began } = await engine.read(
        request,
        (snapshot) => ({
          value: names.map((name) => (snapshot?.has(name) ? snapshot.get(name) : engine.store.get(name))),
          names,
        }),
        context.signal,
      );
      context.count({ reads: names.length });
      const tail = lengthDelimited(4, encodeTimestamp(readTime));
      const messages = value.map((found, i) => {
        const head = found ? lengthDelimited(1, encoded(found, mask)) : lengthDelimited(2, Buffer.from(names[i] ?? ''));
        return Buffer.concat([head, tail]);
      });
      // The id of a new transaction belongs to the first response.
      return began ? [lengthDelimited(3, began), ...messages] : messages;
    }),

    RunQuery: streaming<RunQueryRequest>('RunQuery', async (request, context) => {
      if (request.explainOptions) throw unimplemented('RunQueryRequest.explain_options');
      const query = parseQuery(request.parent, request.structuredQuery);
      check(query);
      const { value, readTime, began } = await engine.read(
        request,
        (snapshot) => {
          const result = search(engine.store, query, snapshot);
          return { value: result, names: result.documents.map(({ name }) => name), query };
        },
        context.signal,
      );
      context.count({ reads: Math.max(1, value.documents.length + value.skipped) });
      return queryMessages(value.documents, value.skipped, readTime, query.select, began);
    }),

    RunAggregationQuery: streaming<RunAggregationQueryRequest>('RunAggregationQuery', async (request, context) => {
      if (request.explainOptions) throw unimplemented('RunAggregationQueryRequest.explain_options');
      const { structuredQuery, aggregations = [] } = request.structuredAggregationQuery ?? {};
      const query = parseQuery(request.parent, structuredQuery);
      check(query, aggregatedFields(aggregations));
      const { value, readTime, began } = await engine.read(
        request,
        (snapshot) => ({ value: aggregate(engine.store, query, aggregations, snapshot), names: [], query }),
        context.signal,
      );
      context.count({ reads: value.reads });
      const result = { result: { aggregateFields: value.fields }, readTime: timestampOf(readTime) };
      return [{ ...result, ...(began ? { transaction: began } : {}) }];
    }),

    Commit: unary<CommitRequest>('Commit', async (request, context) => {
      const done = await engine.commit(request.writes ?? [], request.transaction, context.signal);
      context.count({ writes: done.writes, deletes: done.deletes });
      return { writeResults: done.results, commitTime: timestampOf(done.time) };
    }),

    Rollback: unary<{ transaction?: Uint8Array }>('Rollback', async (request) => {
      engine.rollback(request.transaction ?? Buffer.alloc(0));
      return Promise.resolve({});
    }),

    BatchWrite: unary<{ writes?: Write[] }>('BatchWrite', async (request, context) => {
      const writes = request.writes ?? [];
      const names = new Set(writes.map((write) => write.delete ?? write.update?.name));
      if (names.size < writes.length) throw invalidArgument('A document may be written only once in a BatchWrite.');
      const outcomes = await Promise.allSettled(
        writes.map((write) => engine.commit([write], undefined, context.signal)),
      );
      const replies = outcomes.map((outcome) => {
        if (outcome.status === 'fulfilled') {
          context.count({ writes: outcome.value.writes, deletes: outcome.value.deletes });
          return { result: outcome.value.results[0] ?? {}, status: { code: status.OK } };
        }
        if (!(outcome.reason instanceof RpcError)) throw outcome.reason;
        return { result: {}, status: { code: outcome.reason.code, message: outcome.reason.message } };
      });
      return { writeResults: replies.map(({ result }) => result), status: replies.map((reply) => reply.status) };
    }),

    ListDocuments: unary<ListDocumentsRequest>('ListDocuments', async (request, context) => {
      const reply = listDocuments(engine.store, request);
      context.count({ reads: Math.max(1, reply.documents.length) });
      return Promise.resolve(reply);
    }),

    Listen: (call: ServerDuplexStream<ListenRequest, object>) => {
      void serve('Listen', call, async ({ signal, count }) => {
        const send = (response: object): unknown => call.write(response);
        const stream = watchTargets(engine, send, (reads) => count({ reads }), check);
        const over = Promise.withResolvers<void>();
        const stop = (): void => over.reject(new RpcError(status.UNAVAILABLE, 'The local Firestore is stopping.'));
        listeners.add(stop);
        call.on('data', (request: ListenRequest) => {
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

    ListCollectionIds: unary<ListCollectionIdsRequest>('ListCollectionIds', async (request, context) => {
      context.count({ reads: 1 });
      return Promise.resolve(listCollectionIds(engine.store, request));
    }),
  };

  const server = new Server({ 'grpc.max_receive_message_length': MAX_RECEIVE_BYTES });
  server.addService(service, implementation);
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync(`127.0.0.1:${options.port ?? 0}`, ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    );
  });

  return {
    port,
    counters: usage.total,
    countersByCaller: usage.byCaller,
    resetCounters: () => usage.reset(),
    clear: () => state.write(() => engine.store.clear()),
    async close() {
      endTtl();
      engine.close();
      for (const end of listeners) end();
      // What is being answered still goes out; connections that idle are told to go.
      await new Promise<void>((resolve) => {
        const grace = setTimeout(() => server.forceShutdown(), SHUTDOWN_GRACE_MS);
        server.tryShutdown(() => {
          clearTimeout(grace);
          resolve();
        });
      });
    },
  };
}

function checkSize<T>(request: T): T {
  const { tooLarge } = request as { tooLarge?: number };
  if (tooLarge) throw invalidArgument(`Request payload size exceeds the limit: ${MAX_REQUEST_BYTES} bytes.`);
  return request;
}

const masksOf = (paths: readonly string[]): FieldPath[] =>
  paths.map((text) => parseFieldPath(text)).filter((path) => !isNameField(path));

function encoded({ name, fields, created, updated }: StoredDocument, mask?: readonly FieldPath[]): Buffer {
  return encodeDocument(name, mask ? encodeFields(project(decodeFields(fields), mask)) : fields, created, updated);
}

function* queryMessages(
  documents: readonly StoredDocument[],
  skipped: number,
  readTime: number,
  select: readonly FieldPath[] | undefined,
  began: Uint8Array | undefined,
): Generator<Buffer> {
  if (began) yield lengthDelimited(2, began);
  const tail = lengthDelimited(3, encodeTimestamp(readTime));
  if (skipped > 0 || documents.length === 0) {
    const count: number[] = [];
    if (skipped > 0) for (const number of [4 << 3, skipped]) pushVarint(count, number);
    yield Buffer.concat([tail, Buffer.from(count)]);
  }
  for (const document of documents) yield Buffer.concat([lengthDelimited(1, encoded(document, select)), tail]);
}
