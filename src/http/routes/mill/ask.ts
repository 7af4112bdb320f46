/** What every route of the mill's answers does alike: days from the query, one moment of the plan, an ETag, the sequence. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { View, ViewPorts } from '../../../compose-view.ts';
import { UserError } from '../../../errors.ts';
import { computationIn, type ManifestComputation } from '../../../mill/model/manifest.ts';
import { assertTarget, gridStart, yesterday } from '../../../mill/steps/dispatch/target.ts';
import { Day, toOrdinal } from '../../../values/date.ts';
import { DocumentId } from '../../../values/document-id.ts';
import type { Asked, Reply, Route } from '../../route.ts';

export const MILL = {
  method: 'GET',
  tag: 'mill',
  role: 'viewer',
  quota: 'none',
  shape: 'problem',
} as const satisfies Partial<Route>;

/** The days of a grid; the project's when left out. */
export const DAYS = { date: Day.optional(), from: Day.optional(), to: Day.optional() };
export const DaysQuery = z.object(DAYS);

/** Of one grid: half a century. An answer of them all is some megabytes, and a second of work. */
export const MOST_DAYS = 20_000;

/** @throws {UserError} BAD_DATE for more days than are answered at once */
export function assertDays(first: Day, last: Day): void {
  const days = toOrdinal(last) - toOrdinal(first) + 1;
  if (days > MOST_DAYS)
    throw new UserError('BAD_DATE', `${first} to ${last} are ${days} days: ask for ${MOST_DAYS} at most.`);
}

/** Where `date` and `to` both mean the last day. @throws {UserError} BAD_DATE */
export function daysOf(
  { query }: Pick<Asked, 'query'>,
  { clock, date, from }: ViewPorts,
): { readonly from: Day; readonly date: Day } {
  const last = query.get('date') ?? query.get('to') ?? date ?? yesterday(clock.now());
  assertTarget(last, clock.now());
  const first = query.get('from') ?? gridStart(undefined, from, last);
  assertTarget(first, clock.now());
  if (first > last)
    throw new UserError('BAD_DATE', `${first} is after ${last}: the first day of the grid comes first.`);
  assertDays(first, last);
  return { from: first, date: last };
}

/** @throws {UserError} UNKNOWN_COMPUTATION, for who came by an old link too */
export function computationOf({ params }: Pick<Asked, 'params'>, { manifest }: ViewPorts): ManifestComputation {
  const name = params['computation'] ?? '';
  const found = computationIn(manifest, name);
  if (found !== undefined) return found;
  throw new UserError('UNKNOWN_COMPUTATION', `There is no computation "${name}" (any more).`);
}

/** A path's day. @throws {UserError} BAD_DATE */
export function dateOf({ params }: Pick<Asked, 'params'>, { clock }: ViewPorts): Day {
  const { date = '' } = params;
  if (!Day.safeParse(date).success) throw new UserError('BAD_DATE', `"${date}" is not a day. Write it as 2026-01-05.`);
  assertTarget(date, clock.now());
  return date;
}

/** A path's id of a document. @throws {UserError} NOT_FOUND for what can be none, as for what is not there */
export function idOf({ params }: Pick<Asked, 'params'>): string {
  const parsed = DocumentId.safeParse(params['id']);
  if (parsed.success) return parsed.data;
  throw new UserError('NOT_FOUND', `There is nothing of the id "${params['id']}".`);
}

/** The answer, as JSON. */
export async function answered<T>(view: View, make: (ports: ViewPorts) => Promise<T>): Promise<Reply> {
  const { answer, sequence } = await view.ask(make);
  return replyOf(Buffer.from(JSON.stringify(answer)), 'application/json; charset=utf-8', sequence);
}

/** Known by its content: what did not change is not sent again, whatever changed beside it. */
export function replyOf(body: Uint8Array, contentType: string, sequence: number | undefined): Reply {
  const etag = `W/"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`;
  return {
    status: 200,
    headers: {
      etag,
      'content-type': contentType,
      'cache-control': 'private, no-cache',
      ...(sequence === undefined ? {} : { 'daymill-sequence': String(sequence) }),
    },
    body,
  };
}
