/**
 * Jobs in the state file and the timer of each.
 *
 * A job's `scheduleTime` is in the file. When it comes, the job's request is sent; then it moves to the next time of the
 * schedule. A kill in between costs a repetition, never a firing: at least once, as the service has it. Times that passed
 * while nothing ran are made up for by one firing at the next start.
 */
import { status as rpc } from '@grpc/grpc-js';
import { LateError, sendRequest } from '../http-request.ts';
import { ApiError } from '../rest-server.ts';
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import { unsignedToken } from '../unsigned-token.ts';
import { nextTime, parseCron } from './cron.ts';
import { durationMs } from './schemas.ts';
import type { Job } from './schemas.ts';

/** Where executions of workflows are started; the local Workflows takes the place of this host. */
const WORKFLOWS_HOST = 'workflowexecutions.googleapis.com';
/** Of a failed attempt, by HTTP status; any other is UNKNOWN. */
const RPC_CODES: Readonly<Record<number, rpc>> = {
  400: rpc.INVALID_ARGUMENT,
  401: rpc.UNAUTHENTICATED,
  403: rpc.PERMISSION_DENIED,
  404: rpc.NOT_FOUND,
  409: rpc.ABORTED,
  429: rpc.RESOURCE_EXHAUSTED,
  500: rpc.INTERNAL,
  503: rpc.UNAVAILABLE,
  504: rpc.DEADLINE_EXCEEDED,
};

/** @param options.workflowsHost host:port of the local Workflows */
export function startClockwork(options: {
  state: State;
  timers: Timers;
  log: (line: string) => void;
  workflowsHost: string | undefined;
}) {
  const { state, timers, log, workflowsHost } = options;
  state.db.exec('CREATE TABLE IF NOT EXISTS scheduler_entries (name TEXT PRIMARY KEY, job TEXT NOT NULL) STRICT');
  const sql = {
    get: state.db.prepare('SELECT job FROM scheduler_entries WHERE name = ?'),
    // "0" follows "/": the range holds the names below the prefix and no others.
    list: state.db.prepare(
      "SELECT job FROM scheduler_entries WHERE name > ? || '/' AND name < ? || '0' ORDER BY name LIMIT ? OFFSET ?",
    ),
    all: state.db.prepare('SELECT job FROM scheduler_entries'),
    put: state.db.prepare('INSERT OR REPLACE INTO scheduler_entries VALUES (?, ?)'),
    drop: state.db.prepare('DELETE FROM scheduler_entries WHERE name = ?'),
  };
  const cancels = new Map<string, () => void>();
  const running = new Set<Promise<void>>();
  let abort = new AbortController();

  const find = (name: string): Job | undefined => {
    const row = sql.get.get(name);
    return row && jobOf(row);
  };
  const get = (name: string): Job => {
    const job = find(name);
    if (job === undefined) throw new ApiError('NOT_FOUND', `job ${name} does not exist`);
    return job;
  };
  const put = (job: Job): void => void sql.put.run(job.name, JSON.stringify(job));

  /** Sets the timer of a job to its time. */
  const wind = (name: string): void => {
    cancels.get(name)?.();
    cancels.delete(name);
    const due = find(name)?.scheduleTime;
    if (due !== undefined) {
      cancels.set(
        name,
        timers.at(Date.parse(due), () => attempt(name, scheduled)),
      );
    }
  };

  /** Sends a job's request and stores how it went, with what `reschedule` makes of the job. */
  const attempt = (name: string, reschedule: (job: Job, now: number) => Job): void => {
    const { signal } = abort;
    const started = timers.now();
    const work = send(get(name))
      .then(async (status) => {
        if (signal.aborted) return;
        const lastAttemptTime = new Date(started).toISOString();
        await state.write(() => {
          const job = find(name); // unless it was deleted meanwhile
          if (job !== undefined) put(reschedule({ ...job, lastAttemptTime, status }, started));
        });
        wind(name);
      })
      .catch((error: unknown) => log(`Scheduler: ${String(error)}`))
      .finally(() => running.delete(work));
    running.add(work);
  };

  const send = async ({ name, httpTarget, attemptDeadline }: Job): Promise<NonNullable<Job['status']>> => {
    try {
      const { uri, httpMethod: method, body } = httpTarget;
      const url = new URL(uri);
      if (url.host === WORKFLOWS_HOST && workflowsHost !== undefined) {
        url.protocol = 'http:';
        url.host = workflowsHost;
      }
      const headers = headersOf(name, httpTarget, timers.now());
      const bytes = body === undefined ? {} : { body: Buffer.from(body, 'base64') };
      const { status } = await sendRequest(
        { method, url: url.href, headers, ...bytes },
        { signal: abort.signal, timers, timeoutMs: durationMs(attemptDeadline) },
      );
      log(`Scheduler: ${name} ${status}`);
      const code = status >= 200 && status < 300 ? rpc.OK : (RPC_CODES[status] ?? rpc.UNKNOWN);
      return { code, ...(code !== rpc.OK && { message: `HTTP ${status}` }) };
    } catch (error) {
      const { message } = error as Error;
      log(`Scheduler: ${name} ${message}`);
      return { code: error instanceof LateError ? rpc.DEADLINE_EXCEEDED : rpc.UNAVAILABLE, message };
    }
  };

  const stop = async (): Promise<void> => {
    abort.abort();
    await Promise.all(running);
    for (const cancel of cancels.values()) cancel();
    cancels.clear();
    abort = new AbortController();
  };

  for (const row of sql.all.all()) wind(jobOf(row).name);

  return {
    get,
    list: (parent: string, limit: number, offset: number): Job[] =>
      sql.list.all(parent, parent, limit, offset).map(jobOf),
    async create(job: Job): Promise<Job> {
      const created = scheduled(job, timers.now());
      await state.write(() => {
        if (find(job.name) !== undefined) throw new ApiError('ALREADY_EXISTS', `job ${job.name} already exists`);
        put(created);
      });
      wind(job.name);
      return created;
    },
    async remove(name: string): Promise<void> {
      await state.write(() => {
        get(name);
        sql.drop.run(name);
      });
      wind(name);
    },
    /** Sends the job's request now, once; the schedule stays as it is. */
    run(name: string): Job {
      attempt(name, (job) => job);
      return get(name);
    },
    async clear(): Promise<void> {
      await stop();
      await state.write(() => state.db.exec('DELETE FROM scheduler_entries'));
    },
    stop,
  };
}

const jobOf = (row: Record<string, unknown>): Job => JSON.parse(row['job'] as string) as Job;

/** The job with its first time after `after`; a schedule may have none. */
function scheduled(job: Job, after: number): Job {
  const due = nextTime(parseCron(job.schedule), job.timeZone, after);
  return { ...job, scheduleTime: due === undefined ? undefined : new Date(due).toISOString() };
}

function headersOf(name: string, target: Job['httpTarget'], now: number): Record<string, string> {
  const { uri, body, headers = {}, oauthToken, oidcToken } = target;
  const oidc = oidcToken && { audience: oidcToken.audience ?? uri, email: oidcToken.serviceAccountEmail, now };
  return {
    'user-agent': 'Google-Cloud-Scheduler',
    'x-cloudscheduler': 'true',
    'x-cloudscheduler-jobname': name.slice(name.lastIndexOf('/') + 1),
    ...(body !== undefined && { 'content-type': 'application/octet-stream' }),
    ...Object.fromEntries(Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value])),
    ...(oauthToken && { authorization: 'Bearer local' }),
    ...(oidc && { authorization: `Bearer ${unsignedToken(oidc)}` }),
  };
}
