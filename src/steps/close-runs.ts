/** Closes runs that are over: their outcomes go into the book, and nobody looks at them again. */
import { fold } from '../planning/fold.ts';
import type { Planning, PlanningSnapshot } from './ports.ts';

/** Only runs whose workflow has been answered: an open run is where a lost callback is found. Answers how many were closed. */
export async function closeRuns(
  snapshot: PlanningSnapshot,
  answered: ReadonlySet<string>,
  ports: { readonly planning: Planning },
): Promise<number> {
  const { settled, closedRuns: over } = fold(snapshot.book, snapshot.open);
  const closedRuns = over.filter((id) => answered.has(id));
  if (closedRuns.length === 0) return 0;
  const committed = await ports.planning.commit(snapshot, { settled, closedRuns });
  // Another writer was faster and has folded the same outcomes, or will.
  return committed ? closedRuns.length : 0;
}
