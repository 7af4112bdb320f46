/** What the days of a computation look like to those that read them. */
import type { z } from 'zod';
import type { Decision } from '../model/decision.ts';
import type { ManifestComputation } from '../model/manifest.ts';
import type { DaySet } from './day-set.ts';
import type { Standing } from './standing.ts';

/** What a reader of a cell finds there. */
export const VIEW = {
  /** Nothing, and nothing will come: impossible, or before the data. */
  none: 0,
  there: 1,
  /** This very plan runs it. */
  comingNow: 2,
  coming: 3,
  failed: 4,
  /** It is paused, or waits for what is: nobody knows when it comes. */
  held: 5,
} as const;
export type View = (typeof VIEW)[keyof typeof VIEW];

/** A place in a grid: days after its first day, negative before it. Any number, but never a day's ordinal. */
export type GridIndex = number & { toFixed(digits?: number): string; readonly [z.$brand]?: never };

/** Days go by index from the grid's first day; negative ones are before it. */
export interface ColumnView {
  readonly computation: ManifestComputation;
  /** As it was before this plan. */
  readonly standing: Standing;
  /** Days of the grid that are not at rest: what reads them waits, or fails with them. */
  readonly pending: DaySet;
  /** Days that became impossible, or possible, in this plan. */
  readonly turned: DaySet;
  /** What a reader finds on a day; days before the grid have what is settled. */
  viewAt(index: GridIndex): View;
  /** The last day before with a view other than `none`; undefined when there is none. */
  previousOf(index: GridIndex): number | undefined;
  decisionAt(index: GridIndex): Decision;
}
