/** Closes runs that are over: their outcomes go into the books, and nobody looks at them again. */
import { codeOf } from '../../../errors.ts';
import { closing } from '../../planning/closing.ts';
import { fold } from '../../planning/fold.ts';
import { Shelf } from '../../planning/shelf.ts';
import type { Planning, PlanningSnapshot } from '../../ports/planning.ts';
import { learnFrom, type LearnPorts } from './learn.ts';
import { settleAhead } from './settle-ahead.ts';
import { stateOf } from './survey.ts';

/** Only runs whose workflow has been answered: an open run is where a lost callback is found. Answers how many were closed. */
export async function closeRuns(
  before: PlanningSnapshot,
  answered: ReadonlySet<string>,
  ports: LearnPorts & { readonly planning: Planning },
): Promise<number> {
  let snapshot = before;
  let shelf = new Shelf(snapshot.books);
  for (;;) {
    const folded = fold(stateOf(snapshot, shelf, ports.manifest), snapshot.open);
    if (!shelf.isComplete) {
      await ports.planning.fetch(snapshot, shelf.takeMissing());
      continue;
    }
    const { closedRuns, ended, change } = closing(folded, snapshot.open, ({ id }) => answered.has(id));
    if (closedRuns.length === 0) return 0;
    const learned = await learnFrom(ended, snapshot, ports);
    const all = { ...change, ...learned.change };
    // Another writer was faster and has folded the same outcomes, or will.
    const isAhead = await settleAhead(snapshot, all, ports).catch(unlessOvertaken);
    if (isAhead === undefined) return 0;
    if (!isAhead) return (await ports.planning.commit(snapshot, all)) ? closedRuns.length : 0;
    snapshot = await ports.planning.load();
    shelf = new Shelf(snapshot.books);
  }
}

function unlessOvertaken(thrown: unknown): undefined {
  if (codeOf(thrown) !== 'CONTENTION') throw thrown;
}
