/** Least squares, to the digits that NIST certifies. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { leastSquares } from '../../../src/computations/statistics/least-squares.ts';
import { linearFit } from '../../../src/computations/statistics/linear-fit.ts';
import { digitsAgreeing, readRegression } from './nist.ts';

describe('NIST’s linear regressions', () => {
  // Digits of 15 that agree, at least: of coefficients, of their standard errors, of the residuals' deviation, and of R². The powers of Filip's x, to the tenth, are
  // rounded before we see them, and nearly dependent: so much comes from their last digit. The same, by less, of Pontius' and Wampler2's decimals.
  test.each([
    ['Norris', 'norris', 13, 14, 14, 15],
    ['Pontius', 'pontius', 12.9, 13, 13, 15],
    ['NoInt1', 'no-int-1', 14.5, 14.8, 14.8, 15],
    ['NoInt2', 'no-int-2', 14.8, 14.5, 14.8, 15],
    ['Filip', 'filip', 7.3, 7, 9.3, 11.5],
    ['Longley', 'longley', 14.3, 14.3, 14.8, 15],
    ['Wampler1', 'wampler-1', 15, 15, 15, 15],
    ['Wampler2', 'wampler-2', 13, 14.8, 14.8, 15],
    ['Wampler3', 'wampler-3', 14.8, 13.6, 14.6, 15],
    ['Wampler4', 'wampler-4', 14.8, 13.6, 14.6, 15],
    ['Wampler5', 'wampler-5', 14.8, 13.6, 14.6, 13.5],
  ])('%s', (_, name, ofCoefficients, ofErrors, ofDeviation, ofShare) => {
    const certified = readRegression(name);
    const fit = leastSquares(certified.design, certified.y);
    expect(digitsAgreeing(fit?.coefficients ?? [], certified.coefficients)).toBeGreaterThanOrEqual(ofCoefficients);
    expect(digitsAgreeing(fit?.standardErrors ?? [], certified.standardErrors)).toBeGreaterThanOrEqual(ofErrors);
    expect(
      digitsAgreeing([fit?.residualDeviation ?? Number.NaN], [certified.residualDeviation]),
    ).toBeGreaterThanOrEqual(ofDeviation);
    expect(digitsAgreeing([fit?.rSquared ?? Number.NaN], [certified.rSquared])).toBeGreaterThanOrEqual(ofShare);
    expect(fit?.degreesOfFreedom).toBe(certified.y.length - certified.coefficients.length);
  });
});

const row = fc.tuple(
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.double({ min: -10, max: 10, noNaN: true }),
  fc.double({ min: -10, max: 10, noNaN: true }),
);
const rows = fc.array(row, { minLength: 5, maxLength: 30 });

describe('a fit', () => {
  test('leaves residuals that say nothing more of y: at right angles to every column', () => {
    fc.assert(
      fc.property(rows, (data) => {
        const design = data.map(([a, b]) => [1, a, b]);
        const fit = leastSquares(
          design,
          data.map(([, , y]) => y),
        );
        if (fit === undefined) return;
        const residuals = data.map(([a, b, y]) => {
          const [c0, c1, c2] = fit.coefficients as [number, number, number];
          return y - c0 - c1 * a - c2 * b;
        });
        // Small columns have large coefficients, whose rounding remains.
        const size = Math.max(...fit.coefficients.map(Math.abs), 1);
        for (const column of [0, 1, 2]) {
          const product = residuals.reduce((sum, value, index) => sum + value * design[index]![column]!, 0);
          expect(Math.abs(product) / size).toBeLessThan(1e-9);
        }
        expect(fit.rSquared).toBeGreaterThan(-1e-9);
        expect(fit.rSquared).toBeLessThanOrEqual(1);
      }),
    );
  });

  test('on a constant and one variable is the line of linearFit', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -99, max: 99 }), fc.integer({ min: -99, max: 99 })), { minLength: 3 }),
        (data) => {
          const line = linearFit(data.map(([x, y]) => ({ x, y })));
          const fit = leastSquares(
            data.map(([x]) => [1, x]),
            data.map(([, y]) => y),
          );
          if (line === undefined || fit === undefined) return;
          expect(fit.coefficients[1]).toBeCloseTo(line.slope, 9);
          expect(fit.rSquared).toBeCloseTo(line.correlation ** 2, 9);
        },
      ),
    );
  });

  test('scales with its columns', () => {
    const design = [
      [1, 2, 7],
      [1, 4, 1],
      [1, 5, 5],
      [1, 9, 2],
      [1, 11, 3],
    ];
    const y = [1, 3, 2, 8, 4];
    const fit = leastSquares(design, y);
    const scaled = leastSquares(
      design.map(([one, a, b]) => [one!, a! * 2 ** 40, b! / 2 ** 40]),
      y,
    );
    expect(scaled?.coefficients).toEqual([
      fit?.coefficients[0],
      fit!.coefficients[1]! / 2 ** 40,
      fit!.coefficients[2]! * 2 ** 40,
    ]);
    expect(scaled?.rSquared).toBe(fit?.rSquared);
  });
});

describe('there is no fit', () => {
  test('to no more rows than columns', () => {
    expect(leastSquares([], [])).toBeUndefined();
    expect(leastSquares([[1]], [3])).toBeUndefined();
    expect(
      leastSquares(
        [
          [1, 2],
          [1, 3],
        ],
        [3, 4],
      ),
    ).toBeUndefined();
    expect(leastSquares([[], [], []], [1, 2, 3])).toBeUndefined();
    const mean = leastSquares([[1], [1]], [3, 5]);
    expect(mean?.coefficients[0]).toBeCloseTo(4, 14);
    expect(mean?.standardErrors[0]).toBeCloseTo(1, 14);
    expect(mean?.rSquared).toBe(0);
  });

  test('where a column follows from others', () => {
    expect(
      leastSquares(
        [
          [1, 0],
          [2, 0],
          [3, 0],
        ],
        [1, 2, 3],
      ),
    ).toBeUndefined();
    fc.assert(
      fc.property(rows, (data) => {
        const design = data.map(([a, b]) => [1, a, b, 3 * a - b + 0.7]);
        expect(
          leastSquares(
            design,
            data.map(([, , y]) => y),
          ),
        ).toBeUndefined();
      }),
    );
  });

  test('but there is to a variable that hardly varies', () => {
    const fit = leastSquares(
      [1, 2, 3, 4].map((x) => [1, 1e6 + x / 1000]),
      [2, 4, 6, 8],
    );
    expect(fit?.coefficients[1]).toBeCloseTo(2000, 3);
  });

  test('of a y that does not vary is there anything to explain', () => {
    const fit = leastSquares(
      [
        [1, 1],
        [1, 2],
        [1, 4],
      ],
      [0, 0, 0],
    );
    expect(fit).toEqual({
      coefficients: [0, 0],
      standardErrors: [0, 0],
      residualDeviation: 0,
      degreesOfFreedom: 1,
      rSquared: 0,
    });
  });

  test('to what is no number, or is missing', () => {
    expect(() =>
      leastSquares(
        [
          [1, 2],
          [1, Number.NaN],
          [1, 3],
        ],
        [1, 2, 3],
      ),
    ).toThrow('Row 1 of the design has NaN');
    expect(() => leastSquares([[1], [1]], [1, Infinity])).toThrow('Row 1 of y has Infinity');
    expect(() => leastSquares([[1, 2], [1], [1, 3]], [1, 2, 3])).toThrow(
      'Row 1 of the design has 1 numbers, row 0 has 2',
    );
    expect(() => leastSquares([[1], [1]], [1])).toThrow('2 rows of a design for 1 values of y');
  });
});
