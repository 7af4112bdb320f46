/** How many marked ones are among those drawn by chance, without putting back. */

export interface Urn {
  readonly size: number;
  /** Of the size. */
  readonly marked: number;
  /** Of the size. */
  readonly drawn: number;
}

export interface Distribution {
  /** The least number that can be. */
  readonly least: number;
  /** Of the least and each one above it; their sum is 1. */
  readonly probabilities: Float64Array;
}

/** Weights below this share of their sum change no digit of it. */
const NEGLIGIBLE = Number.EPSILON / 1024;

/** The share of draws that bring at least as many marked ones, to ten digits at least, for counts of millions too. */
export function hypergeometricTail(urn: Urn, atLeast: number): number {
  const { least, most } = rangeOf(urn);
  if (!Number.isInteger(atLeast)) throw notWhole('of marked ones drawn', atLeast);
  if (atLeast <= least) return 1;
  if (atLeast > most) return 0;
  const mode = modeOf(urn, least, most);
  // All weights are relative to the mode's, and positive: nothing cancels, and no factorial is needed.
  const below = sumOfWeights(urn, mode, 1, -1, least) - 1;
  if (atLeast > mode) {
    let weight = 1;
    let between = 0;
    for (let count = mode; count < atLeast; count++) {
      between += weight;
      weight *= ratioAbove(urn, count);
    }
    const tail = sumOfWeights(urn, atLeast, weight, 1, most);
    return tail / (below + between + tail);
  }
  const above = sumOfWeights(urn, mode, 1, 1, most);
  let weight = 1;
  let from = 0;
  for (let count = mode; count > atLeast; count--) {
    weight /= ratioAbove(urn, count - 1);
    from += weight;
  }
  return Math.min(1, (above + from) / (above + below));
}

/** Every number that can be, with its probability. */
export function hypergeometric(urn: Urn): Distribution {
  const { least, most } = rangeOf(urn);
  const mode = modeOf(urn, least, most);
  const probabilities = new Float64Array(most - least + 1);
  probabilities[mode - least] = 1;
  let sum = 1;
  for (let count = mode, weight = 1; count < most; count++) {
    weight *= ratioAbove(urn, count);
    probabilities[count + 1 - least] = weight;
    sum += weight;
  }
  for (let count = mode, weight = 1; count > least; count--) {
    weight /= ratioAbove(urn, count - 1);
    probabilities[count - 1 - least] = weight;
    sum += weight;
  }
  for (let index = 0; index < probabilities.length; index++) probabilities[index]! /= sum;
  return { least, probabilities };
}

/** The least and the most that can be; throws for what is no urn. */
export function rangeOf({ size, marked, drawn }: Urn): { least: number; most: number } {
  if (!isCount(size)) throw notWhole('of all', size);
  if (!isCount(marked)) throw notWhole('of marked ones', marked);
  if (!isCount(drawn)) throw notWhole('of draws', drawn);
  if (marked > size || drawn > size) {
    throw new RangeError(`${marked} marked and ${drawn} drawn of ${size}: neither can be more than there are.`);
  }
  return { least: Math.max(0, drawn - (size - marked)), most: Math.min(drawn, marked) };
}

export const isCount = (value: number): boolean => Number.isSafeInteger(value) && value >= 0;

export const notWhole = (what: string, count: number): RangeError =>
  new RangeError(`A count, ${what}, is ${count}: it has to be whole, and not below zero.`);

/** P(count + 1) / P(count). */
const ratioAbove = ({ size, marked, drawn }: Urn, count: number): number =>
  ((marked - count) / (count + 1)) * ((drawn - count) / (size - marked - drawn + count + 1));

const modeOf = ({ size, marked, drawn }: Urn, least: number, most: number): number =>
  Math.max(least, Math.min(most, Math.floor((drawn + 1) * ((marked + 1) / (size + 2)))));

/** The weight of a number, and of those after it in one direction until they count no more. */
function sumOfWeights(urn: Urn, from: number, weightOfFrom: number, step: 1 | -1, end: number): number {
  let weight = weightOfFrom;
  let total = weight;
  for (let count = from; count !== end; count += step) {
    if (step === 1) weight *= ratioAbove(urn, count);
    else weight /= ratioAbove(urn, count - 1);
    total += weight;
    if (weight < total * NEGLIGIBLE) break;
  }
  return total;
}
