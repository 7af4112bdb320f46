/** What ended tasks teach of what the next ones will take. */
import { learn } from '../../tiers/memory-book.ts';
import type { Manifest } from '../../model/manifest.ts';
import type { MemoryBook } from '../../model/memory-book.ts';
import type { Task } from '../../model/task.ts';
import type { Tiers } from '../../model/tier.ts';
import { inputSizes } from '../../planning/input-size.ts';
import type { Planning, PlanningChange, PlanningSnapshot } from '../../ports/planning.ts';
import type { Clock } from '../../../process/ports.ts';

export interface LearnPorts {
  readonly manifest: Manifest;
  readonly planning: Pick<Planning, 'memory'>;
  readonly tiers: Tiers;
  readonly clock: Clock;
}

/** `ended` are of runs that close in the same commit: each run closes once. */
export async function learnFrom(
  ended: readonly Task[],
  snapshot: PlanningSnapshot,
  { manifest, planning, tiers, clock }: LearnPorts,
): Promise<{ readonly book: MemoryBook; readonly change: Pick<PlanningChange, 'memory'> }> {
  const known = await planning.memory(snapshot);
  const sizes = inputSizes(manifest, snapshot.datasets);
  const sizeOf = (name: string, { cells }: Task): number | undefined => {
    const first = cells.find(({ computation }) => computation === name);
    return first === undefined ? undefined : sizes(name, first.date);
  };
  const book = learn(known, ended, { tiers, nowMs: clock.now(), sizeOf });
  return { book, change: book === known ? {} : { memory: book } };
}
