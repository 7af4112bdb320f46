/** Chance that can be had again: for simulated data, whose truth is known because it was planted. */

export interface SeededRandom {
  /** Evenly within 0 (which it may be) and 1 (which it is not). */
  uniform(): number;
  /** Standard normal. */
  normal(): number;
  /** How often something happens that happens `mean` times on average; above 30 by the normal approximation, which is never below 0 here. */
  poisson(mean: number): number;
}

const MANY = 30;

/**
 * Numbers that follow from the seeds alone, each list of seeds its own: sfc32 of C. Doty-Humphrey, "PractRand" (2010), seeded by FNV-1a of
 * Fowler, Noll & Vo. Normals are by G. E. P. Box & M. E. Muller, "A Note on the Generation of Random Normal Deviates" (1958); counts by
 * D. E. Knuth, "The Art of Computer Programming" 2 (1969), 3.4.1.
 */
export function seededRandom(...seeds: readonly (string | number)[]): SeededRandom {
  let [a, b, c, counter] = [hashOf(seeds, 1), hashOf(seeds, 2), hashOf(seeds, 3), 1];
  const uniform = (): number => {
    const mixed = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = (((c << 21) | (c >>> 11)) + mixed) | 0;
    return (mixed >>> 0) / 2 ** 32;
  };
  // The seeds are of few bits, and spread over all of the state after some rounds.
  for (let round = 0; round < 12; round++) uniform();
  const normal = (): number => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform());
  return {
    uniform,
    normal,
    poisson(mean) {
      if (mean > MANY) return Math.max(0, Math.round(mean + Math.sqrt(mean) * normal()));
      const floor = Math.exp(-mean);
      let count = 0;
      for (let product = uniform(); product > floor; product *= uniform()) count++;
      return count;
    },
  };
}

function hashOf(seeds: readonly (string | number)[], salt: number): number {
  let hash = 0x811c9dc5 ^ salt;
  for (const seed of seeds) {
    for (let at = 0, text = String(seed); at < text.length; at++)
      hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
    hash = Math.imul(hash ^ 0x1f, 0x01000193);
  }
  return hash;
}
