/** Does what is due: each job under a lease of its own, again after a while when it failed, with what came of it on record. */
import { codeOf, shortened, toError } from '../../../errors.ts';
import type { Log, SteadyClock } from '../../../process/ports.ts';
import { type Job, type JobEnd, type JobName, MAX_TEXT } from '../../model/job.ts';
import type { Jobs } from '../../ports/jobs.ts';

/** Longer than any job may take: a function ends after nine minutes. */
export const LEASE_MS = 10 * 60_000;

/** After a failure, doubled by each that follows, until it is as long as the job's own pause. */
export const FIRST_RETRY_MS = 60_000;

/** What a job says of what it did; `isDone` false when it has more to do. */
export interface JobDone {
  readonly isDone: boolean;
  readonly text: string;
}

export interface JobRow {
  readonly name: JobName;
  readonly everyMs: number;
  /** `isDue`: whether its time is up. */
  act(isDue: () => boolean): Promise<JobDone>;
}

export interface RunJobsPorts {
  readonly jobs: Jobs;
  readonly clock: Pick<SteadyClock, 'now' | 'elapsed'>;
  readonly log: Log;
  readonly newId: () => string;
}

/** Answers the ends of those that were due. One that fails leaves the others to their turn. */
export async function runJobs(
  rows: readonly JobRow[],
  budgetMs: number,
  ports: RunJobsPorts,
): Promise<Partial<Record<JobName, JobEnd>>> {
  const begun = ports.clock.elapsed();
  const isDue = (): boolean => ports.clock.elapsed() - begun > budgetMs;
  const ends: Partial<Record<JobName, JobEnd>> = {};
  for (const row of rows) {
    if (isDue()) break;
    const holder = ports.newId();
    const job = await ports.jobs.take(row.name, row.everyMs, holder, LEASE_MS);
    if (job === undefined) continue;
    const end = await endOf(row, isDue, ports);
    ends[row.name] = end;
    await ports.jobs.end(row.name, holder, end, dueAfter(job, end));
  }
  return ends;
}

async function endOf(row: JobRow, isDue: () => boolean, { clock, log }: RunJobsPorts): Promise<JobEnd> {
  const startedMs = clock.now();
  try {
    const { isDone, text } = await row.act(isDue);
    return { startedMs, endedMs: clock.now(), outcome: isDone ? 'done' : 'more', text: shortened(text, MAX_TEXT) };
  } catch (thrown) {
    const { message } = toError(thrown);
    log.warn({ event: 'job.failed', job: row.name, code: codeOf(thrown) }, `${message}. It is tried again.`);
    return { startedMs, endedMs: clock.now(), outcome: 'failed', text: shortened(message, MAX_TEXT) };
  }
}

/** Milliseconds since 1970. */
export function dueAfter({ everyMs, failures }: Pick<Job, 'everyMs' | 'failures'>, end: JobEnd): number {
  if (end.outcome === 'more') return end.endedMs;
  if (end.outcome === 'done') return end.startedMs + everyMs;
  return end.endedMs + Math.min(everyMs, FIRST_RETRY_MS * 2 ** Math.min(failures, 10));
}
