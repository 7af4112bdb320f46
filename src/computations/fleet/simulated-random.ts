/** Numbers that look like chance, and are the same each time. */

export interface Random {
  /** Above 0, below 1. */
  uniform(): number;
  /** Of mean 0 and deviation 1: G. E. P. Box & M. E. Muller, "A Note on the Generation of Random Normal Deviates", Ann. Math. Statist. 29 (1958). */
  normal(): number;
  /** Above 30 by the normal approximation, which is never below 0. */
  poisson(mean: number): number;
}

const MODULUS = 2_147_483_647;
/** S. K. Park & K. W. Miller, "Random Number Generators: Good Ones Are Hard to Find", CACM 31 (1988), with the multiplier of their correction (1993). */
const MULTIPLIER = 48_271;

const MANY = 30;

export function seededRandom(seed: number): Random {
  let state = (Math.abs(Math.trunc(seed)) % (MODULUS - 1)) + 1;
  const uniform = (): number => (state = (state * MULTIPLIER) % MODULUS) / MODULUS;
  const normal = (): number => Math.sqrt(-2 * Math.log(uniform())) * Math.cos(2 * Math.PI * uniform());
  const poisson = (mean: number): number => {
    if (mean > MANY) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
    // As many arrivals as fit: their product falls below e^-mean.
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = uniform(); product > limit; product *= uniform()) count++;
    return count;
  };
  return { uniform, normal, poisson };
}
