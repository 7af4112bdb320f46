/**
 * How often something may happen that was seen `seen` times in `tries`: with a confidence of 95 % not more often than this share, by
 * Clopper and Pearson's exact bound on one side. When it was never seen that is the rule of three, 3 of `tries`. Pure.
 */
export function rateAtMost(seen: number, tries: number): number {
  if (seen >= tries) return 1;
  let [low, high] = [seen / tries, 1];
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (chanceOfAtMost(seen, tries, middle) > DOUBT) low = middle;
    else high = middle;
  }
  return high;
}

const DOUBT = 0.05;

/** That of `tries` with a chance of `rate` each at most `seen` hit. */
function chanceOfAtMost(seen: number, tries: number, rate: number): number {
  let logTerm = tries * Math.log1p(-rate);
  let chance = Math.exp(logTerm);
  for (let hits = 1; hits <= seen; hits++) {
    logTerm += Math.log((tries - hits + 1) / hits) + Math.log(rate / (1 - rate));
    chance += Math.exp(logTerm);
  }
  return chance;
}
