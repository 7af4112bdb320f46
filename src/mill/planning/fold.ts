/** Folds what tasks report into the state of planning. Pure; the dispatcher is the single writer. */
import type { CellKey, CellOutcome, Settled } from '../model/cell.ts';
import { type Day, dayOf, type DayOrdinal, toOrdinal } from '../../values/date.ts';
import { isClaimedLater, type Run } from '../model/run.ts';
import type { LostInput } from '../model/place.ts';
import { isTerminal, outcomeOf, type Task, type TaskCell } from '../model/task.ts';
import { vectorHash } from '../model/vector.ts';
import { decodeWindow } from '../model/window.ts';
import { withAlike } from './alike.ts';
import { type Again, NOTHING_AGAIN, withoutAgain } from './again.ts';
import { afterEndings, type Ending } from './date-breaker.ts';
import { daySetOf, hasDay, NO_DAYS } from './day-set.ts';
import { afterLosses, type LossReport } from './lost-inputs.ts';
import { afterAudits, afterSettling, type Audits, type Standing, unknownStanding } from './standing.ts';
import type { PlanningState } from './state.ts';
import { learned, type Sample } from './typical.ts';
import { afterWrongSkips, type WrongSkip } from './wrong-skips.ts';

export interface OpenRun {
  readonly run: Run;
  readonly tasks: readonly Task[];
}

export interface Fold {
  /** With the outcomes on top of the books; see the shelf for books that were missed. */
  readonly state: PlanningState;
  /** What the fold changed in the books. */
  readonly settled: readonly { readonly cell: CellKey; readonly to: Settled }[];
  /** Runs all of whose tasks are terminal: they need not be looked at again. */
  readonly closedRuns: readonly string[];
}

/** What it changes is committed as the next sequence. Outcomes of cells that are not taken are as good as not known yet. */
export function fold(
  state: PlanningState,
  open: readonly OpenRun[],
  isTaken: (cell: CellKey) => boolean = () => true,
): Fold {
  const overlay = new Map<string, Map<Day, Settled>>();
  const inFlight = new Map<string, Map<DayOrdinal, string>>();
  const wrong: WrongSkip[] = [];
  const closedRuns: string[] = [];
  const samples = new Map<string, Sample[]>();
  const endings = new Map<string, Ending[]>();
  const losses: LossReport[] = [];
  const foldedIn = state.sequence + 1;
  /** By computation and day: the newest claim that settled it. */
  const claims = new Map<string, Map<DayOrdinal, number>>();
  const knownOf = ({ computation, date }: CellKey): Settled | undefined => {
    const newer = overlay.get(computation)?.get(date);
    if (newer !== undefined) return newer;
    const standing = state.standings.get(computation);
    const day = toOrdinal(date);
    if (standing === undefined || !(hasDay(standing.made, day) || hasDay(standing.failed, day))) return undefined;
    return state.shelf.settled(computation, day);
  };
  for (const { run, tasks } of open) {
    if (tasks.every(isTerminal)) closedRuns.push(run.id);
    for (const task of tasks) {
      for (const { computation, date, fingerprint, audit, inputs, reads } of task.cells) {
        const outcome = outcomeOf(task, { computation, date });
        const claimedIn = run.claimedIn ?? 0;
        losses.push(...lossesOf(outcome, { inputs, reads, date }).map((lost) => ({ claimedIn, lost })));
        // A shadow neither keeps the cell from running nor settles it.
        if (audit !== undefined) {
          if (outcome?.status === 'AUDITED' && !outcome.matches) {
            const { text, isSetBack = false } = outcome;
            const isCosmetic = audit.ground === 'COSMETIC';
            wrong.push({ computation, date, run, behaviour: audit.behaviour, text, isCosmetic, isSetBack });
          }
        } else if (outcome === undefined) {
          // A cancelled task leaves its cells as they were.
          if (!isTerminal(task))
            inFlight.set(computation, (inFlight.get(computation) ?? new Map()).set(toOrdinal(date), run.id));
        } else if (outcome.status === 'COMPLETED' || outcome.status === 'FAILED') {
          if (!isTaken({ computation, date })) continue;
          const known = knownOf({ computation, date });
          const to = withAlike({ ...forBook(outcome), ...claimOf(run), foldedIn, first: known === undefined }, known);
          if (known !== undefined && (isClaimedLater(known, run) || isSame(known, to))) continue;
          if (outcome.status === 'COMPLETED' && outcome.effort !== undefined) {
            const sample = { ...outcome.effort, tasks: 1 / task.cells.length };
            const others = samples.get(computation);
            if (others === undefined) samples.set(computation, [sample]);
            else others.push(sample);
          }
          claims.set(computation, (claims.get(computation) ?? new Map()).set(toOrdinal(date), claimedIn));
          overlay.set(computation, (overlay.get(computation) ?? new Map()).set(date, to));
          const ending: Ending =
            outcome.status === 'COMPLETED'
              ? { completed: true }
              : { completed: false, date, fingerprint, error: outcome.error, dispatchId: outcome.dispatchId };
          const others = endings.get(computation);
          if (others === undefined) endings.set(computation, [ending]);
          else others.push(ending);
        }
      }
    }
  }
  const standings = new Map(state.standings);
  for (const [computation, settled] of overlay) {
    const standing = standings.get(computation) ?? unknownStanding(NO_DAYS, NO_DAYS);
    const typical = learned(standing.typical, samples.get(computation) ?? []);
    const breaker = afterEndings(standing.breaker, endings.get(computation) ?? []);
    const { breaker: _, again: noted, ...rest } = afterSettling(standing, settled, foldedIn);
    const again = stillAgain(noted, claims.get(computation));
    standings.set(computation, {
      ...rest,
      ...(typical === undefined ? {} : { typical }),
      ...(breaker === undefined ? {} : { breaker }),
      ...(again.length === 0 ? {} : { again }),
    });
  }
  const judged = afterWrongSkips({ standings, distrusted: state.distrusted, settled: knownOf }, wrong, foldedIn);
  const { datasets } = state;
  const after = afterLosses(losses, { sequence: foldedIn, standings: judged.standings, datasets, settled: knownOf });
  return {
    state: { ...state, ...judged, ...after, inFlight, shelf: state.shelf.under({ cells: overlay }) },
    settled: [...overlay].flatMap(([computation, days]) =>
      [...days].map(([date, to]) => ({ cell: { computation, date }, to })),
    ),
    closedRuns,
  };
}

/** What a cell could not read, and root data that it found to be another than was planned. */
function lossesOf(
  outcome: CellOutcome | undefined,
  { inputs, reads, date }: Pick<TaskCell, 'inputs' | 'reads' | 'date'>,
): readonly LostInput[] {
  if (outcome?.status === 'INPUT_LOST') return outcome.lost;
  if ((outcome?.status !== 'COMPLETED' && outcome?.status !== 'FAILED') || outcome.vector === undefined) return [];
  return Object.entries(outcome.vector.inputs).flatMap(([id, hash]) => {
    const planned = inputs[id];
    const root = rootRead(id);
    if (planned === undefined || planned === hash || root === undefined) return [];
    const days = daysOfRead(id, reads[id], date);
    return days.map((day) => ({ place: { kind: 'root', dataset: root, date: day } as const }));
  });
}

/** A result that is another is refused by the worker, so an input that differs all the same is root data. */
const rootRead = (id: string): string | undefined =>
  /^(?:dataset|joined|document|latest):(.+)$|^(?:history|seed):(.+):\d+$/
    .exec(id)
    ?.slice(1)
    .find((name) => name !== undefined);

/** See `InputReader.daysRead`. */
function daysOfRead(id: string, read: string | undefined, date: Day): readonly Day[] {
  if (read === undefined) return [date];
  return id.startsWith('latest:') ? [read] : decodeWindow(read, date);
}

/** Without the days that ended in a run that was claimed since they were noted. */
const stillAgain = (noted: Standing['again'], claims: ReadonlyMap<DayOrdinal, number> | undefined): readonly Again[] =>
  (noted ?? NOTHING_AGAIN).flatMap((one) =>
    withoutAgain(
      [one],
      daySetOf(
        [...(claims ?? [])].flatMap(([day, claimedIn]) => (claimedIn >= one.since ? [day] : [])).sort((a, b) => a - b),
      ),
    ),
  );

/** What a cell took is no part of how it is settled. */
function forBook(outcome: Settled): Settled {
  if (outcome.status === 'FAILED' || outcome.effort === undefined) return outcome;
  const { effort: _, ...settled } = outcome;
  return settled;
}

const claimOf = ({ createdMs, claimedIn }: Run): Pick<Settled, 'claimedMs' | 'claimedIn'> => ({
  claimedMs: createdMs,
  ...(claimedIn === undefined ? {} : { claimedIn }),
});

const isSame = (one: Settled, other: Settled): boolean => identityOf(one) === identityOf(other);

const identityOf = (settled: Settled): string =>
  [
    settled.status,
    settled.claimedMs,
    settled.dispatchId,
    settled.vector === undefined ? '' : vectorHash(settled.vector),
    settled.status === 'COMPLETED' ? settled.resultHash : settled.error.code,
  ].join(' ');

/** Standings with what the audits of runs found: counted once, when a run is closed. */
export function withAudits(
  standings: ReadonlyMap<string, Standing>,
  open: readonly OpenRun[],
  closedRuns: readonly string[],
): Map<string, Standing> {
  const counted = new Map(standings);
  for (const [name, found] of auditsOf(open, closedRuns)) {
    const standing = counted.get(name);
    if (standing !== undefined) counted.set(name, afterAudits(standing, found));
  }
  return counted;
}

function auditsOf(open: readonly OpenRun[], closedRuns: readonly string[]): Map<string, Audits> {
  const found = new Map<string, Audits>();
  for (const { run, tasks } of open.filter(({ run: one }) => closedRuns.includes(one.id))) {
    for (const cell of tasks.flatMap((task) =>
      task.cells.map((each) => ({ ...each, outcome: outcomeOf(task, each) })),
    )) {
      if (cell.outcome?.status !== 'AUDITED' || cell.outcome.compared === false) continue;
      const { checked, wrong } = found.get(cell.computation) ?? { checked: 0, wrong: 0 };
      const since = found.get(cell.computation)?.since ?? dayOf(run.createdMs);
      found.set(cell.computation, { checked: checked + 1, wrong: wrong + (cell.outcome.matches ? 0 : 1), since });
    }
  }
  return found;
}
