/** Google's REST APIs: calls that wait out what passes, and operations that are followed to their end. */
import type { Body } from '../resource.ts';
import { GoogleError, isDisabled, type Passing, passingOf } from './google-error.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Answer {
  readonly status: number;
  /** Parsed JSON; undefined for what is none. */
  readonly data: unknown;
}

/** One request over the wire, whatever comes back. */
export type Request = (
  method: Method,
  url: string,
  body: { readonly json: unknown } | { readonly bytes: Uint8Array } | undefined,
) => Promise<Answer>;

export interface Clock {
  readonly now: () => number;
  readonly sleep: (ms: number) => Promise<void>;
}

export interface Api {
  /** Undefined when it is not there. @throws {GoogleError} */
  get(url: string, options?: Pick<SendOptions, 'disabledThrows'>): Promise<Body | undefined>;
  /** @throws {GoogleError} when it is refused, or does not pass in time. */
  send(method: Method, url: string, json?: unknown, options?: SendOptions): Promise<Body>;
  upload(url: string, bytes: Uint8Array): Promise<Body>;
  /** The response of an operation, by where operations of its API are asked for. @throws {GoogleError} when it failed. */
  finish(operations: string, operation: Body): Promise<Body>;
  /** Asks again and again until `done` says so. @throws {GoogleError} when it takes longer than a propagation may. */
  until(what: string, done: () => Promise<boolean>): Promise<void>;
  /** Says what is waited for, where it is not a single call that waits. */
  readonly onWait: (text: string) => void;
  readonly clock: Clock;
}

export interface SendOptions {
  /** Conflicts are the caller's: it must read again before it writes again. */
  readonly conflictsThrow?: boolean;
  /** What was not answered may have been done: the caller looks before it asks again. */
  readonly lostThrows?: boolean;
  /** An API that is not enabled will not be: nothing waits for it. */
  readonly disabledThrows?: boolean;
}

/** Builds say where their log is. */
interface Failed {
  readonly error?: { readonly code?: number; readonly message?: string };
  readonly metadata?: { readonly build?: { readonly logUrl?: string } };
}

/** What passes by itself does so within these, by Google's own words: seven minutes and more for roles. */
export const PATIENCE_MS: Readonly<Record<Passing, number>> = { busy: 180_000, propagating: 420_000 };

const FIRST_PAUSE_MS = 1_000;
const LONGEST_PAUSE_MS = 20_000;

/** A build with a cold cache takes minutes, a database too. */
const OPERATION_MS = 1_800_000;

export interface ApiOptions {
  readonly request: Request;
  readonly clock: Clock;
  /** Told what is waited for, once for each call that waits. */
  readonly onWait: (text: string) => void;
  /** False: what might pass is reported at once. */
  readonly patient: boolean;
}

export function openApi({ request, clock, onWait, patient }: ApiOptions): Api {
  const call = async (
    method: Method,
    url: string,
    body?: Parameters<Request>[2],
    options: SendOptions = {},
  ): Promise<Answer> => {
    // What was waited for, not what the wall says: it may jump.
    let waitedMs = 0;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      const answer = await request(method, url, body);
      if (answer.status < 300) return answer;
      const error = errorOf(method, url, answer);
      const passing = isCallers(error, options) ? undefined : passingOf(error);
      const isOver = passing === undefined || waitedMs + pause > PATIENCE_MS[passing];
      if (isOver || (!patient && passing === 'propagating')) throw error;
      if (pause === FIRST_PAUSE_MS && passing === 'propagating')
        onWait(
          `${error.message} Fresh accounts and rights take up to ${PATIENCE_MS[passing] / 60_000} minutes: waiting.`,
        );
      await clock.sleep(pause);
      waitedMs += pause;
    }
  };
  const api: Api = {
    clock,
    onWait,
    async get(url, options) {
      try {
        return bodyOf(await call('GET', url, undefined, options));
      } catch (thrown) {
        if (thrown instanceof GoogleError && thrown.httpStatus === 404) return undefined;
        throw thrown;
      }
    },
    send: async (method, url, json, options) =>
      bodyOf(await call(method, url, json === undefined ? undefined : { json }, options)),
    upload: async (url, bytes) => bodyOf(await call('POST', url, { bytes })),
    async finish(operations, operation) {
      let waitedMs = 0;
      let latest = operation;
      for (let pause = FIRST_PAUSE_MS; latest['done'] !== true; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        if (waitedMs > OPERATION_MS)
          throw new GoogleError(
            504,
            '',
            `${String(operation['name'])} has not ended in ${OPERATION_MS / 60_000} minutes.`,
          );
        await clock.sleep(pause);
        waitedMs += pause;
        latest = bodyOf(await call('GET', `${operations}/${String(operation['name'])}`));
      }
      const { error, metadata } = latest as Failed;
      if (error === undefined) return (latest['response'] ?? {}) as Body;
      const log = metadata?.build?.logUrl;
      const message = `${error.message ?? 'it failed'}${log === undefined ? '' : `; its log is at ${log} .`}`;
      throw new GoogleError(400, String(error.code ?? ''), message);
    },
    async until(what, done) {
      let waitedMs = 0;
      for (let pause = FIRST_PAUSE_MS; !(await done()); pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
        if (waitedMs > PATIENCE_MS.propagating) throw new GoogleError(504, '', `${what} takes too long.`);
        await clock.sleep(pause);
        waitedMs += pause;
      }
    },
  };
  return api;
}

/** What the caller sees to itself. */
const isCallers = (
  error: GoogleError,
  { conflictsThrow = false, disabledThrows = false, lostThrows = false }: SendOptions,
): boolean =>
  (conflictsThrow && error.httpStatus === 409) ||
  (disabledThrows && isDisabled(error)) ||
  (lostThrows && error.httpStatus >= 500);

const bodyOf = ({ data }: Answer): Body => (data ?? {}) as Body;

/** https://cloud.google.com/apis/design/errors#http_mapping; Cloud Storage has no `status`, but reasons. */
function errorOf(method: Method, url: string, { status, data }: Answer): GoogleError {
  const error = (data as { error?: { message?: string; status?: string } } | undefined)?.error;
  const message = error?.message ?? `${method} ${url} was answered with ${status}.`;
  return new GoogleError(status, error?.status ?? '', message);
}
