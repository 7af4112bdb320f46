/** Answers of the API, one cache for the page: panels that ask alike share a request, and keep what they show while it is asked anew. */
import { type ReadonlySignal, type Signal, signal } from '@preact/signals';
import { useEffect } from 'preact/hooks';
import { ofOrganization } from './organization.ts';
import { type Problem, problemOf, UNREACHABLE } from './problem.ts';

export interface Answer<T> {
  /** The last that was had, also while the next is on its way, or failed to come. */
  readonly data?: T;
  readonly problem?: Problem;
  readonly isLoading: boolean;
}

/** The planner's sequence that the newest answer was made at. */
export const sequence = signal(0);
/** Whether the last request had an answer; a sign-in that has run out is one. */
export const connection = signal<'up' | 'lost' | 'signed-out'>('up');
/** When the newest answer came, in ms. */
export const updatedMs = signal(Date.now());

interface Entry {
  readonly answer: Signal<Answer<unknown>>;
  readonly read: (response: Response) => Promise<unknown>;
  users: number;
  under?: Promise<void> | undefined;
}

const entries = new Map<string, Entry>();

/** Unused answers that are kept, for who goes back. */
const KEPT = 40;

const json = (response: Response): Promise<unknown> => response.json();

/**
 * An answer as a signal, asked for when it is first used and again whenever the planner moves on. Undefined asks for nothing.
 * `read` makes of the response what is kept.
 */
export function useAnswer<T>(
  url: string | undefined,
  read: (response: Response) => Promise<T> = json as (response: Response) => Promise<T>,
): Answer<T> {
  const entry = url === undefined ? undefined : entryOf(url, read);
  useEffect(() => {
    if (url === undefined || entry === undefined) return undefined;
    entry.users++;
    if (entry.answer.value.data === undefined) void ask(url, entry);
    else void refresh(url, entry);
    return () => {
      entry.users--;
      forget();
    };
  }, [url]);
  return (entry?.answer as ReadonlySignal<Answer<T>> | undefined)?.value ?? { isLoading: false };
}

/** Asks for everything that is shown again, keeping it until the new is there. */
export function refreshAll(): void {
  for (const [url, entry] of entries) if (entry.users > 0) void refresh(url, entry);
}

/** Asks for one again, if it is shown. */
export function askAgain(url: string): void {
  const entry = entries.get(url);
  if (entry !== undefined && entry.users > 0) void refresh(url, entry);
}

/** Asks once, outside of any panel. @throws {Problem} */
export async function answerOf<T>(url: string): Promise<T> {
  const response = await fetched(url);
  if (!response.ok) throw Object.assign(new Error(), await problemOf(response));
  return (await response.json()) as T;
}

function entryOf(url: string, read: (response: Response) => Promise<unknown>): Entry {
  const known = entries.get(url) ?? { answer: signal<Answer<unknown>>({ isLoading: true }), read, users: 0 };
  entries.delete(url);
  entries.set(url, known);
  return known;
}

/** The least recently used first. */
function forget(): void {
  for (const [url, { users }] of entries) {
    if (entries.size <= KEPT) return;
    if (users === 0) entries.delete(url);
  }
}

const refresh = (url: string, entry: Entry): Promise<void> => entry.under ?? ask(url, entry);

function ask(url: string, entry: Entry): Promise<void> {
  entry.answer.value = { ...entry.answer.value, isLoading: true };
  entry.under = take(url, entry).finally(() => (entry.under = undefined));
  return entry.under;
}

async function take(url: string, { answer, read }: Entry): Promise<void> {
  const { data } = answer.value;
  const kept = data === undefined ? {} : { data };
  try {
    const response = await fetched(url);
    if (!response.ok) {
      answer.value = { ...kept, problem: await problemOf(response), isLoading: false };
      return;
    }
    answer.value = { data: await read(response), isLoading: false };
  } catch {
    connection.value = 'lost';
    answer.value = { ...kept, problem: UNREACHABLE, isLoading: false };
  }
}

async function fetched(url: string): Promise<Response> {
  // The browser asks by ETag whether what it has is still so.
  const response = await fetch(ofOrganization(url), { cache: 'no-cache', redirect: 'manual' });
  // A sign-in that has run out answers with a redirection to another origin, which a script may not see.
  connection.value = response.type === 'opaqueredirect' || response.status === 401 ? 'signed-out' : 'up';
  const told = Number(response.headers.get('daymill-sequence') ?? 0);
  if (told > sequence.value) sequence.value = told;
  updatedMs.value = Date.now();
  return response;
}
