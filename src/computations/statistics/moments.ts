/** Count, mean and variance of values that come one by one, or in parts. */

export interface Moments {
  count: number;
  /** 0 without values. */
  mean: number;
  /** Sum of the squared distances from the mean. */
  m2: number;
}

export const emptyMoments = (): Moments => ({ count: 0, mean: 0, m2: 0 });

/**
 * Adds one value, in place: the mean moves by its share, so that no large sum of squares is ever subtracted from another. NaN makes everything NaN.
 * Source: B. P. Welford, "Note on a Method for Calculating Corrected Sums of Squares and Products", Technometrics 4 (1962), 419-420.
 */
export function addTo(moments: Moments, value: number): void {
  moments.count++;
  const before = value - moments.mean;
  moments.mean += before / moments.count;
  moments.m2 += before * (value - moments.mean);
}

/**
 * The moments of both taken together; neither is changed.
 * Source: T. F. Chan, G. H. Golub & R. J. LeVeque, "Updating Formulae and a Pairwise Algorithm for Computing Sample Variances", Stanford STAN-CS-79-773 (1979).
 */
export function mergeMoments(a: Readonly<Moments>, b: Readonly<Moments>): Moments {
  if (a.count === 0) return { ...b };
  if (b.count === 0) return { ...a };
  const count = a.count + b.count;
  const apart = b.mean - a.mean;
  return {
    count,
    mean: a.mean + apart * (b.count / count),
    m2: a.m2 + b.m2 + apart * apart * ((a.count / count) * b.count),
  };
}

/** Divisor n - 1; undefined below two values. */
export const sampleVariance = ({ count, m2 }: Readonly<Moments>): number | undefined =>
  count < 2 ? undefined : m2 / (count - 1);

/** The root of the sample variance; undefined below two values. */
export function sampleDeviationOf(moments: Readonly<Moments>): number | undefined {
  const variance = sampleVariance(moments);
  return variance === undefined ? undefined : Math.sqrt(variance);
}
