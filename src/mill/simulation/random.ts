/** Chance with a seed: the same seed gives the same choices on every machine. */
import { hashOf } from '../../values/hash.ts';

export interface Random {
  /** In [0, 1). */
  next(): number;
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number;
  chance(probability: number): boolean;
  /** @throws {RangeError} when there is nothing to pick from. */
  pick<T>(from: readonly T[]): T;
}

/** mulberry32 by Tommy Ettinger: 32 bits of state are plenty for a few thousand choices. */
export function seededRandom(seed: string): Random {
  let state = Number.parseInt(hashOf(seed).slice(0, 8), 16);
  const next = (): number => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  const integer = (min: number, max: number): number => min + Math.floor(next() * (max - min + 1));
  return {
    next,
    integer,
    chance: (probability) => next() < probability,
    pick(from) {
      if (from.length === 0) throw new RangeError('there is nothing to pick from');
      return from[integer(0, from.length - 1)] as (typeof from)[number];
    },
  };
}
