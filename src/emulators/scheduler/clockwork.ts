/**
 * Jobs in the state file and the timer of each.
 *
 * A job has a due time in the file. When it comes, the job's request is sent; then the due time moves: to a retry after a
 * failure, else to the next time of its schedule. A kill in between costs a repetition, never a firing: at least once, as
 * the service has it. Times that passed while nothing ran are made up for by one firing at the next start.
 */
import { sendRequest } from '../http-request.ts';
import type { State } from '../state.ts';
import type { Timers } from '../timers.ts';
import { unsignedToken } from '../unsigned-token.ts';
import { ApiError } from '../workflows/api-error.ts';
import { nextTime, parseCron } from './cron.ts';
import { durationMs } from './schemas.ts';
import type { Job } from './schemas.ts';

/** Where executions of workflows are started; the local Workflows takes the place of this host. */
const WORKFLOWS_HOST = 'workflowexecutions.googleapis.com';
/** google.rpc.Code of a failed attempt, by HTTP status; any other is UNKNOWN. */
const RPC_CODES: Readonly<Record<number, number>> = {
  400: 3,
  401: 16,
  403: 7,
  404: 5,
  409: 10,
  429: 8,
  500: 13,
  503: 14,
  504: 4,
};
const RPC_UNKNOWN = 2;
const RPC_DEADLINE_EXCEEDED = 4;
const RPC_UNAVAILABLE = 14;

interface Entry {
  job: Job;
  /** Milliseconds since 1970 of the next attempt; null while paused. */
  due: number | null;
  /** Attempts of this firing that have failed. */
  failures: number;
  /** Milliseconds since 1970 of this firing's first attempt. */
  fired: number;
}

export type Clockwork = ReturnType<typeof startClockwork>;

/** @param options.workflowsHost host:port of the local Workflows */
export function startClockwork(options: {
  state: State;
  timers: Timers;
  log: (line: string) => void;
  workflowsHost: string | undefined;
}) {
  const { state, timers, log, workflowsHost } = options;
  state.db.exec(`CREATE TABLE IF NOT EXISTS scheduler_jobs (
    name TEXT PRIMARY KEY, job TEXT NOT NULL, due INTEGER, failures INTEGER NOT NULL, fired INTEGER NOT NULL) STRICT`);
  const sql = {
    get: state.db.prepare('SELECT * FROM scheduler_jobs WHERE name = ?'),
    list: state.db.prepare('SELECT * FROM scheduler_jobs WHERE name > ? AND name < ? ORDER BY name LIMIT ?'),
    all: state.db.prepare('SELECT name FROM scheduler_jobs'),
    put: state.db.prepare('INSERT OR REPLACE INTO scheduler_jobs VALUES (?, ?, ?, ?, ?)'),
    drop: state.db.prepare('DELETE FROM scheduler_jobs WHERE name = ?'),
  };
  const waiting = new Map<string, () => void>();
  const running = new Set<Promise<void>>();
  let abort = new AbortController();

  const find = (name: string): Entry | undefined => {
    const row = sql.get.get(name);
    return row && entryOf(row);
  };
  const get = (name: string): Entry => {
    const entry = find(name);
    if (entry === undefined) throw new ApiError('NOT_FOUND', `Job not found: ${name}.`);
    return entry;
  };
  const put = ({ job, due, failures, fired }: Entry): void => {
    sql.put.run(job.name, JSON.stringify(job), due, failures, fired);
  };
  /** Sets the timer of a job to its due time. */
  const wind = (name: string): void => {
    waiting.get(name)?.();
    waiting.delete(name);
    const due = find(name)?.due ?? undefined;
    if (due === undefined) return;
    const left = Math.max(0, due - timers.now());
    waiting.set(
      name,
      timers.after(left, () => (due > timers.now() ? wind(name) : track(fire(name)))),
    );
  };

  const track = (work: Promise<void>): void => {
    const tracked = work
      .catch((error: unknown) => log(`Scheduler: ${String(error)}`))
      .finally(() => running.delete(tracked));
    running.add(tracked);
  };

  const fire = async (name: string): Promise<void> => {
    const { signal } = abort;
    const started = timers.now();
    const entry = get(name);
    const status = await attempt(entry.job);
    if (signal.aborted) return;
    await state.write(() => {
      const now = find(name);
      if (now === undefined) return;
      const job = { ...now.job, lastAttemptTime: new Date(started).toISOString(), status };
      const fired = entry.failures === 0 ? started : entry.fired;
      const again = status.code !== 0 && entry.failures < job.retryConfig.retryCount;
      const due = again ? timers.now() + retryDelayMs(job.retryConfig, entry.failures) : scheduled(job, fired);
      // Paused meanwhile: it stays so.
      put({ job, due: now.due === null ? null : due, failures: again ? entry.failures + 1 : 0, fired });
    });
    wind(name);
  };

  const attempt = async ({ name, httpTarget, attemptDeadline }: Job): Promise<NonNullable<Job['status']>> => {
    const { oauthToken, oidcToken, headers, body = '', httpMethod } = httpTarget;
    const url = new URL(httpTarget.uri);
    if (url.host === WORKFLOWS_HOST && workflowsHost !== undefined) {
      url.protocol = 'http:';
      url.host = workflowsHost;
    }
    const audience = oidcToken?.audience ?? httpTarget.uri;
    const token = oidcToken && unsignedToken({ audience, email: oidcToken.serviceAccountEmail, now: timers.now() });
    const deadline = new AbortController();
    const cancel = timers.after(durationMs(attemptDeadline), () => deadline.abort());
    try {
      const status = await sendRequest(
        {
          method: httpMethod,
          url: url.href,
          headers: {
            'user-agent': 'Google-Cloud-Scheduler',
            'x-cloudscheduler': 'true',
            'x-cloudscheduler-jobname': name.slice(name.lastIndexOf('/') + 1),
            ...(body !== '' && { 'content-type': 'application/octet-stream' }),
            ...Object.fromEntries(Object.entries(headers ?? {}).map(([key, value]) => [key.toLowerCase(), value])),
            ...(oauthToken && { authorization: 'Bearer local' }),
            ...(token !== undefined && { authorization: `Bearer ${token}` }),
          },
          body: Buffer.from(body, 'base64'),
        },
        AbortSignal.any([deadline.signal, abort.signal]),
      );
      log(`Scheduler ${name}: ${status}`);
      return status >= 200 && status < 300
        ? { code: 0 }
        : { code: RPC_CODES[status] ?? RPC_UNKNOWN, message: `HTTP ${status}` };
    } catch (error) {
      const late = deadline.signal.aborted;
      const message = late ? `no answer within ${attemptDeadline}` : (error as Error).message;
      log(`Scheduler ${name}: ${message}`);
      return { code: late ? RPC_DEADLINE_EXCEEDED : RPC_UNAVAILABLE, message };
    } finally {
      cancel();
    }
  };

  const change = async (name: string, edit: (entry: Entry) => Entry): Promise<Job> => {
    const changed = await state.write(() => {
      const entry = edit(get(name));
      put(entry);
      return entry;
    });
    wind(name);
    return answerOf(changed);
  };
  const stop = async (): Promise<void> => {
    abort.abort();
    await Promise.all(running);
    for (const cancel of waiting.values()) cancel();
    waiting.clear();
    abort = new AbortController();
  };

  for (const row of sql.all.all()) wind(row['name'] as string);

  return {
    async create(job: Job): Promise<Job> {
      const entry = await state.write(() => {
        if (find(job.name) !== undefined) throw new ApiError('ALREADY_EXISTS', `Job already exists: ${job.name}.`);
        const created = { job, due: scheduled(job, timers.now()), failures: 0, fired: 0 };
        put(created);
        return created;
      });
      wind(job.name);
      return answerOf(entry);
    },
    get: (name: string): Job => answerOf(get(name)),
    /** Jobs of `parent` (`projects/P/locations/L`) after the name `after`, by name. */
    list: (parent: string, after: string, size: number): Job[] =>
      // "0" follows "/": the range holds the names below the prefix and no others.
      sql.list.all(after || `${parent}/jobs/`, `${parent}/jobs0`, size).map((row) => answerOf(entryOf(row))),
    async remove(name: string): Promise<void> {
      await state.write(() => {
        get(name);
        sql.drop.run(name);
      });
      wind(name);
    },
    pause: (name: string): Promise<Job> =>
      change(name, ({ job, fired }) => ({ job: { ...job, state: 'PAUSED' }, due: null, failures: 0, fired })),
    resume: (name: string): Promise<Job> =>
      change(name, ({ job, fired }) => ({
        job: { ...job, state: 'ENABLED' },
        due: scheduled(job, timers.now()),
        failures: 0,
        fired,
      })),
    /** Sends the job's request now, once, whatever its state; the schedule stays as it is. */
    run(name: string): Job {
      const { job } = get(name);
      const started = timers.now();
      const { signal } = abort;
      track(
        attempt(job).then(async (status) => {
          if (signal.aborted) return;
          const lastAttemptTime = new Date(started).toISOString();
          await change(name, (entry) => ({ ...entry, job: { ...entry.job, lastAttemptTime, status } }));
        }),
      );
      return answerOf(get(name));
    },
    async clear(): Promise<void> {
      await stop();
      await state.write(() => state.db.exec('DELETE FROM scheduler_jobs'));
    },
    stop,
  };
}

/** Doubled `maxDoublings` times, then the same again and again, up to the longest. */
function retryDelayMs(
  { minBackoffDuration, maxBackoffDuration, maxDoublings }: Job['retryConfig'],
  failures: number,
): number {
  const doubled = durationMs(minBackoffDuration) * 2 ** Math.min(failures, maxDoublings);
  return Math.min(doubled * Math.max(1, failures - maxDoublings + 1), durationMs(maxBackoffDuration));
}

const answerOf = ({ job, due }: Entry): Job =>
  due === null ? job : { ...job, scheduleTime: new Date(due).toISOString() };

const entryOf = (row: Record<string, unknown>): Entry => ({
  ...(row as unknown as Entry),
  job: JSON.parse(row['job'] as string) as Job,
});

/** The first due time after `after`, or null when the schedule never comes. */
const scheduled = (job: Job, after: number): number | null =>
  nextTime(parseCron(job.schedule), job.timeZone, after) ?? null;
