/** The Job resource of Cloud Scheduler v1: https://cloud.google.com/scheduler/docs/reference/rest/v1/projects.locations.jobs */
import { ApiError } from '../workflows/api-error.ts';
import { nextTime, parseCron } from './cron.ts';

export interface Job {
  name: string;
  description?: string;
  schedule: string;
  timeZone: string;
  httpTarget: {
    uri: string;
    httpMethod: string;
    headers?: Record<string, string>;
    /** Base64. */
    body?: string;
    oauthToken?: { serviceAccountEmail: string };
    oidcToken?: { serviceAccountEmail: string; audience?: string };
  };
  retryConfig: {
    retryCount: number;
    /** Seconds with an "s", as JSON has durations. */
    minBackoffDuration: string;
    maxBackoffDuration: string;
    maxDoublings: number;
  };
  attemptDeadline: string;
  state: 'ENABLED' | 'PAUSED';
  userUpdateTime: string;
  /** When it fires next; absent while paused. */
  scheduleTime?: string;
  lastAttemptTime?: string;
  /** Of the last attempt: a google.rpc.Code; 0 is success. */
  status?: { code: number; message?: string };
}

const METHODS = ['POST', 'GET', 'HEAD', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'];
const SETTABLE = ['name', 'description', 'schedule', 'timeZone', 'httpTarget', 'retryConfig', 'attemptDeadline'];
/** Seconds: the default and the range for an HTTP target. */
const ATTEMPT_DEADLINE = { default: '180s', minimum: 15, maximum: 1_800 } as const;
const DEFAULT_RETRY = {
  retryCount: 0,
  minBackoffDuration: '5s',
  maxBackoffDuration: '3600s',
  maxDoublings: 5,
} as const;
const MAX_RETRY_COUNT = 5;

export const durationMs = (duration: string): number => Number(duration.replace(/s$/u, '')) * 1_000;

/**
 * Checks a job that a request wants to create and fills in the defaults.
 * @param now milliseconds since 1970
 * @throws {ApiError} INVALID_ARGUMENT for a bad value, UNIMPLEMENTED for a kind of target or a field that is not here.
 */
export function checkJob(input: unknown, parent: string, now: number): Job {
  const given = input as Partial<Job>;
  if (typeof input !== 'object' || input === null) throw invalid('The body must be a Job in JSON.');
  const outputOnly = ['state', 'userUpdateTime', 'scheduleTime', 'lastAttemptTime', 'status'];
  const unknown = Object.keys(given).find((field) => ![...SETTABLE, ...outputOnly].includes(field));
  if (unknown !== undefined)
    throw new ApiError('UNIMPLEMENTED', `Job.${unknown} is not implemented by the local Scheduler.`);
  const {
    name = '',
    schedule = '',
    timeZone = 'Etc/UTC',
    httpTarget,
    attemptDeadline = ATTEMPT_DEADLINE.default,
  } = given;
  if (!name.startsWith(`${parent}/jobs/`) || !/\/jobs\/[\w-]{1,500}$/u.test(name)) {
    throw invalid(`Job.name is "${name}"; expected ${parent}/jobs/ID with an ID of 1 to 500 letters, digits, - and _.`);
  }
  const { httpMethod = 'POST' } = httpTarget ?? {};
  if (httpTarget === undefined || !/^https?:$/u.test(URL.parse(httpTarget.uri)?.protocol ?? '')) {
    throw invalid('Job.httpTarget.uri must be an http or https URL.');
  }
  if (!METHODS.includes(httpMethod))
    throw invalid(`Job.httpTarget.httpMethod is "${httpMethod}"; expected one of ${METHODS.join(', ')}.`);
  const deadline = durationMs(attemptDeadline) / 1_000;
  if (!(deadline >= ATTEMPT_DEADLINE.minimum && deadline <= ATTEMPT_DEADLINE.maximum)) {
    throw invalid(
      `Job.attemptDeadline is "${attemptDeadline}"; expected ${ATTEMPT_DEADLINE.minimum}s to ${ATTEMPT_DEADLINE.maximum}s.`,
    );
  }
  const retryConfig = { ...DEFAULT_RETRY, ...given.retryConfig };
  if ('maxRetryDuration' in retryConfig && durationMs(retryConfig.maxRetryDuration as string) !== 0) {
    throw new ApiError('UNIMPLEMENTED', 'Job.retryConfig.maxRetryDuration is not implemented by the local Scheduler.');
  }
  if (!(retryConfig.retryCount >= 0 && retryConfig.retryCount <= MAX_RETRY_COUNT)) {
    throw invalid(`Job.retryConfig.retryCount is ${retryConfig.retryCount}; expected 0 to ${MAX_RETRY_COUNT}.`);
  }
  try {
    nextTime(parseCron(schedule), timeZone, now);
  } catch (error) {
    throw invalid(`Job.schedule or Job.timeZone: ${(error as Error).message}`);
  }
  return {
    name,
    ...(given.description !== undefined && { description: given.description }),
    schedule,
    timeZone,
    httpTarget: { ...httpTarget, httpMethod },
    retryConfig,
    attemptDeadline,
    state: 'ENABLED',
    userUpdateTime: new Date(now).toISOString(),
  };
}

export const invalid = (message: string): ApiError => new ApiError('INVALID_ARGUMENT', message);
