/** Whether marked ones are drawn more often than chance has it, over many draws from urns that differ. */
import { hypergeometric, rangeOf } from './hypergeometric.ts';
import { normalCdf } from './normal.ts';

/** One occasion: of `size`, of which `marked`, `drawn` were drawn, `drawnMarked` of these marked. */
export interface Stratum {
  readonly size: number;
  readonly marked: number;
  readonly drawn: number;
  readonly drawnMarked: number;
}

export interface DrawnMoreOften {
  /** Marked ones drawn. */
  readonly observed: number;
  /** And how many of them chance has drawn on average, with the variance of that. */
  readonly expected: number;
  readonly variance: number;
  /** How many standard deviations the observed lie above the expected; 0 where nothing was left to chance. */
  readonly score: number;
  /** Of chance having drawn as many or more; 1 where nothing was left to chance. */
  readonly pValue: number;
}

/** Draws that could have gone either way, up to which every outcome is counted: about as many additions as its square. Beyond, the normal p-value is off by a twelfth at three deviations, and less below. */
const EXACT_DRAWS = 400;

/**
 * Each stratum is taken as given, with its sizes, and only what was drawn in it as chance: the sum of independent hypergeometric variables. Its distribution is
 * exact, by convolution, up to a number of draws, and then the normal one with Yates' correction. With strata of one draw each it is the log-rank test.
 * Sources: N. Mantel & W. Haenszel, "Statistical Aspects of the Analysis of Data from Retrospective Studies of Disease", Journal of the National Cancer Institute 22
 * (1959), 719-748; N. Mantel, "Evaluation of Survival Data and Two New Rank Order Statistics Arising in Its Consideration", Cancer Chemotherapy Reports 50 (1966), 163-170.
 */
export function drawnMoreOften(strata: readonly Stratum[]): DrawnMoreOften {
  let observed = 0;
  let expected = 0;
  let variance = 0;
  let least = 0;
  let open = 0;
  for (const stratum of strata) {
    const range = possible(stratum);
    observed += stratum.drawnMarked;
    expected += expectedOf(stratum);
    variance += varianceOf(stratum);
    least += range.least;
    open += range.most - range.least;
  }
  if (open === 0) return { observed, expected, variance: 0, score: 0, pValue: 1 };
  const deviation = Math.sqrt(variance);
  const pValue =
    open > EXACT_DRAWS ? normalCdf((expected - observed + 0.5) / deviation) : exactTail(strata, open, observed - least);
  return { observed, expected, variance, score: (observed - expected) / deviation, pValue };
}

function possible(stratum: Stratum): { least: number; most: number } {
  const range = rangeOf(stratum);
  const { size, marked, drawn, drawnMarked } = stratum;
  if (!(drawnMarked >= range.least && drawnMarked <= range.most) || !Number.isInteger(drawnMarked)) {
    throw new RangeError(
      `${drawnMarked} marked ones among ${drawn} drawn of ${size}, ${marked} of them marked: it would have to be a whole number from ${range.least} to ${range.most}.`,
    );
  }
  return range;
}

const expectedOf = ({ size, marked, drawn }: Stratum): number => (size === 0 ? 0 : (drawn * marked) / size);

const varianceOf = ({ size, marked, drawn }: Stratum): number =>
  size < 2 ? 0 : drawn * (marked / size) * ((size - marked) / size) * ((size - drawn) / (size - 1));

/** Of all that can be above the least, the share of at least that many. */
function exactTail(strata: readonly Stratum[], open: number, atLeast: number): number {
  let ways = new Float64Array(open + 1);
  let next = new Float64Array(open + 1);
  ways[0] = 1;
  let most = 0;
  for (const stratum of strata) {
    const { probabilities } = hypergeometric(stratum);
    if (probabilities.length === 1) continue;
    next.fill(0, 0, most + probabilities.length);
    for (let before = 0; before <= most; before++) {
      for (let more = 0; more < probabilities.length; more++)
        next[before + more]! += ways[before]! * probabilities[more]!;
    }
    most += probabilities.length - 1;
    [ways, next] = [next, ways];
  }
  let tail = 0;
  // From the smallest up, so that none is lost.
  for (let count = open; count >= atLeast; count--) tail += ways[count]!;
  return Math.min(1, tail);
}
