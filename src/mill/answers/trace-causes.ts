/** The chain of causes of a cell's fate, from the cell to the root: changed code, data that is not there, an error. */
import { z } from 'zod';
import { type CellKey, cellName } from '../model/cell.ts';
import { addDays, type Day, daysFrom } from '../../values/date.ts';
import { type Decision, describeReason } from '../model/decision.ts';
import { computationIn, inputIdOf, type Manifest, type ManifestNeed } from '../model/manifest.ts';
import type { Distrust } from '../model/distrust.ts';
import type { StoredCell } from '../ports/cells.ts';
import { describeMissing } from '../model/completeness.ts';
import type { CellHistory } from './cell-history.ts';
import type { Foresight } from './foresee.ts';
import type { LoadRange } from '../steps/load/bundled-files.ts';

export const Cause = z.object({
  /** How far from the cell that was asked about, from 1. */
  depth: z.number(),
  /** `airport-day@2001-01-15`, `dataset flights` or a part of the vector. */
  subject: z.string(),
  text: z.string(),
});
export type Cause = z.infer<typeof Cause>;

interface TraceContext {
  readonly manifest: Manifest;
  readonly from: Day;
  readonly history: CellHistory;
  readonly ranges: readonly LoadRange[];
  /** By dataset: days that are there and not whole, so that they stay closed. */
  readonly waiting: Foresight['waiting'];
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

/** More than a person reads; what follows is another `explain`. */
const MAX_CAUSES = 40;

/** Of a cell that will run, and of one that ran because of it. */
const CODE_PARTS: Readonly<Record<string, { readonly present: string; readonly past: string }>> = {
  code: {
    present: 'its own code is another than when it ran',
    past: 'its own code was another than the time before',
  },
  layer: {
    present: 'code that it reaches in other modules is another than when it ran',
    past: 'code that it reaches in other modules was another than the time before',
  },
  infrastructure: {
    present: 'Node, a package that it reaches, or Daymill itself is another version than when it ran',
    past: 'Node, a package that it reaches, or Daymill itself was another version than the time before',
  },
  epoch: {
    present: 'the project raised its epoch (daymill.config.ts: epoch)',
    past: 'the project had raised its epoch (daymill.config.ts: epoch)',
  },
};

/** In the order of a reading: each cause after what it is the cause of, one deeper. Empty for a cell that never had a reason to run. */
export async function traceCauses(cell: CellKey, context: TraceContext): Promise<Cause[]> {
  const trace = new Trace(context);
  await trace.ofCell(cell, 1);
  return trace.causes;
}

/** Why these inputs of a cell ran when they ran last. */
export async function traceInputs(cell: CellKey, inputs: readonly string[], context: TraceContext): Promise<Cause[]> {
  const trace = new Trace(context);
  await trace.ofInputs(cell, inputs, 1);
  return trace.causes;
}

class Trace {
  readonly causes: Cause[] = [];
  readonly #context: TraceContext;
  readonly #seen = new Set<string>();

  constructor(context: TraceContext) {
    this.#context = context;
  }

  /** Why the cell is as it is; the cell itself has been named already. */
  async ofCell(cell: CellKey, depth: number): Promise<void> {
    const decision = this.#context.history.decision(cell);
    if (decision === undefined || this.#seen.has(cellName(cell))) return;
    this.#seen.add(cellName(cell));
    const { reason } = decision;
    switch (reason.why) {
      case 'NO_DATA':
        this.#add(depth, `dataset ${reason.dataset}`, this.#whyNoData(reason.dataset, cell));
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
        this.#add(depth, reason.error.code, reason.error.message);
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
    const path = this.#pathToFailure(cell, new Set());
    for (const [index, step] of path.entries()) {
      const isLast = index === path.length - 1;
      if (isLast) await this.#upstream(step, depth + index);
      else this.#add(depth + index, cellName(step), describeOf(this.#context.history.decision(step)));
    }
  }

  /** Each reads the next; the last one failed. Empty when nothing has. */
  #pathToFailure(cell: CellKey, seen: Set<string>): CellKey[] {
    for (const need of computationIn(this.#context.manifest, cell.computation)?.needs ?? []) {
      if (need.kind !== 'dependency') continue;
      const read = { computation: need.of, date: cell.date };
      if (seen.has(cellName(read))) continue;
      seen.add(cellName(read));
      const why = this.#context.history.decision(read)?.reason.why;
      if (why === 'FAILED_BEFORE') return [read];
      const path = why === 'NEW' ? this.#pathToFailure(read, seen) : [];
      if (path.length > 0) return [read, ...path];
    }
    return [];
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
    this.#add(depth, cellName(cell), `ran ${new Date(last.finishedMs).toISOString()}: ${last.reason}${rest}`);
    if (!this.#seen.has(cellName(cell))) {
      this.#seen.add(cellName(cell));
      await this.#ofLastRun(cell, stored, depth + 1);
    }
  }

  async #ofLastRun(cell: CellKey, stored: StoredCell | undefined, depth: number): Promise<void> {
    const because = stored?.record?.because;
    if (because?.why === 'FAILED_BEFORE') return this.#add(depth, because.error.code, because.error.message);
    if (because?.why === 'DISTRUSTED' || because?.why === 'SUSPECT') this.#distrust(cell, depth);
    const parts =
      because === undefined ? [] : 'parts' in because ? because.parts : 'inputs' in because ? because.inputs : [];
    for (const part of parts) await this.#part(part, cell, depth, undefined);
  }

  /** One part of the vector that is or was another. `since` is the cell as it was made: its inputs changed after that. */
  async #part(id: string, cell: CellKey, depth: number, since: StoredCell | undefined): Promise<void> {
    const code = CODE_PARTS[id];
    if (code !== undefined) {
      this.#add(depth, id, since === undefined ? code.past : code.present);
      const verdict =
        since !== undefined && (id === 'code' || id === 'layer') ? this.#verdictOn(cell.computation) : undefined;
      if (verdict !== undefined) this.#add(depth + 1, 'simulation', verdict);
      return;
    }
    const need = computationIn(this.#context.manifest, cell.computation)?.needs.find((each) => inputIdOf(each) === id);
    if (need === undefined) return this.#add(depth, id, 'it was read then, and is not any more');
    const of = computationReadBy(need, cell.computation);
    if (of === undefined) {
      const dataset = 'of' in need ? need.of : id;
      return this.#add(depth, `dataset ${dataset}`, this.#otherContent(need, dataset, cell.date));
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

  #otherContent(need: ManifestNeed, dataset: string, date: Day): string {
    if (need.kind === 'history') return `its content of one of the ${need.days} days before ${date} is another`;
    if (need.kind !== 'latest') return `its content of ${date} is another`;
    const newest = this.#context.history.newestData(dataset, date);
    return newest === undefined
      ? `it has no document of ${date} or before it any more`
      : `its document of ${newest}, the newest at ${date}, is another than before`;
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

  #whyNoData(dataset: string, { computation, date }: CellKey): string {
    const needs = computationIn(this.#context.manifest, computation)?.needs ?? [];
    const isLatest = needs.some((need) => need.kind === 'latest' && need.of === dataset);
    const isWanted = needs.some((need) => need.kind !== 'latest' && 'of' in need && need.of === dataset);
    return isLatest && !isWanted
      ? `it has no document of ${date} or of any day before: ${this.#whyNone(dataset, date)}`
      : this.#whyNone(dataset, date);
  }

  #whyNone(dataset: string, date: Day): string {
    const closed = this.#context.waiting.get(dataset)?.find((day) => day.date === date);
    if (closed !== undefined)
      return `its data of ${date} is there and not whole yet: it lacks ${describeMissing(closed.missing)}`;
    const range = this.#context.ranges.find((each) => each.dataset.name === dataset);
    if (range === undefined) return `nothing was loaded for ${date}, and the dataset has no file to load it from`;
    if (range.coverage === undefined) return `no data for ${date}: ${range.source.file} has no rows`;
    const { first, last } = range.coverage;
    const where = date < first ? 'before it starts' : date > last ? 'after it ends' : 'and has nothing on this day';
    return `no data for ${date}: ${range.source.file} holds ${first} … ${last}, ${where}`;
  }

  #distrust({ computation }: CellKey, depth: number): void {
    const { text = 'it has the right again since' } = this.#context.distrusted.get(computation) ?? {};
    this.#add(depth, `${computation} has no right to skip`, text);
  }

  #add(depth: number, subject: string, text: string): void {
    if (this.causes.length < MAX_CAUSES) this.causes.push({ depth, subject, text });
  }
}

const describeOf = (decision: Decision | undefined): string =>
  decision === undefined ? '' : `${decision.outcome}: ${describeReason(decision)}`;

const isGoing = (outcome: string | undefined): boolean =>
  outcome === 'RUN' || outcome === 'RERUN' || outcome === 'BLOCKED' || outcome === 'FAILED_DEPENDENCY';

/** Undefined for root data. */
function computationReadBy(need: ManifestNeed, own: string): string | undefined {
  if (need.kind === 'previous' || need.kind === 'own-history') return own;
  const isComputation = need.kind === 'dependency' || (need.kind === 'history' && need.source === 'computation');
  return isComputation ? need.of : undefined;
}
