/** The computations that an expression selects for a run; a look at the state only where it asks for what has changed. */
import { selectComputations } from '../manifest/select.ts';
import { changedComputations } from './changed-computations.ts';
import { type Days, foresee, type ForeseePorts } from './foresee.ts';

/** Names; undefined for all of them. @throws {UserError} as `selectComputations` */
export async function selectedFor(
  select: string | undefined,
  days: Days,
  ports: ForeseePorts,
): Promise<readonly string[] | undefined> {
  if (select === undefined || select.trim() === '*') return undefined;
  const { manifest } = ports;
  const selected = selectComputations(manifest, select, { changed: new Set() });
  if (!select.includes('state:')) return [...selected];
  const changed = changedComputations((await foresee(days, ports)).plan);
  return [...selectComputations(manifest, select, { changed })];
}
