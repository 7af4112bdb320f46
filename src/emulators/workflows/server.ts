/** Cloud Workflows on loopback: deploys, runs and resumes workflows over the REST paths of the real APIs. */
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { State } from '../state.ts';
import { unsignedToken } from '../unsigned-token.ts';
import { ApiError } from './api-error.ts';
import { handle } from './api.ts';
import type { Api } from './api-call.ts';
import type { Sources } from './driver.ts';
import { Runner } from './runner.ts';
import { createStore } from './store.ts';
import type { ExecutionResource, WorkflowResource } from './store.ts';
import { createTimers } from './timers.ts';

export interface WorkflowsEmulator {
  port: number;
  /** Forgets every workflow and execution. */
  clear(): Promise<void>;
  /** Stops listening and running. Active executions resume when the emulator is started on the same state. */
  close(): Promise<void>;
}

/** Bytes. The largest request is a workflow's source with its JSON escapes. */
const MAX_REQUEST_BYTES = 4 * 1024 * 1024;
const HOST = '127.0.0.1';
/** What `auth: {type: OAuth2}` sends; opaque, as Google's are. */
const ACCESS_TOKEN = 'ya29.local-cloud';
/** The emulator has no project numbers; every project gets this one. */
const PROJECT_NUMBER = '123456789012';

/**
 * @param options.port 0 or absent for a free one. Callback URLs hold the port: to resume executions, give the same one.
 * @param options.clock epoch milliseconds; it may jump, and timers follow it.
 * @param options.log one line per request and per `sys.log`.
 */
export async function startWorkflows(options: {
  state: State;
  projectId: string;
  port?: number;
  clock?: () => number;
  log?: (line: string) => void;
}): Promise<WorkflowsEmulator> {
  const { state, projectId } = options;
  const log = options.log ?? ((): void => {});
  const store = createStore(state);
  const timers = createTimers(options.clock);
  const email = `workflows@${projectId}.iam.gserviceaccount.com`;
  let port = 0;
  const sources = (workflow: WorkflowResource, execution: ExecutionResource): Sources => ({
    now: timers.now,
    uuid: randomUUID,
    log: (severity, text) => log(`workflows: ${severity} ${execution.name.split('/').at(-1)} ${text}`),
    environment: environment(projectId, workflow, execution),
    callbackUrl: (id) => `http://${HOST}:${port}/v1/${execution.name}/callbacks/${id}`,
    token: (audience, now) => (audience === undefined ? ACCESS_TOKEN : unsignedToken({ audience, email, now })),
  });
  const runner = new Runner({ state, store, timers, log, sources });
  const api: Api = { state, store, runner, projectId, now: timers.now, uuid: randomUUID };

  const server = createServer((request, response) => void serve(api, request, response, log));
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port ?? 0, HOST, resolve);
  });
  ({ port } = server.address() as AddressInfo);
  runner.resumeAll();
  return {
    port,
    async clear() {
      await runner.stopAll();
      await state.write(() => store.removeAll());
    },
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
      await runner.close();
    },
  };
}

/** https://cloud.google.com/workflows/docs/use-environment-variables */
function environment(
  projectId: string,
  workflow: WorkflowResource,
  execution: ExecutionResource,
): ReadonlyMap<string, string> {
  const [, , , location = '', , workflowId = '', , executionId = ''] = execution.name.split('/');
  return new Map([
    ...Object.entries(workflow.userEnvVars ?? {}),
    ['GOOGLE_CLOUD_PROJECT_ID', projectId],
    ['GOOGLE_CLOUD_PROJECT_NUMBER', PROJECT_NUMBER],
    ['GOOGLE_CLOUD_LOCATION', location],
    ['GOOGLE_CLOUD_WORKFLOW_ID', workflowId],
    ['GOOGLE_CLOUD_WORKFLOW_REVISION_ID', workflow.revisionId],
    ['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ID', executionId],
    ['GOOGLE_CLOUD_WORKFLOW_EXECUTION_ATTEMPT', '1'],
  ]);
}

async function serve(
  api: Api,
  request: IncomingMessage,
  response: ServerResponse,
  log: (line: string) => void,
): Promise<void> {
  let code = 200;
  let answer: unknown;
  try {
    const url = URL.parse(`http://${HOST}${request.url}`);
    if (url === null) throw new ApiError('INVALID_ARGUMENT', `${request.url} is not a path`);
    const body = await readAll(request);
    answer = await handle(api, { method: request.method ?? 'GET', url, headers: request.headers, body });
  } catch (thrown) {
    const error = thrown instanceof ApiError ? thrown : new ApiError('INTERNAL', `in the emulator: ${String(thrown)}`);
    ({ code } = error);
    answer = { error: { code, message: error.message, status: error.status } };
  }
  log(`workflows: ${request.method} ${request.url} ${code}`);
  response.writeHead(code, { 'content-type': 'application/json; charset=UTF-8' });
  response.end(`${JSON.stringify(answer, null, 2)}\n`);
}

async function readAll(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_REQUEST_BYTES)
      throw new ApiError('INVALID_ARGUMENT', `the request exceeds ${MAX_REQUEST_BYTES} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
