/** A result for who looks at it: its value, or the first of its entities, however many there are. */
import { z } from 'zod';
import { CellKey } from '../model/cell.ts';
import type { Entry } from '../model/artifact.ts';
import { readWhole } from '../ports/read-whole.ts';
import { MissingResult } from './missing-result.ts';
import { type FoundResult, NoResultAnswer, ResultAnswer } from './results.ts';

export const ResultPage = z.union([
  ResultAnswer.omit({ value: true, entity: true }).extend({
    keyed: z.boolean(),
    /** Of all entities; 1 of a result that is one value. */
    count: z.number(),
    /** Of one that has no entities. */
    value: z.unknown().optional(),
    entities: z.array(z.object({ id: z.string(), value: z.unknown() })).optional(),
  }),
  NoResultAnswer,
]);
export type ResultPage = z.infer<typeof ResultPage>;

/** Parts are read as they are needed. */
export async function resultPage(
  found: FoundResult | (CellKey & { readonly missing: MissingResult }),
  limit: number,
): Promise<ResultPage> {
  if ('missing' in found) return found;
  const { computation, date, artifact, failedSince, current } = found;
  const common = {
    computation,
    date,
    hash: artifact.hash,
    keyed: artifact.keyed,
    count: artifact.keyed ? artifact.count : 1,
    ...(failedSince === undefined ? {} : { failedSince: { code: failedSince.code, message: failedSince.message } }),
    ...current,
  };
  if (!artifact.keyed) return { ...common, value: await readWhole(artifact) };
  const shown: Entry[] = [];
  for await (const part of artifact.parts()) {
    shown.push(...part.entries());
    if (shown.length >= limit) break;
  }
  return { ...common, entities: shown.slice(0, limit).map(([id, value]) => ({ id, value })) };
}
