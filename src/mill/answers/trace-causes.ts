/** The chain of causes of a cell's fate, from the cell to the root: changed code, data that is not there, an error. */
import { type CellKey, cellName } from '../model/cell.ts';
import { addDays, type Day, daysFrom } from '../../values/date.ts';

import { type Decision, describeRan, describeReason } from '../model/decision.ts';
import { computationIn, inputIdOf, type ManifestNeed } from '../model/manifest.ts';
import type { Distrust } from '../model/distrust.ts';
import type { StoredCell } from '../ports/cells.ts';
import { type Cause, CauseList } from './cause-list.ts';
import type { CellHistory } from './cell-history.ts';
import { CODE_CAUSES } from './code-causes.ts';
import { type DataContext, otherContent, whyNoData } from './data-causes.ts';
import type { Foresight } from './foresee.ts';
import { pathToFailure } from './path-to-failure.ts';

interface TraceContext extends DataContext {
  readonly from: Day;
  readonly distrusted: ReadonlyMap<string, Distrust>;
  readonly verdicts: Foresight['verdicts'];
}

/** `from` is the first day of the grid. */
export const traceContext = (
  { plan, ranges, waiting, verdicts, folded }: Foresight,
  from: Day,
  history: CellHistory,
): TraceContext => ({
  manifest: plan.request.manifest,
  from,
  history,
  ranges,
  waiting,
  verdicts,
  distrusted: folded.state.distrusted,
});

/** Cells that are followed at most, each for a read. */
const MAX_TRACED = 2_000;

/** Days of a chain that are read at once. */
const READ_AHEAD = 64;

/** In the order of a reading: each cause after what it is the cause of, one deeper. Empty for a cell that never had a reason to run. */
export async function traceCauses(cell: CellKey, context: TraceContext): Promise<Cause[]> {
  const trace = new Trace(context);
  await trace.ofCell(cell, 1);
  return trace.causes();
}

/** Why these inputs of a cell ran when they ran last. */
export async function traceInputs(cell: CellKey, inputs: readonly string[], context: TraceContext): Promise<Cause[]> {
  const trace = new Trace(context);
  await trace.ofInputs(cell, inputs, 1);
  return trace.causes();
}

class Trace {
  readonly #causes = new CauseList();
  readonly #context: TraceContext;
  readonly #seen = new Set<string>();
  #isCut = false;

  constructor(context: TraceContext) {
    this.#context = context;
  }

  causes(): Cause[] {
    return this.#causes.all(this.#isCut);
  }

  /** Why the cell is as it is; the cell itself has been named already. */
  async ofCell(cell: CellKey, depth: number): Promise<void> {
    const decision = this.#context.history.decision(cell);
    if (decision === undefined || !this.#visit(cell)) return;
    const { reason } = decision;
    switch (reason.why) {
      case 'NO_DATA':
        this.#add(depth, `dataset ${reason.dataset}`, whyNoData(reason.dataset, cell, this.#context), ROOT);
        return;
      case 'UPSTREAM':
        return this.#upstream({ computation: reason.computation, date: cell.date }, depth);
      case 'FAILED':
      case 'WAITING_FOR':
        return this.#upstream(reason.cell, depth);
      case 'CHANGED':
      case 'DISTRUSTED':
      case 'UPSTREAM_RUNS': {
        const [stored] = await this.#context.history.stored([cell]);
        if (reason.why === 'DISTRUSTED') this.#distrust(cell, depth);
        const ids = reason.why === 'CHANGED' ? reason.parts : reason.inputs;
        for (const id of ids) await this.#part(id, cell, depth, stored);
        return;
      }
      case 'FAILED_BEFORE':
      case 'FAILED_IN_THIS_DISPATCH':
        this.#add(depth, reason.error.code, reason.error.message, ROOT);
        return;
      case 'COSMETIC':
        this.#add(depth, 'simulation', this.#verdictOn(cell.computation) ?? 'its older code was proven to do the same');
        return;
      case 'UNCHANGED':
      case 'EARLY_CUTOFF': {
        const [stored] = await this.#context.history.stored([cell]);
        return this.#ofLastRun(cell, stored, depth);
      }
      case 'NEW':
        return this.#whatFailed(cell, depth);
      case 'SUSPECT':
        return this.#distrust(cell, depth);
      case 'DATA_LOST':
        this.#add(
          depth,
          `dataset ${reason.dataset}`,
          `the next run looks again at ${reason.date}, and loads it anew where a bundled file has it; else: daymill load ${reason.dataset} FILE`,
          ROOT,
        );
        return;
      case 'ASKED':
      case 'LOST':
      case 'IN_FLIGHT':
      case 'PARKED':
      case 'PAUSED':
    }
  }

  async ofInputs(cell: CellKey, inputs: readonly string[], depth: number): Promise<void> {
    for (const id of inputs) await this.#part(id, cell, depth, undefined);
  }

  /** A cell never ran, and what it reads has failed, or never ran because of a failure. */
  async #whatFailed(cell: CellKey, depth: number): Promise<void> {
    const path = pathToFailure(cell, this.#context);
    for (const [index, step] of path.entries()) {
      const isLast = index === path.length - 1;
      if (isLast) await this.#upstream(step, depth + index);
      else this.#add(depth + index, cellName(step), describeOf(this.#context.history.decision(step)));
    }
  }

  /** Names another cell, then says why it is as it is. */
  async #upstream(cell: CellKey, depth: number, more = 0): Promise<void> {
    const decision = this.#context.history.decision(cell);
    const rest = more === 0 ? '' : ` (and ${more} more of its days)`;
    const [stored] = await this.#context.history.stored([cell]);
    const last = stored?.record;
    if (decision !== undefined && decision.outcome !== 'SKIP' && decision.outcome !== 'STABLE') {
      this.#add(depth, cellName(cell), `${describeOf(decision)}${rest}`);
      return this.ofCell(cell, depth + 1);
    }
    if (last === undefined) return;
    const isNew = this.#visit(cell);
    const ran = `ran ${new Date(last.finishedMs).toISOString()}: ${describeRan(last)}${rest}`;
    const { days, first } = isNew ? await this.#alikeBefore(cell, stored) : { days: 0, first: cell };
    if (days === 0) this.#add(depth, cellName(cell), ran);
    else {
      const text = `${ran} (and ${days} more ${days === 1 ? 'day' : 'days'} alike, back to ${first.date})`;
      this.#causes.add({ depth, subject: cellName(cell), text, alike: { days, first: first.date } }, false);
    }
    if (isNew) await this.#ofLastRun(cell, stored, depth + 1, first);
  }

  /** Of a chain of days: how many before this one ran for the same parts of their vectors, and the first of them. */
  async #alikeBefore(cell: CellKey, stored: StoredCell | undefined): Promise<{ days: number; first: CellKey }> {
    const parts = partsOf(stored).join();
    let [days, first, at] = [0, cell, stored];
    for (;;) {
      const own = this.#ownNeed(first.computation, partsOf(at));
      if (own === undefined) return { days, first };
      if (days % READ_AHEAD === 0) await this.#readAhead(first);
      const { computation } = cell;
      const read = this.#daysRead(own, computation, first.date).map((date) => ({ computation, date }));
      const found = await this.#context.history.stored(read);
      const isPast = read.every((each) => !isGoing(this.#context.history.decision(each)?.outcome));
      const index = found.findIndex((each) => each?.record !== undefined);
      const before = read[index];
      if (!isPast || before === undefined || partsOf(found[index]).join() !== parts || !this.#visit(before))
        return { days, first };
      [days, first, at] = [days + 1, before, found[index]];
    }
  }

  #ownNeed(computation: string, parts: readonly string[]): ManifestNeed | undefined {
    const needs = computationIn(this.#context.manifest, computation)?.needs ?? [];
    return needs.find((need) => isOwn(need) && parts.includes(inputIdOf(need)));
  }

  async #readAhead({ computation, date }: CellKey): Promise<void> {
    const days = daysFrom(addDays(date, -READ_AHEAD), addDays(date, -1));
    const within = days.filter((day) => day >= this.#context.from);
    await this.#context.history.stored(within.map((day) => ({ computation, date: day })));
  }

  /** `first`: the first of the days before it that ran for the same; what its own chain comes from is that one's. */
  async #ofLastRun(cell: CellKey, stored: StoredCell | undefined, depth: number, first = cell): Promise<void> {
    const because = stored?.record?.because;
    if (because?.why === 'FAILED_BEFORE') return this.#add(depth, because.error.code, because.error.message, ROOT);
    if (because?.why === 'DISTRUSTED' || because?.why === 'SUSPECT') this.#distrust(cell, depth);
    const parts = partsOf(stored);
    const own = this.#ownNeed(cell.computation, parts);
    for (const part of parts)
      await this.#part(part, own !== undefined && part === inputIdOf(own) ? first : cell, depth, undefined);
  }

  /** Whether it is the first time; not when there are too many. */
  #visit(cell: CellKey): boolean {
    if (this.#seen.has(cellName(cell))) return false;
    if (this.#seen.size >= MAX_TRACED) {
      this.#isCut = true;
      return false;
    }
    this.#seen.add(cellName(cell));
    return true;
  }

  /** One part of the vector that is or was another. `since` is the cell as it was made: its inputs changed after that. */
  async #part(id: string, cell: CellKey, depth: number, since: StoredCell | undefined): Promise<void> {
    const code = CODE_CAUSES[id];
    if (code !== undefined) {
      this.#add(depth, id, since === undefined ? code.past : code.present, ROOT);
      const verdict =
        since !== undefined && (id === 'code' || id === 'layer') ? this.#verdictOn(cell.computation) : undefined;
      if (verdict !== undefined) this.#add(depth + 1, 'simulation', verdict);
      return;
    }
    const need = computationIn(this.#context.manifest, cell.computation)?.needs.find((each) => inputIdOf(each) === id);
    if (need === undefined) return this.#add(depth, id, 'it was read then, and is not any more', ROOT);
    const of = computationReadBy(need, cell.computation);
    if (of === undefined) {
      const dataset = 'of' in need ? need.of : id;
      return this.#add(depth, `dataset ${dataset}`, otherContent(need, dataset, cell.date, this.#context), ROOT);
    }
    const days = this.#daysRead(need, of, cell.date);
    const cells = days.map((date) => ({ computation: of, date }));
    const running = cells.filter((each) => isGoing(this.#context.history.decision(each)?.outcome));
    if (running[0] !== undefined) return this.#upstream(running[0], depth, running.length - 1);
    const sinceMs = since?.record?.finishedMs ?? 0;
    const stored = await this.#context.history.stored(cells);
    const newer = cells.filter((_, index) => (stored[index]?.record?.finishedMs ?? 0) > sinceMs);
    const first = newer[0] ?? cells.at(-1);
    if (first !== undefined) await this.#upstream(first, depth, Math.max(0, newer.length - 1));
  }

  /** What running old and new code on made-up days has shown, where there was older code to compare with. */
  #verdictOn(computation: string): string | undefined {
    const verdict = this.#context.verdicts.get(computation);
    return verdict === undefined || verdict.verdict === 'FIRST' ? undefined : `${verdict.verdict}: ${verdict.reason}`;
  }

  /** Oldest first. A chain of days is followed back to where it starts to run. */
  #daysRead(need: ManifestNeed, of: string, date: Day): Day[] {
    if (need.kind === 'dependency') return [date];
    if (need.kind === 'history' || need.kind === 'own-history')
      return daysFrom(addDays(date, -need.days), addDays(date, -1));
    const days: Day[] = [];
    for (let day = addDays(date, -1); day >= this.#context.from; day = addDays(day, -1)) {
      const outcome = this.#context.history.decision({ computation: of, date: day })?.outcome;
      if (outcome === 'IMPOSSIBLE') continue;
      days.unshift(day);
      if (!isGoing(outcome)) break;
    }
    return days;
  }

  #distrust({ computation }: CellKey, depth: number): void {
    const { text = 'it has the right again since' } = this.#context.distrusted.get(computation) ?? {};
    this.#add(depth, `${computation} has no right to skip`, text, ROOT);
  }

  #add(depth: number, subject: string, text: string, isRoot = false): void {
    this.#causes.add({ depth, subject, text }, isRoot);
  }
}

/** It has no cause of its own. */
const ROOT = true;

/** Of its vector: those for which it ran. */
function partsOf(stored: StoredCell | undefined): readonly string[] {
  const because = stored?.record?.because;
  if (because === undefined) return [];
  return 'parts' in because ? because.parts : 'inputs' in because ? because.inputs : [];
}

const isOwn = ({ kind }: ManifestNeed): boolean => kind === 'previous' || kind === 'own-history';

const describeOf = (decision: Decision | undefined): string =>
  decision === undefined ? '' : `${decision.outcome}: ${describeReason(decision)}`;

const isGoing = (outcome: string | undefined): boolean =>
  outcome === 'RUN' || outcome === 'RERUN' || outcome === 'BLOCKED' || outcome === 'FAILED_DEPENDENCY';

/** Undefined for root data. */
function computationReadBy(need: ManifestNeed, own: string): string | undefined {
  if (isOwn(need)) return own;
  const isComputation = need.kind === 'dependency' || (need.kind === 'history' && need.source === 'computation');
  return isComputation ? need.of : undefined;
}
