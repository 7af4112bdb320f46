/** The normal and Student's distribution, against tables and forty digits. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { normalCdf, normalQuantile } from '../../../src/computations/statistics/normal.ts';
import { studentTCdf } from '../../../src/computations/statistics/student-t.ts';

/** How far off, as a share of what is expected. */
const off = (found: number, expected: number): number => Math.abs(found - expected) / Math.abs(expected);

describe('the normal distribution', () => {
  // mpmath 1.4.1 at 40 digits: ncdf(z).
  test.each([
    [0, 0.5],
    [0, 0.5],
    [-0.1, 0.460172162722971],
    [0.5, 0.6914624612740131],
    [-1, 0.15865525393145705],
    [1.96, 0.9750021048517795],
    [-2.49, 0.006387154764943173],
    [-2.51, 0.0060365580804126635],
    [2.51, 0.9939634419195873],
    [-3, 0.0013498980316300946],
    [-5, 2.866515718791939e-7],
    [5, 0.9999997133484281],
    [-10, 7.619853024160525e-24],
    [-30, 4.906713927148187e-198],
    [-38, 2.88542835e-316],
  ])('has below %d a share of %d', (z, expected) => {
    expect(off(normalCdf(z), expected)).toBeLessThan(2e-14);
  });

  // mpmath 1.4.1 at 60 digits and more: the root of ncdf(z) - p.
  test.each([
    [1e-300, -37.0470962993612],
    [1e-20, -9.262340089798407],
    [1e-5, -4.264890793922825],
    [0.01, -2.326347874040841],
    [0.025, -1.9599639845400543],
    [0.25, -0.6744897501960817],
    [0.499999, -2.5066282745665593e-6],
    [0.5000001, 2.506628273311648e-7],
    [0.6, 0.2533471031357997],
    [0.975, 1.9599639845400538],
    [0.9999999, 5.199337582290661],
  ])('has a share of %d below %d', (probability, expected) => {
    expect(off(normalQuantile(probability), expected)).toBeLessThan(1e-14);
  });

  test('has no digit less where the middle meets the tail', () => {
    for (const z of [-2.5, 2.5]) expect(off(normalCdf(z - 1e-15), normalCdf(z + 1e-15))).toBeLessThan(3e-14);
  });

  test('is found again by its quantiles', () => {
    fc.assert(
      fc.property(fc.double({ min: 1e-300, max: 1 - 1e-16, noNaN: true }), (probability) => {
        expect(off(normalCdf(normalQuantile(probability)), probability)).toBeLessThan(1e-12);
      }),
    );
  });

  test('has ends', () => {
    expect([normalCdf(-Infinity), normalCdf(0), normalCdf(Infinity)]).toEqual([0, 0.5, 1]);
    expect([normalQuantile(0), normalQuantile(0.5), normalQuantile(1)]).toEqual([-Infinity, 0, Infinity]);
    for (const wrong of [-0.1, 1.1, Number.NaN]) expect(normalQuantile(wrong)).toBeNaN();
    expect(normalCdf(Number.NaN)).toBeNaN();
  });
});

describe('Student’s distribution', () => {
  // mpmath 1.4.1 at 40 digits: betainc(n/2, 1/2, 0, n/(n+t²), regularized)/2, as which scipy 1.17.1 defines stats.t.cdf.
  test.each([
    [-0.5, 4999, 0.3085485426277291],
    [-2, 4999, 0.02277713539534869],
    [2, 4999, 0.9772228646046514],
    [-5, 4999, 2.964493591210701e-7],
    [-30, 4999, 2.8643941958686196e-182],
    [-0.5, 5000, 0.3085485404270169],
    [-2, 5000, 0.022777129994146987],
    [2, 5000, 0.9772228700058531],
    [-5, 5000, 2.9644737295606597e-7],
    [-30, 5000, 2.845829058930851e-182],
    [-0.5, 0.5, 0.3786590364647183],
    [-2, 0.5, 0.22275744509156561],
    [2, 0.5, 0.7772425549084344],
    [-5, 0.5, 0.1429957015794294],
    [-30, 0.5, 0.058546841490053445],
    [-0.5, 1, 0.35241638234956674],
    [-2, 1, 0.14758361765043326],
    [2, 1, 0.8524163823495667],
    [-5, 1, 0.06283295818900118],
    [-30, 1, 0.010606402405535424],
    [-0.5, 3, 0.3257239824240755],
    [-2, 3, 0.0696629842794216],
    [2, 3, 0.9303370157205784],
    [-5, 3, 0.007696219036651151],
    [-30, 3, 4.0676402135819796e-5],
    [-0.5, 4.5, 0.3202747510370236],
    [-2, 4.5, 0.054128953590562516],
    [2, 4.5, 0.9458710464094375],
    [-5, 4.5, 0.0027381791797599503],
    [-30, 4.5, 1.1719871493942602e-6],
    [-0.5, 10, 0.31394680287148646],
    [-2, 10, 0.03669401738537018],
    [2, 10, 0.9633059826146299],
    [-5, 10, 0.0002686668013782263],
    [-30, 10, 1.980896171015662e-11],
    [-0.5, 58, 0.3094834255283185],
    [-2, 58, 0.02509523402072417],
    [2, 58, 0.9749047659792758],
    [-5, 58, 2.809210348632725e-6],
    [-30, 58, 2.571772134436976e-37],
    [-0.5, 1000, 0.3085925404169374],
    [-2, 1000, 0.02288517324662582],
    [2, 1000, 0.9771148267533741],
    [-5, 1000, 3.3836281823243153e-7],
    [-30, 1000, 7.687343722021741e-142],
    [-0.5, 1000000, 0.30853759373618567],
    [-2, 1000000, 0.022750266925659603],
    [2, 1000000, 0.9772497330743404],
    [-5, 1000000, 2.866998935445371e-7],
    [-30, 1000000, 6.010047116831719e-198],
  ])('has below %d, at %d degrees of freedom, a share of %d', (t, degreesOfFreedom, expected) => {
    expect(off(studentTCdf(t, degreesOfFreedom), expected)).toBeLessThan(1e-11);
  });

  // R. A. Fisher & F. Yates, "Statistical Tables" (1963), table III: two-sided 5 % and 1 %.
  test.each([
    [12.706, 1, 0.975],
    [2.228, 10, 0.975],
    [2.042, 30, 0.975],
    [63.657, 1, 0.995],
    [2.75, 30, 0.995],
  ])('has %d as a limit in the tables', (t, degreesOfFreedom, expected) => {
    expect(studentTCdf(t, degreesOfFreedom)).toBeCloseTo(expected, 4);
  });

  test('of one degree is Cauchy’s, of two has a formula', () => {
    fc.assert(
      fc.property(fc.double({ min: -1e6, max: 1e6, noNaN: true }), (t) => {
        const cauchy = t < 0 ? Math.atan2(1, -t) / Math.PI : 1 - Math.atan2(1, t) / Math.PI;
        expect(off(studentTCdf(t, 1), cauchy)).toBeLessThan(1e-12);
        expect(studentTCdf(t, 2)).toBeCloseTo(0.5 + t / (2 * Math.sqrt(2 + t * t)), 12);
      }),
    );
  });

  test('becomes the normal one', () => {
    for (const t of [-8, -2, 0.5, 3]) expect(off(studentTCdf(t, 1e14), normalCdf(t))).toBeLessThan(1e-10);
    expect(studentTCdf(-2, Infinity)).toBe(normalCdf(-2));
  });

  test('has ends, and needs degrees of freedom', () => {
    expect([studentTCdf(-Infinity, 3), studentTCdf(0, 3), studentTCdf(Infinity, 3)]).toEqual([0, 0.5, 1]);
    expect(studentTCdf(-1e200, 2)).toBe(0);
    expect(studentTCdf(Infinity, 1e6)).toBe(1);
    for (const wrong of [0, -1, Number.NaN]) expect(studentTCdf(1, wrong)).toBeNaN();
    expect(studentTCdf(Number.NaN, 5)).toBeNaN();
  });
});
