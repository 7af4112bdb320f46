/** Whether two properties go together more often than chance has it. */
import { hypergeometricTail, isCount, notWhole } from './hypergeometric.ts';

export interface TwoByTwo {
  readonly both: number;
  readonly onlyFirst: number;
  readonly onlySecond: number;
  readonly neither: number;
}

/**
 * Fisher's exact test, one-sided: how likely as many with both properties, or more, are, if who has the one says nothing of who has the other. 1 for a table
 * without anyone, or where everyone or no one has a property.
 * Source: R. A. Fisher, "The Logic of Inductive Inference", Journal of the Royal Statistical Society 98 (1935), 39-82.
 */
export function fisherExact({ both, onlyFirst, onlySecond, neither }: TwoByTwo): number {
  for (const count of [both, onlyFirst, onlySecond, neither]) {
    if (!isCount(count)) throw notWhole('of those with both, one or neither', count);
  }
  const size = both + onlyFirst + onlySecond + neither;
  return hypergeometricTail({ size, marked: both + onlyFirst, drawn: both + onlySecond }, both);
}
