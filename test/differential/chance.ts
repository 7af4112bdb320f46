/** Chance that a seed reproduces. */

export interface Chance {
  /** At least 0, below `limit`. */
  below(limit: number): number;
  /** True once in `n`. */
  once(n: number): boolean;
  oneOf<T>(choices: readonly T[]): T;
  /** The choices in another order. */
  shuffled<T>(choices: readonly T[]): T[];
}

/** By mulberry32. */
export function chanceOf(seed: number): Chance {
  let state = Math.imul(seed + 1, 0x9e3779b1) >>> 0;
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const below = (limit: number): number => Math.floor(next() * limit);
  return {
    below,
    once: (n) => below(n) === 0,
    oneOf: (choices) => choices[below(choices.length)]!,
    shuffled(choices) {
      const left = [...choices];
      return choices.map(() => left.splice(below(left.length), 1)[0]!);
    },
  };
}
