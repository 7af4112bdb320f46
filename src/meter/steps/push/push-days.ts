/**
 * Sends closed days to VictoriaMetrics: samples as they are, results as daily series. A day is sent again only when it is another than it was;
 * sent twice, it is there once, as samples of one time and value are one there.
 * https://docs.victoriametrics.com/victoriametrics/#how-to-import-data-in-json-line-format
 */
import { RetryableError, TerminalError, toError } from '../../../errors.ts';
import { addDays, type Day, dayOf } from '../../../values/date.ts';
import type { Organization } from '../../model/organization.ts';
import type { DayStore } from '../../ports/day-store.ts';
import type { Pushes } from '../../ports/pushes.ts';

export interface PushPorts {
  readonly days: Pick<DayStore, 'days' | 'content'>;
  readonly pushes: Pushes;
  /** Samples of a day as lines. */
  lines(organization: Organization, day: Day): AsyncIterable<string>;
  /** Results of a day as lines, with a version of their own. */
  derived(organization: Organization, day: Day): Promise<{ readonly version: string; lines(): AsyncIterable<string> }>;
  readonly clock: { now(): number };
  readonly wait: (ms: number) => Promise<void>;
}

/** Days after which they are not looked at any more: nothing comes late by then. */
export const PUSH_DAYS = 10;

/** Of one request. */
const BODY_CHARACTERS = 4_000_000;

const ATTEMPTS = 4;
const FIRST_WAIT_MS = 200;

export interface Pushed {
  readonly days: number;
  readonly requests: number;
}

/** `target`: `http://victoria:8428`; `headers`: whatever it wants to know of who asks. @throws {RetryableError} UNAVAILABLE @throws {TerminalError} BAD_SOURCE */
export async function pushDays(
  organization: Organization,
  target: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  ports: PushPorts,
  isDue: () => boolean,
): Promise<Pushed & { readonly isDone: boolean }> {
  const pushed = new Map(await ports.pushes.read(organization, target.url));
  const yesterday = addDays(dayOf(ports.clock.now()), -1);
  const there = new Set(await ports.days.days(organization));
  let [days, requests] = [0, 0];
  for (let back = PUSH_DAYS; back >= 0; back--) {
    const day = addDays(yesterday, -back);
    if (!there.has(day)) continue;
    if (isDue()) return { days, requests, isDone: false };
    const content = await ports.days.content({ organization, day }, 'samples');
    const derived = await ports.derived(organization, day);
    const version = `${content?.hash ?? ''}/${derived.version}`;
    if (pushed.get(day) === version) continue;
    requests += await pushDay(target, ports, [ports.lines(organization, day), derived.lines()]);
    pushed.set(day, version);
    for (const old of pushed.keys()) if (old < addDays(yesterday, -PUSH_DAYS)) pushed.delete(old);
    await ports.pushes.write(organization, target.url, pushed);
    days++;
  }
  return { days, requests, isDone: true };
}

async function pushDay(
  target: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  ports: PushPorts,
  sources: readonly AsyncIterable<string>[],
): Promise<number> {
  let [body, requests] = ['', 0];
  const flush = async (): Promise<void> => {
    if (body === '') return;
    await send(target, body, ports.wait);
    requests++;
    body = '';
  };
  for (const lines of sources)
    for await (const text of lines) {
      body += text;
      if (body.length > BODY_CHARACTERS) await flush();
    }
  await flush();
  return requests;
}

async function send(
  { url, headers }: { readonly url: string; readonly headers: Readonly<Record<string, string>> },
  body: string,
  wait: (ms: number) => Promise<void>,
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    let status = 0;
    let why: string;
    try {
      const response = await fetch(`${url.replace(/\/$/, '')}/api/v1/import`, { method: 'POST', body, headers });
      why = (await response.text()).slice(0, 500);
      if (response.ok) return;
      ({ status } = response);
    } catch (thrown) {
      why = toError(thrown).message;
    }
    if (status >= 400 && status < 500 && status !== 429)
      throw new TerminalError('BAD_SOURCE', `${url} refuses what is pushed (${status}): ${why}`);
    if (attempt === ATTEMPTS) throw new RetryableError('UNAVAILABLE', `${url} does not take what is pushed: ${why}`);
    await wait(FIRST_WAIT_MS * 2 ** attempt);
  }
}
