/** The standard normal distribution. */

const DENSITY_AT_0 = 1 / Math.sqrt(2 * Math.PI);

/** From here on the continued fraction of the tail is as short as the series of the middle. */
const TAIL_FROM = 2.5;
/** Levels of the fraction after which, from there on, nothing changes. */
const TAIL_LEVELS = 80;

/**
 * The share of a standard normal variable below z, to thirteen digits at least, those of the lower tail included.
 * Sources: G. Marsaglia, "Evaluating the Normal Distribution", Journal of Statistical Software 11(4) (2004), for the middle, and P. S. Laplace's continued
 * fraction, Abramowitz & Stegun, "Handbook of Mathematical Functions" (1964), 26.2.14, for the tails.
 */
export function normalCdf(z: number): number {
  if (Math.abs(z) < TAIL_FROM) return 0.5 + fromMiddle(z);
  return z < 0 ? tail(-z) : 1 - tail(z);
}

/**
 * The z below which that share lies: -Infinity for 0, Infinity for 1, NaN for what is no probability. Newton's method with the second derivative (Halley), from
 * the rational approximation 26.2.23 of Abramowitz & Stegun, which is right to three digits; a step triples them.
 */
export function normalQuantile(probability: number): number {
  if (!(probability >= 0 && probability <= 1)) return Number.NaN;
  // Both differences are exact.
  const beyond = probability > 0.5 ? 1 - probability : probability;
  if (beyond === 0) return probability === 0 ? -Infinity : Infinity;
  let z = firstGuess(beyond);
  for (let step = 0; step < 3; step++) {
    const over = z < TAIL_FROM ? 0.5 - beyond - fromMiddle(z) : tail(z) - beyond;
    const newton = over / density(z);
    z += newton / (1 - (z * newton) / 2);
  }
  return probability < 0.5 ? -z : z;
}

const density = (z: number): number => DENSITY_AT_0 * Math.exp((-z * z) / 2);

/** The share between 0 and z. */
function fromMiddle(z: number): number {
  let term = z;
  let series = z;
  let before = Number.NaN;
  for (let odd = 3; series !== before; odd += 2) {
    before = series;
    term *= (z * z) / odd;
    series += term;
  }
  return series * density(z);
}

/** The share above z, which is not small. */
function tail(z: number): number {
  if (z === Infinity) return 0;
  let fraction = z;
  for (let level = TAIL_LEVELS; level > 0; level--) fraction = z + level / fraction;
  return density(z) / fraction;
}

function firstGuess(beyond: number): number {
  const t = Math.sqrt(-2 * Math.log(beyond));
  return t - (2.515517 + t * (0.802853 + t * 0.010328)) / (1 + t * (1.432788 + t * (0.189269 + t * 0.001308)));
}
