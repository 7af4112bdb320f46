/**
 * Says whether two versions of a computation do the same, by running both on many days. A difference is a fact; that there is none
 * says only that none of these days shows it.
 */
import type { Computation } from '../../src/mill/model/computation.ts';
import type { Day } from '../../src/values/date.ts';
import { type JudgedChain, judgedChains, type Spelled } from './judge-inputs.ts';
import { type JudgedDay, outcomeOf } from './judged-day.ts';

/** Chains of fifty days: 3,200 days, where a verdict has 160. A look is at the first few. */
const CHAINS = 64;
const LOOK_CHAINS = 8;

export interface Difference {
  readonly date: Day;
  readonly before: string;
  readonly after: string;
}

export interface Judge {
  /** The first day of those up to `depth` on which it does something else; chains that were looked at before may be left out. */
  difference(changed: Computation, depth: 'look' | 'all'): Promise<Difference | undefined>;
}

/** `more`: chains beside those that are fabricated, from real data; they come first. */
export function openJudge(original: Computation, spelled: Spelled, more: readonly JudgedChain[]): Judge {
  const chains = judgedChains(original, spelled);
  const judged: (readonly (readonly [JudgedDay, string])[])[] = [];
  const chainAt = async (at: number): Promise<readonly (readonly [JudgedDay, string])[]> =>
    (judged[at] ??= await daysOf(original, more[at] ?? chains(at - more.length)));
  return {
    async difference(changed, depth) {
      const end = depth === 'look' ? LOOK_CHAINS + more.length : CHAINS + more.length;
      for (let at = 0; at < end; at++)
        for (const [day, before] of await chainAt(at)) {
          const { text: after } = await outcomeOf(changed, day);
          if (after !== before) return { date: day.date, before, after };
        }
      return undefined;
    },
  };
}

/** Each day with what the original makes of it. */
async function daysOf(original: Computation, { dates, timelines, own }: JudgedChain) {
  const days: (readonly [JudgedDay, string])[] = [];
  const results = new Map<Day, unknown>();
  for (const date of dates) {
    const day: JudgedDay = { date, timelines, own: own ?? new Map(results) };
    const { text, value } = await outcomeOf(original, day);
    days.push([day, text]);
    if (value !== undefined) results.set(date, value);
  }
  return days;
}
