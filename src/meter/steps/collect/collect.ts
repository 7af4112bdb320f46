/**
 * What a request brings, from its bytes to its answer: read, checked, paid for, committed with its group, and answered after that. Acknowledged
 * means committed: an instance may be frozen, or killed, right after its answer.
 */
import type { Organization } from '../../model/organization.ts';
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Rejection } from '../../model/rejection.ts';
import { Samples } from '../../model/samples.ts';
import type { Metadata } from '../../model/series.ts';
import type { SeriesResolver } from '../../model/series-resolver.ts';
import type { CollectedDeadLetters } from '../../ports/dead-letters.ts';
import type { DayStore, DocumentWrite } from '../../ports/day-store.ts';
import { dropUntimely } from './drop-untimely.ts';
import type { Contribution, Kept, KnownSeries, Outcome } from './contribution.ts';
import { deadLetterOf, itemsIn } from './dead-letter-of.ts';
import type { GroupCommit } from './group-commit.ts';
import type { TakenEvents } from './take-events.ts';
import type { CollectedDeadLetter } from '../../model/dead-letter.ts';

export interface CollectPorts {
  readonly group: Pick<GroupCommit, 'add'>;
  readonly days: Pick<DayStore, 'claimed'>;
  readonly deadLetters: Pick<CollectedDeadLetters, 'write'>;
  /** Of an organization, for all requests of this process. */
  readonly seriesOf: (organization: Organization, limits: OrganizationLimits) => KnownSeries & SeriesResolver;
  /** @throws an error of the door's when the organization sends more than it may */
  readonly spend: (organization: Organization, items: number, limits: OrganizationLimits) => Promise<void>;
  readonly newId: () => string;
  readonly clock: { now(): number };
  readonly observe: (taken: Taken) => void;
}

/** What was committed, for who watches it live, and what was not, for who counts. */
export interface Taken {
  readonly organization: Organization;
  readonly samples: Samples;
  readonly series: KnownSeries;
  readonly refused: ReadonlyMap<number, unknown>;
  readonly events: number;
  readonly rejected: number;
}

/** Of every request that brings something. */
export interface CollectRequest {
  readonly organization: Organization;
  readonly limits: OrganizationLimits;
  /** As it is called in dead letters: `POST /api/metrics`. */
  readonly route: string;
  /** Of the request as a whole: sent again under the same one, it is answered as it was and brings nothing. */
  readonly idempotencyKey: string | undefined;
  readonly receivedMs: number;
}

export interface ReadSamples {
  readonly rejected: readonly Rejection[];
  readonly metadata: readonly Metadata[];
}

export interface CollectAnswer {
  /** Samples, or events, that are kept now: those that had been before are among them. */
  readonly accepted: number;
  readonly rejected: number;
  /** The first of what was rejected, without the items: those are in their sender's hands, and in the dead letter. */
  readonly rejections: readonly Omit<Rejection, 'item'>[];
  /** Events of which only the first was kept, by their index. */
  readonly repeated: readonly number[];
  /** Of events, by their order, what they are called. */
  readonly ids?: readonly string[] | undefined;
}

/** Rejected items that an answer names. */
export const NAMED_REJECTIONS = 100;

const NOTHING: TakenEvents = { events: [], rejected: [] };

/** @throws {UserError} BAD_ARGUMENT when `read` finds that it is not of its format @throws {RetryableError} UNAVAILABLE */
export async function collectSamples(
  request: CollectRequest,
  read: (series: SeriesResolver, into: Samples) => ReadSamples,
  ports: CollectPorts,
): Promise<CollectAnswer> {
  const { organization, limits } = request;
  const before = await answeredBefore(request, ports);
  if (before !== undefined) return before;
  const series = ports.seriesOf(organization, limits);
  const all = new Samples();
  const { rejected, metadata } = read(series, all);
  const { samples, untimely } = dropUntimely(all, { series, nowMs: request.receivedMs, limits });
  const wrong = [...rejected, ...untimely];
  return contribute(request, { samples, series, metadata, taken: NOTHING, wrong, source: 'samples' }, ports);
}

/** `documents`: what is written with them. */
export async function collectEvents(
  request: CollectRequest,
  taken: TakenEvents,
  {
    source,
    documents = [],
  }: { readonly source: CollectedDeadLetter['source']; readonly documents?: readonly DocumentWrite[] },
  ports: CollectPorts,
): Promise<CollectAnswer> {
  const before = await answeredBefore(request, ports);
  if (before !== undefined) return before;
  const series = ports.seriesOf(request.organization, request.limits);
  return contribute(
    request,
    { samples: new Samples(), series, metadata: [], taken, wrong: taken.rejected, source, documents },
    ports,
  );
}

/** What a repeat of a request as a whole is answered. */
async function answeredBefore(request: CollectRequest, { days }: CollectPorts): Promise<CollectAnswer | undefined> {
  const key = requestKey(request);
  if (key === undefined) return undefined;
  const [claim] = await days.claimed([{ organization: request.organization, key }]);
  return claim === undefined ? undefined : readAnswer(claim.answer);
}

const requestKey = ({ idempotencyKey, route }: CollectRequest): string | undefined =>
  idempotencyKey === undefined ? undefined : JSON.stringify(['request', route, idempotencyKey]);

const readAnswer = (answer: string | undefined): CollectAnswer =>
  answer === undefined
    ? { accepted: 0, rejected: 0, rejections: [], repeated: [] }
    : (JSON.parse(answer) as CollectAnswer);

interface Brought {
  readonly samples: Samples;
  readonly series: KnownSeries;
  readonly metadata: readonly Metadata[];
  readonly taken: TakenEvents;
  readonly wrong: readonly Rejection[];
  readonly source: CollectedDeadLetter['source'];
  readonly documents?: readonly DocumentWrite[];
}

async function contribute(request: CollectRequest, brought: Brought, ports: CollectPorts): Promise<CollectAnswer> {
  const { organization, limits, receivedMs } = request;
  const { samples, series, metadata, taken, wrong, documents = [] } = brought;
  const { events } = taken;
  if (samples.length + events.length > 0) await ports.spend(organization, samples.length + events.length, limits);
  const letter =
    wrong.length === 0 ? [] : [ports.deadLetters.write(deadLetterOf(request, brought.source, wrong, ports.newId()))];
  const answerOf = (kept: Kept): CollectAnswer => answerWith(kept, brought);
  const contribution: Contribution = {
    organization,
    samples,
    series,
    maxSeries: limits.max_global_series_per_user,
    metadata,
    events,
    claim: requestKey(request),
    answerOf: (kept) => JSON.stringify(answerOf(kept)),
    documents: [...documents, ...letter],
    receivedMs,
  };
  const isEmpty = samples.length + events.length + metadata.length + contribution.documents.length === 0;
  if (isEmpty && contribution.claim === undefined) return answerOf(NOTHING_KEPT);
  const outcome: Outcome = await ports.group.add(contribution);
  if (outcome.kind === 'repeated') return readAnswer(outcome.answer);
  const answer = answerOf(outcome);
  const { refused } = outcome;
  ports.observe({ organization, samples, series, refused, events: events.length, rejected: answer.rejected });
  return answer;
}

const NOTHING_KEPT: Kept = { kind: 'kept', repeated: new Set(), refused: new Map() };

function answerWith({ repeated, refused }: Kept, { samples, taken, wrong }: Brought): CollectAnswer {
  const { events } = taken;
  const byReason = new Map<string, { first: number; count: number; code: Rejection['code'] }>();
  for (const [index, { code, reason }] of refused) {
    const found = byReason.get(reason);
    if (found === undefined) byReason.set(reason, { first: index, count: 1, code });
    else found.count++;
  }
  const tooMany = Array.from(byReason, ([reason, { first, count, code }]): Rejection => ({
    index: first,
    code,
    reason,
    count,
  }));
  const rejected = [...wrong, ...tooMany];
  return {
    accepted: samples.length - refused.size + events.length,
    rejected: itemsIn(rejected),
    rejections: rejected
      .toSorted((a, b) => a.index - b.index)
      .slice(0, NAMED_REJECTIONS)
      .map(({ index, code, reason, count }) => ({ index, code, reason, count })),
    repeated: [...repeated],
    ...(events.length === 0 ? {} : { ids: events.map(({ id }) => id) }),
  };
}
