/** Lenses: the same cells, coloured by something else. Figures come from the API, and are put into a byte a cell. */
import { type Answer, useAnswer } from '../data/answer.ts';
import type { Grid } from './decode.ts';
import { UNKNOWN } from './palette.ts';

export const LENSES = ['outcome', 'why', 'age', 'duration', 'memory', 'dollars', 'hash'] as const;
export type Lens = (typeof LENSES)[number];

export const LENS_WORDS: Readonly<Record<Lens, string>> = {
  outcome: 'how it stands',
  why: 'why',
  age: 'age of the result',
  duration: 'seconds it took',
  memory: 'peak memory',
  dollars: 'what it cost',
  hash: 'result: equal is equal',
};

export const lensOf = (text: string | null): Lens => LENSES.find((one) => one === text) ?? 'outcome';

/** As GET /api/mill/grid/lens answers it. */
export interface LensAnswer {
  readonly unit: string;
  readonly rows: Readonly<Record<string, readonly (number | null)[]>>;
}

export function useLens(lens: Lens, { from, to }: Pick<Grid, 'from' | 'to'>): Answer<LensAnswer> {
  const isState = lens === 'outcome' || lens === 'why';
  return useAnswer<LensAnswer>(isState ? undefined : `/api/mill/grid/lens?lens=${lens}&from=${from}&to=${to}`);
}

export interface Figures {
  readonly bytes: Uint8Array;
  readonly least: number;
  readonly most: number;
}

/** From the least to the greatest in equal steps, of its logarithm where that is more than a hundredfold; of hashes in turn. */
export function figuresOf(
  { computations, days }: Pick<Grid, 'computations' | 'days'>,
  { rows }: LensAnswer,
  isTurns: boolean,
): Figures {
  const bytes = new Uint8Array(computations.length * days).fill(UNKNOWN);
  let [least, most] = [Infinity, -Infinity];
  for (const values of Object.values(rows))
    for (const value of values) if (value !== null) [least, most] = [Math.min(least, value), Math.max(most, value)];
  const isWide = least > 0 && most / least > 100;
  const scale = (value: number): number =>
    most === least ? 0.5 : isWide ? Math.log(value / least) / Math.log(most / least) : (value - least) / (most - least);
  for (const [row, name] of computations.entries())
    for (const [column, value] of (rows[name] ?? []).entries())
      if (value !== null && column < days)
        bytes[row * days + column] = isTurns ? value % UNKNOWN : Math.round(scale(value) * (UNKNOWN - 1));
  return { bytes, least, most };
}
