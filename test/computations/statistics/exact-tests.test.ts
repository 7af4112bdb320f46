/** Exact tests, against published tables, scipy, and every outcome counted. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { fisherExact } from '../../../src/computations/statistics/fisher-exact.ts';
import { hypergeometric } from '../../../src/computations/statistics/hypergeometric.ts';
import { mannWhitney } from '../../../src/computations/statistics/mann-whitney.ts';
import { drawnMoreOften } from '../../../src/computations/statistics/stratified-draws.ts';
import type { Stratum } from '../../../src/computations/statistics/stratified-draws.ts';

const off = (found: number, expected: number): number => Math.abs(found - expected) / Math.abs(expected);

const table = (both: number, onlyFirst: number, onlySecond: number, neither: number): number =>
  fisherExact({ both, onlyFirst, onlySecond, neither });

/** Every set of that many indexes below the size. */
function subsets(size: number, count: number): number[][] {
  if (count === 0) return [[]];
  if (size < count) return [];
  return [...subsets(size - 1, count), ...subsets(size - 1, count - 1).map((rest) => rest.concat(size - 1))];
}

describe('Fisher’s exact test', () => {
  // The lady tasting tea, R. A. Fisher, "The Design of Experiments" (1935), chapter II; convicted twins of criminals, Fisher (1935), p. 48: one-sided 0.000465.
  // The others: exact sums of binomials, mpmath 1.4.1 at 40 digits, which scipy 1.17.1 stats.fisher_exact(alternative='greater') has to ten digits.
  test.each([
    [[3, 1, 1, 3], 17 / 70],
    [[10, 3, 2, 15], 0.00046518094336290503],
    [[8, 2, 1, 5], 0.024475524475524476],
    [[100, 50, 60, 90], 2.8298695116561467e-6],
    [[25200, 24800, 24900, 25100], 0.029308842880067833],
    [[100000, 100000, 100000, 100000], 0.5012615638955755],
    [[100500, 99500, 99500, 100500], 0.0007912280787547599],
    [[1000, 9000, 11000, 179000], 2.1457987660132136e-57],
    [[30, 99970, 20, 99980], 0.10129111820474906],
  ] as const)('of %j is %d', ([both, onlyFirst, onlySecond, neither], expected) => {
    expect(off(table(both, onlyFirst, onlySecond, neither), expected)).toBeLessThan(1e-11);
    expect(off(table(both, onlySecond, onlyFirst, neither), expected)).toBeLessThan(1e-11);
  });

  const few = fc.integer({ min: 0, max: 4 });
  test('is the share of all ways to deal the second property that bring as many together', () => {
    fc.assert(
      fc.property(few, few, few, few, (both, onlyFirst, onlySecond, neither) => {
        const dealt = subsets(both + onlyFirst + onlySecond + neither, both + onlySecond);
        const asMany = dealt.filter((who) => who.filter((index) => index < both + onlyFirst).length >= both);
        expect(table(both, onlyFirst, onlySecond, neither)).toBeCloseTo(asMany.length / dealt.length, 12);
      }),
      { numRuns: 60 },
    );
  });

  test.each([
    [0, 0, 0, 0],
    [5, 0, 0, 0],
    [5, 0, 3, 0],
    [0, 4, 0, 3],
    [0, 5, 5, 0],
  ])('says nothing of %d, %d, %d and %d', (both, onlyFirst, onlySecond, neither) => {
    expect(table(both, onlyFirst, onlySecond, neither)).toBe(1);
  });

  test('names a count that is none', () => {
    expect(() => table(1.5, 1, 1, 1)).toThrow('it has to be whole');
    expect(() => table(1, Number.NaN, 1, 1)).toThrow('is NaN');
    expect(() => table(-1, 1, 1, 1)).toThrow(RangeError);
  });
});

test('hypergeometric probabilities are shares, with the mean and variance of their formulas', () => {
  fc.assert(
    fc.property(fc.nat(300), fc.nat(300), fc.nat(300), (a, b, c) => {
      const [size, marked, drawn] = [a, Math.min(a, b), Math.min(a, c)];
      const { least, probabilities } = hypergeometric({ size, marked, drawn });
      const shares = [...probabilities];
      const average = shares.reduce((sum, share, index) => sum + share * (least + index), 0);
      const variance = shares.reduce((sum, share, index) => sum + share * (least + index - average) ** 2, 0);
      expect(shares.reduce((sum, share) => sum + share, 0)).toBeCloseTo(1, 12);
      if (size === 0) return;
      expect(average).toBeCloseTo((drawn * marked) / size, 9);
      const open = size < 2 ? 0 : (size - drawn) / (size - 1);
      expect(variance).toBeCloseTo(((drawn * marked) / size) * (1 - marked / size) * open, 8);
    }),
  );
});

describe('draws from urns that differ', () => {
  const stratum = fc
    .record({
      size: fc.integer({ min: 0, max: 5 }),
      marked: fc.nat(5),
      drawn: fc.nat(5),
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    })
    .map(({ size, marked: m, drawn: d, share }): Stratum => {
      const [marked, drawn] = [Math.min(m, size), Math.min(d, size)];
      const [least, most] = [Math.max(0, drawn - (size - marked)), Math.min(drawn, marked)];
      return { size, marked, drawn, drawnMarked: least + Math.round(share * (most - least)) };
    });

  /** Marked ones in every outcome, equally likely. */
  const outcomes = (strata: readonly Stratum[]): number[] =>
    strata.reduce<number[]>(
      (sums, { size, marked, drawn }) =>
        subsets(size, drawn).flatMap((who) => sums.map((sum) => sum + who.filter((index) => index < marked).length)),
      [0],
    );

  test('are as likely to be so many as of all outcomes have so many', () => {
    fc.assert(
      fc.property(fc.array(stratum, { maxLength: 4 }), (strata) => {
        const all = outcomes(strata);
        const found = drawnMoreOften(strata);
        const average = all.reduce((sum, count) => sum + count, 0) / all.length;
        expect(found.expected).toBeCloseTo(average, 10);
        expect(found.variance).toBeCloseTo(all.reduce((sum, count) => sum + (count - average) ** 2, 0) / all.length, 9);
        expect(found.pValue).toBeCloseTo(all.filter((count) => count >= found.observed).length / all.length, 10);
      }),
      { numRuns: 60 },
    );
  });

  test('of one urn are Fisher’s exact test', () => {
    const { observed, expected, pValue } = drawnMoreOften([{ size: 30, marked: 12, drawn: 13, drawnMarked: 10 }]);
    expect([observed, expected]).toEqual([10, 5.2]);
    expect(off(pValue, fisherExact({ both: 10, onlyFirst: 2, onlySecond: 3, neither: 15 }))).toBeLessThan(1e-12);
  });

  // E. J. Freireich et al., Blood 21 (1963): weeks in remission; `+` where it lasted on. The figures as R's survdiff() and D. Collett, "Modelling Survival Data in Medical
  // Research", have them: 21 relapses under placebo, 10.75 expected, variance 6.257, chi-squared 16.79.
  const weeks = (text: string): { week: number; relapse: boolean }[] =>
    text.split(' ').map((word) => ({ week: Number.parseInt(word), relapse: !word.endsWith('+') }));
  const placebo = weeks('1 1 2 2 3 4 4 5 5 8 8 8 8 11 11 12 12 15 17 22 23');
  const treated = weeks('6 6 6 6+ 7 9+ 10 10+ 11+ 13 16 17+ 19+ 20+ 22 23 25+ 32+ 32+ 34+ 35+');
  const remission = Array.from({ length: 35 }, (_, index): Stratum => {
    const atRisk = (patients: typeof placebo): number => patients.filter(({ week }) => week > index).length;
    const relapsed = (patients: typeof placebo): number =>
      patients.filter(({ week, relapse }) => relapse && week === index + 1).length;
    return {
      size: atRisk(placebo) + atRisk(treated),
      marked: atRisk(placebo),
      drawn: relapsed(placebo) + relapsed(treated),
      drawnMarked: relapsed(placebo),
    };
  });
  test('are the log-rank test of a published trial', () => {
    const { observed, expected, variance, score } = drawnMoreOften(remission);
    expect(observed).toBe(21);
    expect(expected).toBeCloseTo(10.75, 2);
    expect(variance).toBeCloseTo(6.257, 3);
    expect(score ** 2).toBeCloseTo(16.79, 2);
  });

  test('hardly change where counting gives way to the normal distribution', () => {
    const days = (count: number, often: number): Stratum[] =>
      Array.from({ length: count }, (_, day) => ({ size: 10, marked: 4, drawn: 1, drawnMarked: day < often ? 1 : 0 }));
    for (const above of [0, 10, 20, 30]) {
      const counted = drawnMoreOften(days(400, 160 + above)).pValue;
      const approximated = drawnMoreOften([
        ...days(400, 160 + above),
        { size: 100_000, marked: 1, drawn: 1, drawnMarked: 0 },
      ]).pValue;
      expect(off(approximated, counted)).toBeLessThan(0.08);
    }
  });

  test('say nothing without a choice', () => {
    const nothing = { variance: 0, score: 0, pValue: 1 };
    expect(drawnMoreOften([])).toEqual({ observed: 0, expected: 0, ...nothing });
    expect(drawnMoreOften([{ size: 0, marked: 0, drawn: 0, drawnMarked: 0 }])).toEqual({
      observed: 0,
      expected: 0,
      ...nothing,
    });
    expect(drawnMoreOften([{ size: 3, marked: 2, drawn: 3, drawnMarked: 2 }])).toEqual({
      observed: 2,
      expected: 2,
      ...nothing,
    });
    expect(drawnMoreOften([{ size: 3, marked: 3, drawn: 2, drawnMarked: 2 }])).toEqual({
      observed: 2,
      expected: 2,
      ...nothing,
    });
  });

  test('have to be possible', () => {
    expect(() => drawnMoreOften([{ size: 3, marked: 1, drawn: 2, drawnMarked: 2 }])).toThrow(
      'a whole number from 0 to 1',
    );
    expect(() => drawnMoreOften([{ size: 3, marked: 4, drawn: 2, drawnMarked: 2 }])).toThrow(
      '4 marked and 2 drawn of 3',
    );
    expect(() => drawnMoreOften([{ size: Number.NaN, marked: 0, drawn: 0, drawnMarked: 0 }])).toThrow('is NaN');
    expect(() => drawnMoreOften([{ size: 3, marked: 1, drawn: 1, drawnMarked: 0.5 }])).toThrow(RangeError);
  });
});

describe('the Mann-Whitney test', () => {
  // H. B. Mann & D. R. Whitney (1947), table I: how likely U is at most so much, for samples of 4 and 4, and of 5 and 5.
  test.each([
    [4, 0, 0.014],
    [4, 1, 0.029],
    [4, 3, 0.1],
    [5, 0, 0.004],
    [5, 4, 0.048],
  ])('of two samples of %d has U at most %d with a probability of %d', (size, u, expected) => {
    // The second values are 1 to n but one, which is lifted above so many of the first: U of the first is n² - u.
    const first = Array.from({ length: size }, (_, index) => 100 + index);
    const second = Array.from({ length: size }, (_, index) => index);
    for (let left = u, of = size - 1; left > 0; left -= size, of--) second[of] = 99.5 + Math.min(left, size);
    const found = mannWhitney(first, second);
    expect(found.u).toBe(size * size - u);
    expect(found.pValue).toBeCloseTo(expected, 3);
  });

  // scipy 1.17.1: stats.mannwhitneyu(first, second, alternative='greater'), method 'exact' for the first, else 'asymptotic'.
  test.each([
    [[1.2, 3.4, 2.2, 5.6, 4.1], [0.3, 2.1, 1.9, 3.3], 16, 0.09523809523809523],
    [[3, 4, 4, 5, 5, 6, 7, 7, 8, 9], [1, 2, 3, 3, 4, 4, 5, 6, 6], 70, 0.021644704827995048],
    [
      Array.from({ length: 30 }, (_, i) => ((7 * i) % 31) + ((0.5 * i) % 3) + 5),
      Array.from({ length: 25 }, (_, i) => ((11 * i) % 37) + 0.25),
      431,
      0.17409105822684717,
    ],
  ])('has scipy’s U and p-value', (first, second, u, pValue) => {
    const found = mannWhitney(first, second);
    expect(found.u).toBe(u);
    expect(found.superiority).toBe(u / (first.length * second.length));
    expect(off(found.pValue, pValue)).toBeLessThan(1e-12);
  });

  const sample = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 });
  test('counts the pairs, and turns around', () => {
    fc.assert(
      fc.property(sample, sample, (first, second) => {
        const pairs = first.flatMap((a) => second.map((b) => (a > b ? 1 : a === b ? 0.5 : 0)));
        const found = mannWhitney(first, second);
        expect(found.u).toBe(pairs.reduce<number>((sum, pair) => sum + pair, 0));
        expect(found.superiority + mannWhitney(second, first).superiority).toBeCloseTo(1, 12);
        expect(found.pValue).toBeGreaterThan(0);
        expect(found.pValue).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('counts every order of small samples', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 5 }), fc.nat(), (m, n, pick) => {
        const orders = subsets(m + n, m).map((ranks) => {
          const others = Array.from({ length: m + n }, (_, rank) => rank).filter((rank) => !ranks.includes(rank));
          return { ranks, others, u: ranks.flatMap((rank) => others.filter((other) => other < rank)).length };
        });
        const { ranks, others, u } = orders[pick % orders.length]!;
        const asMany = orders.filter((order) => order.u >= u).length;
        expect(mannWhitney(ranks, others).pValue).toBeCloseTo(asMany / orders.length, 12);
      }),
      { numRuns: 60 },
    );
  });

  // scipy 1.17.1, method 'exact', which of 21 values and 20 is one more than we count: how far off the approximation is, as a share.
  test.each([
    [20, 10, 254, 0.07464178023253322, 0],
    [20, 25, 324, 0.0002652626171511889, 0],
    [21, 10, 274, 0.049004696604657436, -0.0034],
    [21, 25, 344, 0.0001444301285529373, 0.7232],
  ])('of %d values from %d on and 20 has U %d, whose exact p-value is %d', (size, from, u, exact, error) => {
    const first = Array.from({ length: size }, (_, index) => index * 3 + from);
    const second = Array.from({ length: 20 }, (_, index) => index * 3.1 + 0.05);
    const found = mannWhitney(first, second);
    expect(found.u).toBe(u);
    expect(found.pValue / exact - 1).toBeCloseTo(error, 4);
  });

  test('says nothing where there is no pair, or all are equal', () => {
    expect(mannWhitney([], [1])).toEqual({ u: 0, superiority: 0.5, pValue: 1 });
    expect(mannWhitney([], [])).toEqual({ u: 0, superiority: 0.5, pValue: 1 });
    expect(mannWhitney([2, 2], [2, 2, 2])).toEqual({ u: 3, superiority: 0.5, pValue: 1 });
    expect(mannWhitney([Infinity], [Infinity])).toEqual({ u: 0.5, superiority: 0.5, pValue: 1 });
    expect(() => mannWhitney([1], [2, Number.NaN])).toThrow('Value 1 of the second sample is NaN');
  });
});
