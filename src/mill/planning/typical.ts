/** What a cell of a computation typically takes, learned from what its cells took. Pure. */
import { z } from 'zod';
import { Effort } from '../model/effort.ts';

export const Typical = Effort.extend({
  /** Tasks a cell: 1 for a task of its own, 0.01 for a hundredth of one. */
  tasks: z.number().positive(),
  /** How many cells it was learned from. */
  cells: z.number().int().positive(),
});
export type Typical = z.infer<typeof Typical>;

/** What one cell took, and the part of a task that it was. */
export interface Sample extends Effort {
  readonly tasks: number;
}

/** Cells that the figures look back on, roughly: newer ones weigh more, so that a computation that grew is believed within a month. */
export const TYPICAL_CELLS = 30;

/** The mean at first, then a moving one. Cells that are learned together weigh the same, in whatever order they ended. */
export function learned(known: Typical | undefined, samples: readonly Sample[]): Typical | undefined {
  if (samples.length === 0) return known;
  const before = Math.min(known?.cells ?? 0, Math.max(0, TYPICAL_CELLS - samples.length));
  const weight = samples.length / (before + samples.length);
  const moved = (of: keyof Sample): number => {
    const mean = samples.reduce((sum, sample) => sum + sample[of], 0) / samples.length;
    return round((known?.[of] ?? mean) * (1 - weight) + mean * weight);
  };
  return {
    seconds: moved('seconds'),
    entities: Math.round(moved('entities')),
    reads: moved('reads'),
    writes: moved('writes'),
    tasks: moved('tasks'),
    cells: (known?.cells ?? 0) + samples.length,
  };
}

/** Kept short: a figure of each computation is in the document that every plan reads. */
const round = (value: number): number => Number(value.toPrecision(4));
