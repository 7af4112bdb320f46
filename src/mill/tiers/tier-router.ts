/** Where tasks start: on the smallest tier that has room for what they are predicted to take, before they fail on it. Pure. */
import type { MemoryBook } from '../model/memory-book.ts';
import type { TierName } from '../model/tier-name.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import { type InputSize, memoryKey } from './memory-book.ts';
import { type Predict, predictor } from './predict.ts';
import { smallestTierFor } from './routing.ts';

export interface TierRouter {
  readonly predict: Predict;
  /** Of cells whose peaks have fallen, the first is tried on a smaller tier, and the others wait for it. */
  readonly tierOf: (computation: string, size?: InputSize) => TierName;
  /** The trials that were sent, as `memoryKey`s. */
  readonly trials: ReadonlySet<string>;
}

/** One for each dispatch. */
export function tierRouter(book: MemoryBook, tiers: Tiers, nowMs: number): TierRouter {
  const predict = predictor(book);
  const trials = new Set<string>();
  return {
    predict,
    trials,
    tierOf(computation, size) {
      const key = memoryKey(computation, size);
      const remembered = book.get(key);
      if (remembered?.raised === undefined) return smallestTierFor(predict(computation, size)?.peakMB ?? 0, tiers).name;
      const { tier, untilMs } = remembered.raised;
      const home = tierNamed(tiers, tier);
      const now = smallestTierFor(remembered.taken.at(-1)?.peakMB ?? Number.POSITIVE_INFINITY, tiers);
      if (now.memoryMB >= home.memoryMB || nowMs < untilMs || trials.has(key)) return home.name;
      trials.add(key);
      return now.name;
    },
  };
}
