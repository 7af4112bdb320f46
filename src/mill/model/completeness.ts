/** When a day of root data is whole, as the manifest says it, and what a day that is not whole lacks. */
import { z } from 'zod';

export const Completeness = z.object({
  canaries: z.array(z.string()),
  closingMarker: z
    .discriminatedUnion('kind', [
      z.object({ kind: z.literal('entity'), id: z.string() }),
      z.object({ kind: z.literal('document'), dataset: z.string() }),
    ])
    .optional(),
  minimumCount: z.number().int().positive().optional(),
});
export type Completeness = z.infer<typeof Completeness>;

/** One thing that a day lacks. */
export const MissingData = z.discriminatedUnion('kind', [
  /** `ids`: the first few. */
  z.object({ kind: z.literal('canaries'), ids: z.array(z.string()), more: z.number().int().nonnegative() }),
  z.object({ kind: z.literal('closing-marker'), id: z.string() }),
  z.object({ kind: z.literal('closing-document'), dataset: z.string() }),
  z.object({ kind: z.literal('count'), found: z.number().int(), minimum: z.number().int() }),
  /** Its files, which nobody could look into. */
  z.object({ kind: z.literal('readable-files'), reason: z.string() }),
]);
export type MissingData = z.infer<typeof MissingData>;

/** Canaries that are named when more of them are missing. */
const NAMED_CANARIES = 5;

/** Whether only the day's entities themselves can answer, not their number. */
export const looksForIds = ({ canaries, closingMarker }: Completeness): boolean =>
  canaries.length > 0 || closingMarker?.kind === 'entity';

export const idsToLookFor = ({ canaries, closingMarker }: Completeness): readonly string[] =>
  closingMarker?.kind === 'entity' ? [...canaries, closingMarker.id] : canaries;

/** What a day's own content lacks. `found`: those of `idsToLookFor` that are there. */
export function missingFrom(
  { canaries, closingMarker, minimumCount }: Completeness,
  { count, found }: { readonly count: number; readonly found: ReadonlySet<string> },
): MissingData[] {
  const missing: MissingData[] = [];
  const absent = canaries.filter((id) => !found.has(id));
  if (absent.length > 0) {
    const ids = absent.slice(0, NAMED_CANARIES);
    missing.push({ kind: 'canaries', ids, more: absent.length - ids.length });
  }
  if (closingMarker?.kind === 'entity' && !found.has(closingMarker.id))
    missing.push({ kind: 'closing-marker', id: closingMarker.id });
  if (minimumCount !== undefined && count < minimumCount)
    missing.push({ kind: 'count', found: count, minimum: minimumCount });
  return missing;
}

/** `canaries AAPL, MSFT and 3 more; 20 of at least 500`. */
export const describeMissing = (missing: readonly MissingData[]): string => missing.map(inWords).join('; ');

function inWords(missing: MissingData): string {
  switch (missing.kind) {
    case 'canaries':
      return `${missing.ids.length + missing.more === 1 ? 'canary' : 'canaries'} ${missing.ids.join(', ')}${missing.more > 0 ? ` and ${missing.more} more` : ''}`;
    case 'closing-marker':
      return `closing marker ${missing.id}`;
    case 'closing-document':
      return `closing document in ${missing.dataset}`;
    case 'count':
      return `${missing.found} of at least ${missing.minimum}`;
    case 'readable-files':
      return `files that can be read: ${missing.reason}`;
  }
}
