/** Counts of positive numbers on a logarithmic scale: quantiles within one per cent, in the space of a few hundred counts. */
import { addInteger, emptyHistogram } from './integer-histogram.ts';
import type { IntegerHistogram } from './integer-histogram.ts';
import { histogramQuantileOf } from './quantile.ts';

/** A quantile is at most this share of itself away from that of the values. */
export const RELATIVE_ERROR = 0.01;

/** Each bucket ends where it is as many times its beginning. */
const GAMMA = (1 + RELATIVE_ERROR) / (1 - RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/** Values up to this are taken for it: quantiles below it are within it, not within a share of themselves. */
const SMALLEST = 1;

/**
 * The buckets of C. Masson, J. E. Rim & H. K. Lee, "DDSketch: A Fast and Fully-Mergeable Quantile Sketch with Relative-Error Guarantees",
 * PVLDB 12 (2019), 2195-2205: the i-th holds what lies above gamma^(i-1) and up to gamma^i. From 1 to 3,600,000 there are 756.
 */
export type LogHistogram = IntegerHistogram;

export const emptyLogHistogram = (): LogHistogram => emptyHistogram();

/** Adds one finite number, in place; what is below 1, and what is negative, counts as up to 1. */
export const addLogarithm = (histogram: LogHistogram, value: number): void =>
  addInteger(histogram, value <= SMALLEST ? 0 : Math.ceil(Math.log(value) / LOG_GAMMA));

/**
 * Sample quantile by definition 7 of Hyndman & Fan, within 1 % of that of the values themselves, or within 1 where that is below 1;
 * undefined without values.
 */
export const logQuantile = (histogram: LogHistogram, probability: number): number | undefined =>
  histogramQuantileOf(histogram, probability, (index) => (2 * GAMMA ** index) / (GAMMA + 1));
