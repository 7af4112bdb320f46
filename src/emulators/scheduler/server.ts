/** The local Scheduler: the job paths of Cloud Scheduler's REST API, firing HTTP targets from the shared state file. */
import type { IncomingMessage } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import { timersOf } from '../timers.ts';
import { ApiError } from '../workflows/api-error.ts';
import type { Clockwork } from './clockwork.ts';
import { startClockwork } from './clockwork.ts';
import { checkJob, invalid } from './schemas.ts';

export interface SchedulerEmulator {
  port: number;
  /** Deletes all jobs; requests under way are broken off. */
  clear(): Promise<void>;
  /** Ends timers, requests and connections. A firing that was broken off is repeated after the next start. */
  close(): Promise<void>;
}

/** [https://cloud.google.com/scheduler/quotas]: 1 MB a job. */
const MAX_BODY_BYTES = 1_000_000;
const DEFAULT_PAGE_SIZE = 500;
const PATH = /^\/v1\/(?<parent>projects\/[^/]+\/locations\/[^/]+)\/jobs(?:\/(?<id>[^/:]+)(?::(?<verb>\w+))?)?$/u;

/** @throws when the port is taken. */
export async function startScheduler(options: {
  state: State;
  /** 0, the default, takes a free one. */
  port?: number;
  /** host:port that takes the place of workflowexecutions.googleapis.com. */
  workflowsHost?: string;
  /** Milliseconds since 1970. */
  clock?: () => number;
  /** Replaces `setTimeout`, for tests that move time; the answer cancels. */
  after?: Timers['after'];
  log?: (line: string) => void;
}): Promise<SchedulerEmulator> {
  const { state, workflowsHost, log = () => {} } = options;
  const timers = timersOf(options);
  const clockwork = startClockwork({ state, timers, log, workflowsHost });

  const serve = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    try {
      return { status: 200, body: await answer(clockwork, request, timers.now()) };
    } catch (thrown) {
      const error =
        thrown instanceof ApiError ? thrown : new ApiError('INTERNAL', `in the local Scheduler: ${String(thrown)}`);
      const { code, message, status } = error;
      return { status: code, body: { error: { code, message, status } } };
    }
  };
  const server = createServer((request, response) => {
    void serve(request).then(({ status, body }) => {
      log(`Scheduler ${request.method} ${request.url} ${status}`);
      response.writeHead(status, { 'content-type': 'application/json; charset=UTF-8' }).end(JSON.stringify(body));
    });
  });
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
    });
  } catch (error) {
    await clockwork.stop();
    throw error;
  }
  return {
    port: (server.address() as AddressInfo).port,
    clear: () => clockwork.clear(),
    async close() {
      await new Promise<void>((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      });
      await clockwork.stop();
    },
  };
}

async function answer(clockwork: Clockwork, request: IncomingMessage, now: number): Promise<unknown> {
  const { pathname, searchParams } = new URL(request.url ?? '/', 'http://scheduler');
  const { parent = '', id, verb } = PATH.exec(decodeURIComponent(pathname))?.groups ?? {};
  const name = `${parent}/jobs/${id}`;
  const route =
    parent === ''
      ? pathname
      : `${request.method} jobs${id === undefined ? '' : '/ID'}${verb === undefined ? '' : `:${verb}`}`;
  switch (route) {
    case 'POST jobs':
      return clockwork.create(checkJob(await readJson(request), parent, now));
    case 'GET jobs': {
      const size = Number(searchParams.get('pageSize') ?? 0) || DEFAULT_PAGE_SIZE;
      const after = Buffer.from(searchParams.get('pageToken') ?? '', 'base64url').toString();
      const jobs = clockwork.list(parent, after, size + 1);
      const last = jobs.length > size ? jobs[size - 1] : undefined;
      return {
        jobs: jobs.slice(0, size),
        ...(last && { nextPageToken: Buffer.from(last.name).toString('base64url') }),
      };
    }
    case 'GET jobs/ID':
      return clockwork.get(name);
    case 'DELETE jobs/ID':
      await clockwork.remove(name);
      return {};
    case 'POST jobs/ID:pause':
      return clockwork.pause(name);
    case 'POST jobs/ID:resume':
      return clockwork.resume(name);
    case 'POST jobs/ID:run':
      return clockwork.run(name);
    default:
      throw new ApiError(
        'UNIMPLEMENTED',
        `${route} is not implemented by the local Scheduler (docs/local-cloud.md lists what is).`,
      );
  }
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length;
    if (bytes > MAX_BODY_BYTES) throw invalid(`The body is longer than ${MAX_BODY_BYTES} bytes.`);
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString()) as unknown;
  } catch (error) {
    throw invalid(`The body is not JSON: ${(error as Error).message}`);
  }
}
