/** What a day of a computation reads: whether it is there, what its hash is, and which days it is. */
import { type CellKey } from '../model/cell.ts';
import { type Day, type DayOrdinal, fromOrdinal } from '../../values/date.ts';
import { NO_INPUT } from '../../values/hash.ts';
import { inputIdOf, isSeed, type ManifestNeed } from '../model/manifest.ts';
import type { InputHashes } from '../model/vector.ts';
import { encodeWindow, windowHash } from '../model/window.ts';
import type { Grid } from './grid.ts';
import { type ColumnView, VIEW, type View } from './view.ts';

/** What one need finds; a history finds many days. */
export interface Found {
  readonly noData: boolean;
  readonly impossible: boolean;
  readonly failed: boolean;
  /** Something of it is about to be made. */
  readonly coming: boolean;
  /** … and not in the same task: days of a chain follow each other. */
  readonly blocks: boolean;
  /** … and nobody knows when. */
  readonly held: boolean;
}

const THERE: Found = { noData: false, impossible: false, failed: false, coming: false, blocks: false, held: false };
const NO_DATA: Found = { ...THERE, noData: true };
const IMPOSSIBLE: Found = { ...THERE, impossible: true };
const FAILED: Found = { ...THERE, failed: true };
const COMING: Found = { ...THERE, coming: true };
const BLOCKS: Found = { ...THERE, coming: true, blocks: true };
const HELD: Found = { ...BLOCKS, held: true };
const FAILED_AND_BLOCKS: Found = { ...BLOCKS, failed: true };
const FAILED_AND_COMING: Found = { ...COMING, failed: true };

interface InputHash {
  readonly hash: string;
  /** Whether it was made in this dispatch. */
  readonly ranNow: boolean;
}

export class InputReader {
  readonly #column: ColumnView;
  readonly #grid: Grid;

  constructor(column: ColumnView, grid: Grid) {
    this.#column = column;
    this.#grid = grid;
  }

  /** `previous`: index of the last earlier day that has, or will have, a result. */
  look(needIndex: number, index: number, previous: number | undefined): Found {
    const need = this.#need(needIndex);
    if (isUnread(need, previous)) return THERE;
    switch (need.kind) {
      case 'dataset':
      case 'joined':
      case 'document':
        return this.#grid.hasData(need.of, index) ? THERE : NO_DATA;
      case 'latest':
        return this.#grid.newestData(need.of, index) === undefined ? NO_DATA : THERE;
      case 'dependency': {
        const view = this.#columnOf(need.of)?.viewAt(index) ?? VIEW.none;
        return view === VIEW.none ? IMPOSSIBLE : foundIn(view, false);
      }
      case 'previous':
        return previous === undefined ? THERE : foundIn(this.#column.viewAt(previous), true);
      case 'own-history':
        return this.#lookBack(this.#column, index, need.days, true);
      case 'history': {
        const column = this.#columnOf(need.of);
        return need.source === 'document' || column === undefined
          ? THERE
          : this.#lookBack(column, index, need.days, false);
      }
    }
  }

  /** Needs that have no hash on a day: what they read failed, is not there or is still to be made. */
  absent(index: number): number[] {
    const previous = this.#column.previousOf(index);
    return this.#column.computation.needs.flatMap((_, need) =>
      this.look(need, index, previous) === THERE ? [] : [need],
    );
  }

  /** Of the inputs that are there; those awaited are left out. */
  hashes(
    index: number,
    awaited: readonly number[],
    previous = this.#column.previousOf(index),
  ): { inputs: InputHashes; ranNow: string[] } {
    const inputs: InputHashes = {};
    const ranNow: string[] = [];
    for (const [needIndex, need] of this.#column.computation.needs.entries()) {
      if (awaited.includes(needIndex) || isUnread(need, previous)) continue;
      const id = inputIdOf(need);
      const found = this.#hashOf(need, index, previous);
      if (found === undefined) continue;
      inputs[id] = found.hash;
      if (found.ranNow) ranNow.push(id);
    }
    return { inputs, ranNow };
  }

  /**
   * By input id: the day of `previous` and of `latest` (empty when there is none), and the days of each history as `encodeWindow`
   * writes them. A seed that is not read has no entry.
   */
  daysRead(index: number): Record<string, string> {
    const reads: Record<string, string> = {};
    const date = this.#date(index);
    const previous = this.#column.previousOf(index);
    for (const need of this.#column.computation.needs) {
      if (isUnread(need, previous)) continue;
      if (need.kind === 'previous') {
        reads[inputIdOf(need)] = previous === undefined ? '' : this.#date(previous);
      }
      if (need.kind === 'latest') {
        const newest = this.#grid.newestData(need.of, index);
        reads[inputIdOf(need)] = newest === undefined ? '' : fromOrdinal(newest);
      }
      if (need.kind === 'history' || need.kind === 'own-history') {
        const days = this.#windowOf(need, index).map((day) => this.#date(day));
        reads[inputIdOf(need)] = encodeWindow(days, date, need.days);
      }
    }
    return reads;
  }

  /** The cell that a day waits for or failed with; that of a failed dependency is the one at the root. */
  culprit(needIndex: number, index: number, how: 'blocks' | 'failed' | 'held'): CellKey {
    const need = this.#need(needIndex);
    const column =
      need.kind === 'previous' || need.kind === 'own-history'
        ? this.#column
        : this.#columnOf((need as { of: string }).of);
    if (column === undefined) throw new Error(`${this.#column.computation.name} reads what is not in the plan`);
    const isCulprit = (day: number): boolean => {
      const found = foundIn(column.viewAt(day), column === this.#column);
      return found[how];
    };
    const days =
      need.kind === 'dependency'
        ? [index]
        : need.kind === 'previous'
          ? [this.#column.previousOf(index) ?? index]
          : this.#windowOf(need as HistoryNeed, index);
    const day = days.find(isCulprit) ?? index;
    if (how === 'failed' && day >= 0) {
      const { reason } = column.decisionAt(day);
      if (reason.why === 'FAILED') return reason.cell;
    }
    return { computation: column.computation.name, date: this.#date(day) };
  }

  #hashOf(need: ManifestNeed, index: number, previous: number | undefined): InputHash | undefined {
    switch (need.kind) {
      case 'dataset':
      case 'joined':
      case 'document':
        return this.#dataOf(need.of, this.#grid.dayAt(index));
      case 'latest': {
        const newest = this.#grid.newestData(need.of, index);
        return newest === undefined ? undefined : this.#dataOf(need.of, newest);
      }
      case 'dependency':
        return this.#resultOf(need.of, index);
      case 'previous':
        return previous === undefined
          ? { hash: NO_INPUT, ranNow: false }
          : this.#resultOf(this.#column.computation.name, previous);
      case 'own-history':
      case 'history': {
        const parts: string[] = [];
        let ranNow = false;
        for (const day of this.#windowOf(need, index)) {
          const found =
            need.kind === 'history' && need.source === 'document'
              ? { hash: this.#grid.state.shelf.dataHash(need.of, this.#grid.dayAt(day)), ranNow: false }
              : this.#resultOf(need.kind === 'history' ? need.of : this.#column.computation.name, day);
          parts.push(this.#date(day), found?.hash ?? '');
          ranNow ||= found?.ranNow ?? false;
        }
        return { hash: windowHash(parts), ranNow };
      }
    }
  }

  #dataOf(dataset: string, day: DayOrdinal): InputHash | undefined {
    const hash = this.#grid.state.shelf.dataHash(dataset, day);
    return hash === undefined ? undefined : { hash, ranNow: false };
  }

  #resultOf(computation: string, index: number): InputHash | undefined {
    const settled = this.#grid.state.shelf.settled(computation, this.#grid.dayAt(index));
    return settled?.status === 'COMPLETED'
      ? { hash: settled.resultHash, ranNow: settled.dispatchId === this.#grid.request.dispatchId }
      : undefined;
  }

  /** The window's days that have a value or will have one, oldest first. */
  #windowOf(need: HistoryNeed, index: number): number[] {
    const days: number[] = [];
    for (let day = index - need.days; day < index; day++) {
      const there =
        need.kind === 'history' && need.source === 'document'
          ? this.#grid.hasData(need.of, day)
          : ((need.kind === 'history' ? this.#columnOf(need.of) : this.#column)?.viewAt(day) ?? VIEW.none) !==
            VIEW.none;
      if (there) days.push(day);
    }
    return days;
  }

  #lookBack(column: ColumnView, index: number, days: number, own: boolean): Found {
    let failed = false;
    let coming = false;
    let blocks = false;
    let held = false;
    // Before the grid is only what is settled, or lost.
    const first = column.standing.again === undefined ? Math.max(0, index - days) : index - days;
    for (let day = first; day < index; day++) {
      const found = foundIn(column.viewAt(day), own);
      failed ||= found.failed;
      coming ||= found.coming;
      blocks ||= found.blocks;
      held ||= found.held;
    }
    if (failed) return blocks ? FAILED_AND_BLOCKS : coming ? FAILED_AND_COMING : FAILED;
    return held ? HELD : blocks ? BLOCKS : coming ? COMING : THERE;
  }

  #need(index: number): ManifestNeed {
    return this.#column.computation.needs[index] as ManifestNeed;
  }

  #columnOf(name: string): ColumnView | undefined {
    return this.#grid.columns.get(name);
  }

  #date(index: number): Day {
    return fromOrdinal(this.#grid.dayAt(index));
  }
}

/** A seed, on a day that has a previous result to go on from. */
export const isUnread = (need: ManifestNeed, previous: number | undefined): boolean =>
  previous !== undefined && isSeed(need);

type HistoryNeed = Extract<ManifestNeed, { kind: 'history' | 'own-history' }>;

function foundIn(view: View, own: boolean): Found {
  switch (view) {
    case VIEW.none:
    case VIEW.there:
      return THERE;
    case VIEW.comingNow:
      return own ? COMING : BLOCKS;
    case VIEW.coming:
      return BLOCKS;
    case VIEW.failed:
      return FAILED;
    case VIEW.held:
      return HELD;
  }
}
