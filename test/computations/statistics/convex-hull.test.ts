/** The hull beside d3-polygon's, and its upper edge beside the definition. */
import { polygonHull } from 'd3-polygon';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { convexHull, distanceBelow, upperEdge } from '../../../src/computations/statistics/convex-hull.ts';
import { sortedByX } from '../../../src/computations/statistics/sorted-by-x.ts';
import type { Point } from '../../../src/computations/statistics/convex-hull.ts';

const at = (x: number, y: number): Point => ({ x, y });
const pairs = (points: readonly Point[]): [number, number][] => points.map(({ x, y }) => [x, y]);
const ordered = (points: readonly (readonly [number, number])[]): (readonly [number, number])[] =>
  points.toSorted(([a, b], [c, d]) => a - c || b - d);

/** Many equal, many on a line: a small grid. And few of either. */
const grid = fc.integer({ min: -6, max: 6 });
const far = fc.integer({ min: -1_000_000, max: 1_000_000 });
const points = fc.oneof(
  fc.array(fc.record({ x: grid, y: grid }), { maxLength: 200 }),
  fc.array(fc.record({ x: far, y: far }), { maxLength: 200 }),
);

/** Twice the area, exact for whole numbers: positive where a, b, c turn left. */
const turn = (a: Point, b: Point, c: Point): number => (b.x - a.x) * (c.y - a.y) - (b.y - a.y) * (c.x - a.x);

describe('the hull', () => {
  test('has the corners of d3-polygon’s', () => {
    fc.assert(
      fc.property(points, (all) => {
        const distinct = [...new Map(all.map((point) => [`${point.x} ${point.y}`, point])).values()];
        const peer = polygonHull(pairs(distinct));
        const hull = convexHull(all);
        // d3 has no hull of fewer than three points, and gives points on a line twice.
        if (peer === null) expect(ordered(pairs(hull))).toEqual(ordered(pairs(distinct)));
        else
          expect(ordered(pairs(hull))).toEqual(
            ordered([...new Map(peer.map((pair) => [pair.join(' '), pair])).values()]),
          );
      }),
      { numRuns: 400 },
    );
  });

  test('goes around counter-clockwise from the left-most, turning at each corner, with all points inside', () => {
    fc.assert(
      fc.property(points, (all) => {
        const hull = convexHull(all);
        if (hull.length < 3) return;
        expect(pairs(hull)[0]).toEqual(ordered(pairs(all))[0]);
        for (const [index, corner] of hull.entries()) {
          const [next, afterNext] = [hull[(index + 1) % hull.length]!, hull[(index + 2) % hull.length]!];
          expect(turn(corner, next, afterNext)).toBeGreaterThan(0);
          expect(all.every((point) => turn(corner, next, point) >= 0)).toBe(true);
        }
      }),
    );
  });

  test('of what has no inside is its ends', () => {
    expect(convexHull([])).toEqual([]);
    expect(convexHull([at(1, 2)])).toEqual([at(1, 2)]);
    expect(convexHull(Array.from({ length: 100 }, () => at(1, 2)))).toEqual([at(1, 2)]);
    expect(convexHull([at(2, 2), at(0, 0), at(1, 1), at(2, 2), at(0, 0)])).toEqual([at(0, 0), at(2, 2)]);
    expect(convexHull(Array.from({ length: 100 }, (_, y) => at(3, y)))).toEqual([at(3, 0), at(3, 99)]);
  });

  test('leaves the points as they were, and gives back the very ones', () => {
    const all = [at(5, 5), at(0, 0), at(4, 1), at(0, 5)];
    const copy = [...all];
    expect(convexHull(all).every((corner) => all.includes(corner))).toBe(true);
    expect(all).toEqual(copy);
  });

  test('of fractions sifts none away that it has without sifting', () => {
    const circle = Array.from({ length: 500 }, (_, index) => at(Math.cos(index), Math.sin(index)));
    const inside = Array.from({ length: 500 }, (_, index) => at(0.9 * Math.cos(index * 7), 0.9 * Math.sin(index * 7)));
    const hull = convexHull([...inside, ...circle]);
    expect(hull).toHaveLength(500);
    expect(hull.every((corner) => circle.includes(corner))).toBe(true);
  });

  test('names a point that lies nowhere', () => {
    expect(() => convexHull([at(0, 0), at(1, Number.NaN)])).toThrow('Point 1 of 2 is (1, NaN)');
    expect(() => upperEdge([at(Infinity, 0)])).toThrow(RangeError);
  });
});

describe('the upper edge', () => {
  test('of risks and rewards ends at the highest reward', () => {
    // Below the edge, on it, and right of the highest.
    const all = [at(1, 1), at(1, 2), at(2, 4), at(3, 5), at(4, 6), at(3, 4), at(6, 6), at(7, 1)];
    expect(upperEdge(all)).toEqual([at(1, 2), at(2, 4), at(4, 6)]);
  });

  test('is never below a point, rises, and gets less steep', () => {
    fc.assert(
      fc.property(points, (all) => {
        const edge = upperEdge(all);
        if (all.length === 0) return;
        const [first, last] = [edge[0]!, edge.at(-1)!];
        const left = Math.min(...all.map(({ x }) => x));
        const height = Math.max(...all.map(({ y }) => y));
        expect(first).toEqual(at(left, Math.max(...all.filter(({ x }) => x === left).map(({ y }) => y))));
        expect(last).toEqual(at(Math.min(...all.filter(({ y }) => y === height).map(({ x }) => x)), height));
        for (const [index, corner] of edge.entries()) {
          const [next, afterNext] = [edge[index + 1], edge[index + 2]];
          if (next !== undefined) expect(next.x > corner.x && next.y > corner.y).toBe(true);
          if (next !== undefined && afterNext !== undefined) expect(turn(corner, next, afterNext)).toBeLessThan(0);
        }
        for (const point of all) expect(distanceBelow(edge, point)).toBeGreaterThan(-1e-6);
      }),
    );
  });

  const edge = [at(1, 2), at(2, 4), at(4, 6)];
  test.each([
    [at(1, 2), 0],
    [at(1, 0.5), 1.5],
    [at(1.5, 3), 0],
    [at(3, 1), 4],
    [at(3, 7), -2],
    [at(4, 6), 0],
    [at(9, 5), 1],
    [at(0.5, 0), undefined],
  ])('has %j below it by %d', (point, expected) => {
    expect(distanceBelow(edge, point)).toBe(expected);
  });

  test('of nothing is nothing', () => {
    expect(upperEdge([])).toEqual([]);
    expect(distanceBelow([], at(0, 0))).toBeUndefined();
    expect(distanceBelow([at(2, 2)], at(2, 1))).toBe(1);
  });
});

test('points are sorted as by comparison: uniform, in clusters, equal, above each other', () => {
  const coordinate = fc.oneof(
    fc.double({ min: -1, max: 1, noNaN: true }),
    fc.integer({ min: -3, max: 3 }),
    fc.double({ min: -1e300, max: 1e300, noNaN: true }),
  );
  fc.assert(
    fc.property(
      fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 40 }),
      (few, times) => {
        const all = Array.from({ length: times }, (_, round) =>
          few.map(({ x, y }) => at(x + round / 7, y - round)),
        ).flat();
        expect(sortedByX(all)).toEqual(all.toSorted((a, b) => a.x - b.x || a.y - b.y));
      },
    ),
  );
});
