/** A function's address: starts an instance when the first request comes and again after a crash, like Cloud Run from zero. */
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { buffer } from 'node:stream/consumers';
import { toError } from '../../errors.ts';
import type { JsonAnswer } from '../../http/answer-json.ts';
import type { AskAtHand } from './at-hand.ts';
import { type FunctionOptions, type FunctionProcess, startFunction } from './function-process.ts';
import { fromHere, refuse } from '../../emulators/from-here.ts';
import { TOKEN_HEADER } from './token-header.ts';

export interface ServiceOptions extends Omit<FunctionOptions, 'token'> {
  /** Requests that one instance takes at once, before another is started. */
  readonly concurrency: number;
  readonly maxInstances: number;
  /** Settles when there is what instances need around them; asked with each. */
  readonly ready?: () => Promise<void>;
  /** Answers in this process until the first instance is started. */
  readonly atHand?: AskAtHand | undefined;
}

export interface FunctionService {
  /** With a word that nobody else knows: whoever has not been told the address cannot call it. */
  readonly url: string;
  /** Starts an instance now, so that the first request finds it warm. */
  warm(): void;
  /** Stops its instances; the next request starts new ones, with the code as it is then. */
  restart(): Promise<void>;
  close(): Promise<void>;
}

interface Instance {
  readonly started: Promise<FunctionProcess>;
  requests: number;
}

export async function startFunctionService(options: ServiceOptions): Promise<FunctionService> {
  const instances = new Set<Instance>();
  const token = randomBytes(TOKEN_BYTES).toString('hex');
  let closing = false;
  let { atHand } = options;

  const startReady = async (): Promise<FunctionProcess> => {
    const readying = options.ready?.();
    const starting = startFunction({ ...options, token });
    try {
      await Promise.all([starting, readying]);
    } catch (thrown) {
      await (await starting.catch(() => undefined))?.stop();
      throw thrown;
    }
    return starting;
  };
  const start = (): Instance => {
    atHand = undefined;
    const instance: Instance = { started: startReady(), requests: 0 };
    instances.add(instance);
    const gone = (): void => void instances.delete(instance);
    instance.started.then(({ exited }) => exited.then(gone), gone);
    return instance;
  };

  /** The least busy instance; a new one while all are full and there may be more. */
  const choose = (): Instance => {
    let chosen: Instance | undefined;
    for (const instance of instances)
      if (chosen === undefined || instance.requests < chosen.requests) chosen = instance;
    if (chosen === undefined || (chosen.requests >= options.concurrency && instances.size < options.maxInstances))
      return start();
    return chosen;
  };

  const toInstance = (path: string, incoming: IncomingMessage, outgoing: ServerResponse, body?: Buffer): void => {
    const instance = choose();
    instance.requests++;
    outgoing.once('close', () => {
      instance.requests--;
    });
    instance.started.then(
      ({ port }) => forward({ port, path, token, body }, incoming, outgoing),
      (error: unknown) => outgoing.writeHead(500).end(toError(error).message),
    );
  };
  const underWay = new Set<Promise<void>>();
  const atHandOrInstance = async (
    ask: AskAtHand,
    path: string,
    incoming: IncomingMessage,
    outgoing: ServerResponse,
  ): Promise<void> => {
    try {
      const body = await buffer(incoming);
      const answer = await ask({ method: incoming.method, path, body: parsed(body) });
      if (answer !== undefined) write(answer, outgoing);
      else if (!closing) toInstance(path, incoming, outgoing, body);
      else outgoing.destroy();
    } catch {
      // Who asked is gone before all of the question was here.
      outgoing.destroy();
    }
  };

  const server = createServer(
    fromHere((incoming, outgoing) => {
      const path = pathBehind(token, incoming.url);
      if (path === undefined) return refuse(outgoing);
      if (closing) {
        outgoing.writeHead(503).end();
        return;
      }
      if (atHand === undefined) toInstance(path, incoming, outgoing);
      else {
        const asking = atHandOrInstance(atHand, path, incoming, outgoing).finally(() => underWay.delete(asking));
        underWay.add(asking);
      }
    }),
  );
  // A push may take ten minutes.
  server.requestTimeout = 0;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', resolve);
  });
  const stop = async (): Promise<void> => {
    await Promise.all([...instances].map(async ({ started }) => (await started.catch(() => undefined))?.stop()));
  };

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/${token}`,
    warm: () => {
      if (instances.size === 0) start().started.catch((error: unknown) => options.onLine(toError(error).message));
    },
    restart: stop,
    async close() {
      closing = true;
      server.closeAllConnections();
      await Promise.all([new Promise((resolve) => server.close(resolve)), stop(), ...underWay]);
    },
  };
}

function write({ status, allow, value }: JsonAnswer, outgoing: ServerResponse): void {
  outgoing.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...(allow && { allow }) });
  outgoing.end(JSON.stringify(value));
}

/** Of a body that is no JSON the schema says that it does not fit. */
function parsed(body: Buffer): unknown {
  try {
    return body.length === 0 ? undefined : JSON.parse(body.toString());
  } catch {
    return body.toString();
  }
}

/** As many as no one guesses. */
const TOKEN_BYTES = 16;

/** What is asked for, as the function sees it; undefined of who does not know its address. */
function pathBehind(token: string, asked = '/'): string | undefined {
  const [, given = '', path = ''] = /^\/([0-9a-f]*)(.*)$/s.exec(asked) ?? [];
  const isKnown = given.length === token.length && timingSafeEqual(Buffer.from(given), Buffer.from(token));
  return isKnown && /^(?:$|[/?])/.test(path) ? path.replace(/^\/?/, '/') : undefined;
}

interface Onward {
  readonly port: number;
  readonly path: string;
  readonly token: string;
  /** Where it was read already. */
  readonly body?: Buffer | undefined;
}

/** An instance that dies in the middle breaks the connection, as the real one does. */
function forward({ port, path, token, body }: Onward, incoming: IncomingMessage, outgoing: ServerResponse): void {
  const onward = request(
    {
      host: '127.0.0.1',
      port,
      method: incoming.method,
      path,
      headers: { ...incoming.headers, [TOKEN_HEADER]: token },
      agent: false,
    },
    (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
      answer.once('error', () => outgoing.destroy());
    },
  );
  onward.once('error', () => outgoing.destroy());
  if (body === undefined) incoming.pipe(onward);
  else onward.end(body);
}
