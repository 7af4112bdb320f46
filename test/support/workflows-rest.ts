/** For tests of workflows: the REST API as functions, a target for their HTTP calls, and polling. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { openState } from '../../src/emulators/state.ts';
import type { TimersOptions } from '../../src/emulators/timers.ts';
import type { WorkflowsFaults } from '../../src/emulators/workflows/faults.ts';
import { startWorkflows } from '../../src/emulators/workflows/server.ts';

export interface Execution {
  name: string;
  state: string;
  result: string;
  error: { payload: string; context: string; stackTrace: { elements: { step: string; routine: string }[] } };
  [field: string]: unknown;
}

export interface TargetRequest {
  method: string;
  path: string;
  headers: IncomingHttpHeaders;
  text: string;
  json: unknown;
}

export interface TargetResponse {
  code?: number;
  headers?: Record<string, string>;
  body?: unknown;
  text?: string | Uint8Array;
  /** Cut the connection instead of answering. */
  cut?: boolean;
}

type Handler = (request: TargetRequest) => TargetResponse | Promise<TargetResponse>;

export interface Target {
  url: string;
  handle(path: string, handler: Handler): void;
  close(): Promise<void>;
}

const POLL_EVERY = 10;
const GIVE_UP_AFTER = 20_000;

/** Asks until there is an answer. */
export async function until<T>(ask: () => T | undefined | Promise<T | undefined>): Promise<T> {
  const end = Date.now() + GIVE_UP_AFTER;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`no answer within ${GIVE_UP_AFTER} ms`);
    await new Promise((resolve) => {
      setTimeout(resolve, POLL_EVERY);
    });
  }
}

export async function startTarget(): Promise<Target> {
  const handlers = new Map<string, Handler>();
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const text = Buffer.concat(chunks).toString('utf8');
      const path = request.url ?? '/';
      const handler = handlers.get(path.split('?')[0] ?? '') ?? ((): TargetResponse => ({ code: 404 }));
      let json: unknown;
      try {
        json = JSON.parse(text);
      } catch {
        json = undefined;
      }
      void (async () => {
        const answer = await handler({ method: request.method ?? '', path, headers: request.headers, text, json });
        if (answer.cut === true) {
          request.socket.destroy();
          return;
        }
        const type = answer.text === undefined ? { 'content-type': 'application/json' } : {};
        response.writeHead(answer.code ?? 200, { ...type, ...answer.headers });
        response.end(answer.text ?? JSON.stringify(answer.body ?? null));
      })();
    });
  });
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    handle: (path, handler) => void handlers.set(path, handler),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

export type Rest = ReturnType<typeof connect>;

/** The two APIs of one server. Names are resource names, or URLs that the server gave. */
export function connect(origin: string, parent: string, token = 'test') {
  const send = async (
    method: string,
    path: string,
    body?: unknown,
    headers: Record<string, string> = {},
  ): Promise<{ code: number; body: unknown }> => {
    const url = path.startsWith('http') ? path : `${origin}/v1/${path}`;
    const all = { authorization: `Bearer ${token}`, 'content-type': 'application/json', ...headers };
    const sent = Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
    const init = { method, headers: sent, ...(body !== undefined && { body: JSON.stringify(body) }) };
    const response = await fetch(url, init);
    const text = await response.text();
    return { code: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  const checked = async (method: string, path: string, body?: unknown): Promise<unknown> => {
    const response = await send(method, path, body);
    if (response.code !== 200) throw new Error(`${method} ${path}: ${JSON.stringify(response.body)}`);
    return response.body;
  };
  const ended = (name: string): Promise<Execution> =>
    until(async () => {
      const execution = (await checked('GET', name)) as Execution;
      return execution.state === 'ACTIVE' ? undefined : execution;
    });
  const execute = async (workflow: string, argument?: unknown): Promise<Execution> => {
    const body = argument === undefined ? {} : { argument: JSON.stringify(argument) };
    return (await checked('POST', `${parent}/workflows/${workflow}/executions`, body)) as Execution;
  };
  const deploy = async (workflow: string, sourceContents: string, more: object = {}): Promise<void> => {
    await checked('POST', `${parent}/workflows?workflowId=${workflow}`, { sourceContents, ...more });
  };
  const run = async (workflow: string, argument?: unknown): Promise<Execution> =>
    ended((await execute(workflow, argument)).name);
  return {
    parent,
    send,
    deploy,
    execute,
    ended,
    run,
    /** Deploys under a fresh name and runs. */
    async evaluate(sourceContents: string, argument?: unknown): Promise<Execution> {
      const workflow = `w-${randomUUID()}`;
      await deploy(workflow, sourceContents);
      return run(workflow, argument);
    },
  };
}

export interface Services {
  rest: Rest;
  target: Target;
  close(): Promise<void>;
}

/** The emulator on fresh state, or the server that WORKFLOWS_ORIGIN and WORKFLOWS_PARENT name. */
export async function startServices(options: TimersOptions & { faults?: WorkflowsFaults } = {}): Promise<Services> {
  const target = await startTarget();
  const { WORKFLOWS_ORIGIN: origin, WORKFLOWS_PARENT: parent, WORKFLOWS_TOKEN: token } = process.env;
  if (origin !== undefined && parent !== undefined) {
    return { rest: connect(origin, parent, token), target, close: () => target.close() };
  }
  const state = openState(':memory:');
  const emulator = await startWorkflows({ state, projectId: 'test', ...options });
  return {
    rest: connect(`http://127.0.0.1:${emulator.port}`, 'projects/test/locations/local'),
    target,
    async close() {
      await emulator.close();
      await state.close();
      await target.close();
    },
  };
}
