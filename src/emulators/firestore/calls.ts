/** What all calls have in common: counting, logging, faults, cancelling, errors as statuses. */
import { once } from 'node:events';
import type { Metadata, sendUnaryData, ServerUnaryCall, ServerWritableStream } from '@grpc/grpc-js';
import { status } from '@grpc/grpc-js';
import type { Fault } from './faults.ts';
import { MAX_REQUEST_BYTES } from './limits.ts';
import { invalidArgument, RpcError } from './rpc-error.ts';
import type { Requests } from './schemas.ts';
import type { Usage, UsageCounters } from './usage.ts';

/** What a method knows of its call. */
export interface Context {
  readonly signal: AbortSignal;
  readonly count: (used: Partial<Usage>) => void;
}

/** A method that gives one answer. */
export type Unary<M extends keyof Requests> = (request: Requests[M], context: Context) => Promise<object> | object;

/** A method that gives any number of them, as messages or as their bytes. */
export type Streaming<M extends keyof Requests> = (
  request: Requests[M],
  context: Context,
) => Promise<Iterable<Buffer | object>>;

interface AnyCall {
  readonly metadata: Metadata;
  on(event: 'cancelled', listener: () => void): unknown;
}

/** Metadata that names the caller, for example the part of a program that the cost belongs to. */
const CALLER_HEADER = 'x-daymill-caller';
/** Documents go out in gulps of so many bytes; the next waits until the client took this one. */
const STREAM_GULP_BYTES = 1 << 20;

export type Calls = ReturnType<typeof openCalls>;

/** How methods become handlers of grpc-js. */
export function openCalls(options: {
  readonly usage: UsageCounters;
  readonly faultOf: (method: string) => Fault;
  readonly log: ((line: string) => void) | undefined;
}) {
  const { usage, faultOf, log } = options;

  /** @returns the status of a call that failed. */
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
    const started = performance.now();
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
      log?.(`firestore ${method} ${outcome} ${Math.round(performance.now() - started)} ms`);
    }
  }

  const unaryHandler =
    <M extends keyof Requests>(method: M, work: Unary<M>) =>
    (call: ServerUnaryCall<Requests[M], object>, answer: sendUnaryData<object>): void => {
      let reply: object = {};
      void serve(method, call, async (context) => {
        reply = await work(checkSize(call.request), context);
      }).then((error) => (error ? answer(error) : answer(null, reply)));
    };

  const streamingHandler =
    <M extends keyof Requests>(method: M, work: Streaming<M>) =>
    (call: ServerWritableStream<Requests[M], Buffer | object>): void => {
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

  return {
    serve,
    /** Handlers by the names of their methods. */
    unary: <M extends keyof Requests>(methods: { readonly [K in M]: Unary<K> }) =>
      handlers(methods, (method: M) => unaryHandler(method, methods[method])),
    streaming: <M extends keyof Requests>(methods: { readonly [K in M]: Streaming<K> }) =>
      handlers(methods, (method: M) => streamingHandler(method, methods[method])),
  };
}

const handlers = <M extends string, H>(
  methods: Readonly<Record<M, unknown>>,
  handler: (method: M) => H,
): Record<M, H> => Object.fromEntries(Object.keys(methods).map((name) => [name, handler(name as M)])) as Record<M, H>;

function checkSize<T>(request: T): T {
  if (!(request as { tooLarge?: boolean }).tooLarge) return request;
  throw invalidArgument(`Request payload size exceeds the limit: ${MAX_REQUEST_BYTES} bytes.`);
}
