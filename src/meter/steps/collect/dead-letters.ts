/** What was refused of what was sent: looked at, sent again, dropped; and kept from growing without end. */
import { UserError } from '../../../errors.ts';
import { readItems } from '../../formats/json/read.ts';
import { type CollectedDeadLetter, MAX_DEAD_LETTERS } from '../../model/dead-letter.ts';
import { type SentKind, BATCH_MEMBERS } from '../../model/event.ts';
import type { Organization } from '../../model/organization.ts';
import type { CollectedDeadLetters } from '../../ports/dead-letters.ts';
import type { Log } from '../../../process/ports.ts';
import {
  type CollectAnswer,
  collectEvents,
  type CollectPorts,
  type CollectRequest,
  collectSamples,
} from './collect.ts';
import { takeEvents } from './take-events.ts';
import { DocumentId } from '../../../values/document-id.ts';

export interface DeadLetterPorts extends Omit<CollectPorts, 'deadLetters'> {
  readonly deadLetters: CollectedDeadLetters;
}

/** @throws {UserError} NOT_FOUND */
export async function readDeadLetter(
  organization: Organization,
  id: string,
  { deadLetters }: Pick<DeadLetterPorts, 'deadLetters'>,
): Promise<CollectedDeadLetter> {
  // What names no document would be asked for again and again.
  const letter = DocumentId.safeParse(id).success ? await deadLetters.read(organization, id) : undefined;
  if (letter !== undefined) return letter;
  throw new UserError('NOT_FOUND', `${organization} has no dead letter ${id}. It may have been replayed, or dropped.`);
}

/**
 * Sends its items again, once: a replay that is repeated is answered as the first was. What is refused again is a dead letter of its own; this one
 * goes. @throws {UserError} NOT_FOUND
 */
export async function replayDeadLetter(
  request: CollectRequest,
  id: string,
  ports: DeadLetterPorts,
): Promise<CollectAnswer> {
  const letter = await readDeadLetter(request.organization, id, ports);
  const again = { ...request, route: `replay of ${letter.route}`, idempotencyKey: `replay of ${id}` };
  const items = letter.items.flatMap(({ item }) => (item === undefined ? [] : [item]));
  const answer =
    letter.source === 'samples'
      ? await collectSamples(again, (series, into) => readItems(items, series, into, request.receivedMs), ports)
      : await replayEvents(again, { source: letter.source, items }, ports);
  await ports.deadLetters.remove(request.organization, [id]);
  return answer;
}

function replayEvents(
  request: CollectRequest,
  {
    source,
    items,
  }: { readonly source: Exclude<CollectedDeadLetter['source'], 'samples'>; readonly items: readonly unknown[] },
  ports: DeadLetterPorts,
): Promise<CollectAnswer> {
  const { limits, receivedMs } = request;
  const options = { limits, nowMs: receivedMs, timestampMs: receivedMs, newId: ports.newId };
  const taken = items.map((item, index) =>
    takeEvents([item], index, { ...options, kind: source === 'batch' ? kindOf(item) : source }),
  );
  return collectEvents(
    request,
    { events: taken.flatMap(({ events }) => events), rejected: taken.flatMap(({ rejected }) => rejected) },
    { source },
    ports,
  );
}

/** Of an event of a batch, which does not say it: by what only one kind has. */
function kindOf(item: unknown): SentKind {
  const has = (name: string): boolean => typeof item === 'object' && item !== null && Object.hasOwn(item, name);
  if (has('agent_name') || has('interaction_type')) return BATCH_MEMBERS.agent_interactions;
  if (has('metric_name') || has('metric_value')) return BATCH_MEMBERS.productivity_metrics;
  return BATCH_MEMBERS.command_executions;
}

/** @throws {UserError} NOT_FOUND */
export async function dropDeadLetter(
  organization: Organization,
  id: string,
  ports: Pick<DeadLetterPorts, 'deadLetters'>,
): Promise<void> {
  await readDeadLetter(organization, id, ports);
  await ports.deadLetters.remove(organization, [id]);
}

/** Letters that are removed in one go. */
const TRIM_AT_ONCE = 400;

/** Removes the oldest beyond the bound, and tells the log, which a deployment's alert watches. Answers how many went. */
export async function trimDeadLetters(
  organization: Organization,
  {
    deadLetters,
    log,
    most = MAX_DEAD_LETTERS,
  }: { readonly deadLetters: CollectedDeadLetters; readonly log: Log; readonly most?: number },
): Promise<number> {
  let dropped = 0;
  for (let over = (await deadLetters.count(organization)) - most; over > 0; over -= TRIM_AT_ONCE) {
    const oldest = await deadLetters.list(organization, Math.min(over, TRIM_AT_ONCE));
    await deadLetters.remove(
      organization,
      oldest.map(({ id }) => id),
    );
    dropped += oldest.length;
  }
  if (dropped > 0)
    log.error(
      { event: 'dead-letters.dropped', organization, dropped, most },
      `${organization} has more than ${most} dead letters: the oldest ${dropped} were dropped. Look why so much is refused: daymill dead-letters --org ${organization}`,
    );
  return dropped;
}
