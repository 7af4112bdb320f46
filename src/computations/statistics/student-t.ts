/** Student's distribution. */
import { normalCdf } from './normal.ts';

/** Degrees of freedom from which on the fraction loses digits, and a normal variable stands in for t to all of them. */
const NEARLY_NORMAL_FROM = 5000;
/** Twice what the continued fraction needs at most below that. */
const MOST_LEVELS = 1000;
/** Stands for 0 in a denominator. */
const TINY = 1e-300;

/**
 * The share of Student's distribution below t, to eleven digits at least, those of the lower tail included. Degrees of freedom need not be whole; NaN unless they
 * are positive. Source: "Student" (W. S. Gosset), "The Probable Error of a Mean", Biometrika 6 (1908), 1-25.
 */
export function studentTCdf(t: number, degreesOfFreedom: number): number {
  if (!(degreesOfFreedom > 0) || Number.isNaN(t)) return Number.NaN;
  if (degreesOfFreedom >= NEARLY_NORMAL_FROM) return normalCdf(Math.sign(t) * asNormal(Math.abs(t), degreesOfFreedom));
  const beyond = shareBeyond(Math.abs(t), degreesOfFreedom);
  return t < 0 ? beyond : 1 - beyond;
}

/** Half of the regularized incomplete beta function of n / (n + t²) for n / 2 and 1 / 2: Abramowitz & Stegun, 26.7.1. */
function shareBeyond(t: number, n: number): number {
  if (t === Infinity) return 0;
  const half = n / 2;
  // t² may be too large for a number, its ratio to n not.
  const ratio = (t / n) * t;
  const x = 1 / (1 + ratio);
  const y = ratio === Infinity ? 1 : ratio / (1 + ratio);
  // x^(n / 2) y^(1 / 2) / B(n / 2, 1 / 2)
  const front = (Math.exp(-half * Math.log1p(ratio)) * Math.sqrt(y) * gammaRatio(half)) / Math.sqrt(Math.PI);
  const farOut = x < (half + 1) / (half + 2.5);
  return farOut ? (front * betaFraction(x, half, 0.5)) / half / 2 : 0.5 - front * betaFraction(y, 0.5, half);
}

/**
 * The normal variable that is as rarely exceeded as t is.
 * Source: G. W. Hill, "Algorithm 395: Student's t-Distribution", Communications of the ACM 13 (1970), 617-619.
 */
function asNormal(t: number, n: number): number {
  if (n === Infinity || t === Infinity) return t;
  const a = n - 0.5;
  const b = 48 * a * a;
  const w2 = a * Math.log1p((t / n) * t);
  const w = Math.sqrt(w2);
  const second = (((4 * w2 + 33) * w2 + 240) * w2 + 855) / (10 * b * (b + 0.8 * w2 * w2 + 100));
  return w * (1 + (w2 + 3) / b - second);
}

/**
 * Γ(a + 1/2) / Γ(a), whose logarithms would cancel: by the even powers of 1 / (a - 1/4), after a shift to where four of them suffice.
 * Source: F. G. Tricomi & A. Erdélyi, "The Asymptotic Expansion of a Ratio of Gamma Functions", Pacific Journal of Mathematics 1 (1951), 133-142.
 */
function gammaRatio(a: number): number {
  let shifted = a;
  let factor = 1;
  for (; shifted < 20; shifted++) factor *= shifted / (shifted + 0.5);
  const w = shifted - 0.25;
  const v = 1 / (64 * w * w);
  return factor * Math.sqrt(w) * (1 + v * (1 - v * (9.5 - v * (315.5 - v * 21789.625))));
}

/**
 * The continued fraction of the incomplete beta function, front to back.
 * Sources: Abramowitz & Stegun, 26.5.8; I. J. Thompson & A. R. Barnett, "Coulomb and Bessel Functions", Journal of Computational Physics 64 (1986), 490-509, for the order.
 */
function betaFraction(x: number, a: number, b: number): number {
  let c = 1;
  let d = 1 / orTiny(1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < MOST_LEVELS; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / orTiny(1 + even * d);
    c = orTiny(1 + even / c);
    fraction *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / orTiny(1 + odd * d);
    c = orTiny(1 + odd / c);
    const change = d * c;
    fraction *= change;
    if (Math.abs(change - 1) < Number.EPSILON) break;
  }
  return fraction;
}

const orTiny = (value: number): number => (Math.abs(value) < TINY ? TINY : value);
