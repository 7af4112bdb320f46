/** Closes runs that are over: their outcomes go into the books, and nobody looks at them again. */
import { fold, withAudits } from '../../planning/fold.ts';
import { Shelf } from '../../planning/shelf.ts';
import { type DispatchPorts, learnFrom } from './dispatch.ts';
import type { PlanningSnapshot } from '../../ports/planning.ts';
import { stateOf } from './survey.ts';

/** Only runs whose workflow has been answered: an open run is where a lost callback is found. Answers how many were closed. */
export async function closeRuns(
  snapshot: PlanningSnapshot,
  answered: ReadonlySet<string>,
  ports: Pick<DispatchPorts, 'manifest' | 'planning' | 'tiers' | 'clock'>,
): Promise<number> {
  const shelf = new Shelf(snapshot.books);
  for (;;) {
    const folded = fold(stateOf(snapshot, shelf, ports.manifest), snapshot.open);
    if (!shelf.isComplete) {
      await ports.planning.fetch(snapshot, shelf.takeMissing());
      continue;
    }
    const closedRuns = folded.closedRuns.filter((id) => answered.has(id));
    if (closedRuns.length === 0) return 0;
    const learned = await learnFrom(snapshot, closedRuns, ports);
    const { standings, distrusted } = folded.state;
    const change = {
      settled: folded.settled,
      standings: withAudits(standings, snapshot.open, closedRuns),
      distrusted,
      closedRuns,
      ...learned.change,
    };
    // Another writer was faster and has folded the same outcomes, or will.
    return (await ports.planning.commit(snapshot, change)) ? closedRuns.length : 0;
  }
}
