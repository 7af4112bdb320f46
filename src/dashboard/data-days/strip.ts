/** Days of a dataset as pieces of a strip: neighbours in one state are one piece, so that ten years are drawn as quickly as a month. */
import type { DataAnswer } from '../../mill/answers/data.ts';

export type DataDay = DataAnswer['datasets'][number]['days'][number];
export type DataState = DataDay['state'];

export interface Piece {
  readonly state: DataState;
  /** The first of its days, counted from the strip's first. */
  readonly at: number;
  readonly length: number;
}

const DAY_MS = 86_400_000;
export const indexOf = (date: string, from: string): number =>
  Math.round((Date.parse(date) - Date.parse(from)) / DAY_MS);

/** `days` in order; a day that none is expected of is in none of them. */
export function piecesOf(days: readonly DataDay[], from: string): Piece[] {
  const pieces: Piece[] = [];
  for (const { date, state } of days) {
    const at = indexOf(date, from);
    const last = pieces.at(-1);
    if (last?.state === state && last.at + last.length === at)
      pieces[pieces.length - 1] = { ...last, length: last.length + 1 };
    else pieces.push({ state, at, length: 1 });
  }
  return pieces;
}

export interface Totals extends Readonly<Record<DataState, number>> {
  readonly rows: number;
  readonly loadedMs: number | undefined;
}

export function totalsOf(days: readonly DataDay[]): Totals {
  const count = (state: DataState): number => days.filter((day) => day.state === state).length;
  const loads = days.flatMap(({ loadedMs }) => loadedMs ?? []);
  return {
    there: count('there'),
    waiting: count('waiting'),
    missing: count('missing'),
    pending: count('pending'),
    rows: days.reduce((sum, { rows = 0 }) => sum + rows, 0),
    loadedMs: loads.length === 0 ? undefined : loads.reduce((most, one) => Math.max(most, one)),
  };
}
