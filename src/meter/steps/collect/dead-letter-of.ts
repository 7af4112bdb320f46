/** What was refused of a request, as the dead letter that is kept of it. Pure. */
import { type CollectedDeadLetter, MAX_KEPT_ITEMS } from '../../model/dead-letter.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { CollectRequest } from './collect.ts';

/** Of the items as JSON, bytes. Most say much the same, and are packed. */
const MAX_ITEM_BYTES = 4_000_000;

export function deadLetterOf(
  { organization, route, receivedMs }: Pick<CollectRequest, 'organization' | 'route' | 'receivedMs'>,
  source: CollectedDeadLetter['source'],
  rejected: readonly Rejection[],
  id: string,
): CollectedDeadLetter {
  const counts: Record<string, number> = {};
  for (const { code, count = 1 } of rejected) counts[code] = (counts[code] ?? 0) + count;
  const items = firstItems(rejected);
  const receivedAt = new Date(receivedMs).toISOString();
  return {
    id,
    organization,
    source,
    route,
    receivedAt,
    counts,
    items,
    droppedItems: itemsIn(rejected) - itemsIn(items),
  };
}

/** As many as are kept. */
function firstItems(rejected: readonly Rejection[]): Rejection[] {
  let bytes = 0;
  const kept: Rejection[] = [];
  for (const rejection of rejected.slice(0, MAX_KEPT_ITEMS)) {
    bytes += Buffer.byteLength(JSON.stringify(rejection));
    if (bytes > MAX_ITEM_BYTES) break;
    kept.push(rejection);
  }
  return kept;
}

export const itemsIn = (rejected: readonly Pick<Rejection, 'count'>[]): number =>
  rejected.reduce((sum, { count = 1 }) => sum + count, 0);
