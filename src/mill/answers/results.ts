/** Results: what a computation found on a day, whole or of one entity, and whether that is up to date. */
import { z } from 'zod';
import { Day } from '../../values/date.ts';
import { Hash } from '../../values/hash.ts';
import { didYouMean } from '../../values/suggest.ts';
import { type CellError, CellKey } from '../model/cell.ts';
import type { Artifacts, StoredArtifact } from '../ports/artifacts.ts';
import type { Cells } from '../ports/cells.ts';
import { readWhole } from '../ports/read-whole.ts';
import type { ForeseePorts } from './foresee.ts';
import { MissingResult, missingResult } from './missing-result.ts';
import { Cause } from './cause-list.ts';
import { UpToDate, upToDate } from './up-to-date.ts';

export const ResultAnswer = z.object({
  ...CellKey.shape,
  /** The one that was asked for; absent for a whole result. */
  entity: z.string().optional(),
  hash: Hash,
  /** Exactly as it is stored. */
  value: z.unknown(),
  /** Why the last attempt to make it again failed; the value is then the last good one. */
  failedSince: z.object({ code: z.string(), message: z.string() }).optional(),
  ...UpToDate.shape,
});
export type ResultAnswer = z.infer<typeof ResultAnswer>;

export const NoResultAnswer = z.object({ ...CellKey.shape, missing: MissingResult });

/** Of a result that is there, and has no such entity. */
export const NoEntityAnswer = z.object({
  ...CellKey.shape,
  entity: z.string(),
  missing: z.object({ outcome: z.literal('NO_ENTITY'), text: z.string(), causes: z.array(Cause) }),
});
export type NoEntityAnswer = z.infer<typeof NoEntityAnswer>;

export const ResultsAnswer = z.union([ResultAnswer, NoResultAnswer, NoEntityAnswer]);

/** A result before any of it was read. */
export interface FoundResult extends CellKey {
  readonly artifact: StoredArtifact;
  /** Why the last attempt to make it again failed. */
  readonly failedSince: CellError | undefined;
  readonly current: UpToDate;
}

export type ResultPorts = ForeseePorts & {
  readonly artifacts: Pick<Artifacts, 'lastGood'>;
  readonly cells: Pick<Cells, 'read'>;
};

/** `from` is the first day of the grid. */
export async function findResult(
  cell: CellKey,
  from: Day,
  ports: ResultPorts,
): Promise<FoundResult | z.infer<typeof NoResultAnswer>> {
  const good = await ports.artifacts.lastGood(cell);
  if (good === undefined) return { ...cell, missing: await missingResult(cell, from, ports) };
  const current = await upToDate(cell, good.artifact, from < cell.date ? from : cell.date, ports);
  return { ...cell, ...good, current };
}

/** All of it is read: what is shown a page at a time is read from `artifact`. */
export const resultAnswer = async ({
  computation,
  date,
  artifact,
  failedSince,
  current,
}: FoundResult): Promise<ResultAnswer> => ({
  computation,
  date,
  hash: artifact.hash,
  value: await readWhole(artifact),
  ...failure(failedSince),
  ...current,
});

const failure = (error: CellError | undefined): Pick<ResultAnswer, 'failedSince'> =>
  error === undefined ? {} : { failedSince: { code: error.code, message: error.message } };

/** Of one entity, for the one part that it is in. */
export async function entityAnswer(
  entity: string,
  { computation, date, artifact, failedSince, current }: FoundResult,
): Promise<ResultAnswer | NoEntityAnswer> {
  const part = await artifact.partWith(entity);
  const entries = part === undefined ? [] : part.entries();
  const found = entries.find(([key]) => key === entity);
  if (found !== undefined)
    return { computation, date, entity, hash: artifact.hash, value: found[1], ...failure(failedSince), ...current };
  const near = didYouMean(
    entity,
    entries.map(([key]) => key),
  );
  const text = `${computation} has no "${entity}" on ${date}, but ${artifact.count} others.${near === undefined ? '' : ` Did you mean "${near}"?`}`;
  return { computation, date, entity, missing: { outcome: 'NO_ENTITY', text, causes: [] } };
}
