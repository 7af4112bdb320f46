/** The circumstances of a fabricated value: chance, the mood of the day, and what was fabricated around it. */
import type { Random } from './random.ts';

/**
 * `empty`, `one`, `full`: how many. `sparse`: nothing that may be missing is there; `full`: all of it is. `constant`, `rising`,
 * `falling`, `walk`: numbers against those fabricated in their place before. `extreme`: far away. `edge`: bounds and literals, each
 * in turn, and what lies beside them. `mixed`: anything.
 */
export const MOODS = [
  'mixed',
  'empty',
  'one',
  'full',
  'sparse',
  'constant',
  'rising',
  'falling',
  'walk',
  'extreme',
  'edge',
] as const;
export type Mood = (typeof MOODS)[number];

/** What the code spells out, mixed into what is fabricated: conditions mostly compare with a literal. */
export interface Literals {
  readonly numbers: readonly number[];
  readonly strings: readonly string[];
}

export interface Scene {
  readonly random: Random;
  readonly mood: Mood;
  readonly literals: Literals;
  /** Names that come up again and again, so that what is looked up by one is often there. */
  readonly names: readonly string[];
  /** The last number at each place of the schema. */
  readonly last: Map<string, number>;
  /** Whose turn it is among the edges, at each place of the schema. */
  readonly turns: Map<string, number>;
  /** Numbers fabricated lately anywhere, so that fields are often equal or nearly so. */
  readonly recent: number[];
  /** Below 1 after refusals: smaller values are refused less. */
  readonly size: number;
}

/** Why there is no value: the computation is not simulated. */
export class CannotFabricate extends Error {
  override readonly name = 'CannotFabricate';
}
