/** The methods of google.firestore.v1.Firestore that there are, but for Listen; the others answer UNIMPLEMENTED. */
import { status } from '@grpc/grpc-js';
import { aggregate, aggregatedFields } from './aggregate.ts';
import type { Streaming, Unary } from './calls.ts';
import { encodeFields } from './encode-fields.ts';
import type { Engine } from './engine.ts';
import type { FieldPath } from './field-paths.ts';
import { parseMask, project } from './field-paths.ts';
import { listCollectionIds, listDocuments } from './listing.ts';
import { documentName } from './paths.ts';
import { decodeFields, writeDocument } from './protocol.ts';
import type { Query } from './query.ts';
import { parseQuery } from './query.ts';
import { invalidArgument, RpcError, unimplemented } from './rpc-error.ts';
import type { SearchResult } from './search.ts';
import { search } from './search.ts';
import type { StoredDocument } from './store.ts';
import { timestampOf } from './values.ts';
import { bytes, message, text, timestamp, varint, written } from './wire.ts';

/** Refuses a query that production would refuse. */
export type Check = (query: Query, aggregated?: readonly FieldPath[]) => void;

type UnaryMethod = 'Commit' | 'Rollback' | 'BatchWrite' | 'ListDocuments' | 'ListCollectionIds';
type StreamingMethod = 'BatchGetDocuments' | 'RunQuery' | 'RunAggregationQuery';

/** Reads, which answer by a stream. */
export function streamingMethods(engine: Engine, check: Check): { readonly [M in StreamingMethod]: Streaming<M> } {
  const { store } = engine;
  return {
    BatchGetDocuments: async (request, { signal, count }) => {
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
    },

    RunQuery: async (request, { signal, count }) => {
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
    },

    RunAggregationQuery: async (request, { signal, count }) => {
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
    },
  };
}

/** Writes and lists, which answer once. */
export function unaryMethods(engine: Engine): { readonly [M in UnaryMethod]: Unary<M> } {
  const { store } = engine;
  return {
    Commit: async (request, { signal, count }) => {
      const { writes, deletes, results, time } = await engine.commit(request.writes ?? [], request.transaction, signal);
      count({ writes, deletes });
      return { writeResults: results, commitTime: timestampOf(time) };
    },

    Rollback: ({ transaction = Buffer.alloc(0) }) => {
      engine.rollback(transaction);
      return {};
    },

    BatchWrite: async ({ writes = [] }, { signal, count }) => {
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
    },

    ListDocuments: (request, { count }) => {
      const reply = listDocuments(store, request);
      count({ reads: Math.max(1, reply.documents.length) });
      return reply;
    },

    ListCollectionIds: (request, { count }) => {
      count({ reads: 1 });
      return listCollectionIds(store, request);
    },
  };
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
