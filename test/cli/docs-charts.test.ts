/** Charts of families: what is kept is a picture for everybody, and what they are drawn with does not drift. */
import * as fc from 'fast-check';
import { readFileSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { areaTo, blocks, dots, key, line, pathOf, percent, type Point } from '../../.ci/charts/marks.ts';
import { FIGURES, FOLDERS } from '../../.ci/computations.ts';
import { escaped, titleOf } from '../../src/cli/pictures/svg.ts';
import { assertWellFormed } from '../support/well-formed.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe.each(FOLDERS.map((folder) => basename(folder)))('the chart of %s', (family) => {
  const svg = readFileSync(join(ROOT, FIGURES, `${family}.svg`), 'utf8');

  test('says what it is and what is seen, and needs nothing beside it', () => {
    assertWellFormed(svg);
    expect(titleOf(svg)?.length).toBeGreaterThan(20);
    expect(/<desc id="desc">([^<]{80,})<\/desc>/.test(svg)).toBe(true);
    expect(svg).toContain('aria-labelledby="title" aria-describedby="desc"');
    expect(svg).toContain('prefers-color-scheme:dark');
    expect(svg.match(/font:[^;}]*/g)).toEqual(['font:11px system-ui,sans-serif']);
    expect(svg.replace('xmlns="http://www.w3.org/2000/svg"', '')).not.toMatch(/https?:|href|url\(|@font-face/);
  });

  test('is small, and has no digits that another machine would write otherwise', () => {
    expect(svg.length).toBeLessThan(16_000);
    expect(svg.match(/\d\.\d{3,}/g)).toBeNull();
    expect(svg).toContain('viewBox="0 0 720 ');
  });
});

describe('marks', () => {
  const coordinate = fc.double({ min: -1_000, max: 1_000, noNaN: true });
  const points = fc.array(fc.record({ x: coordinate, y: coordinate }), { minLength: 1, maxLength: 60 });

  test('a path is at each of its points, to a twentieth of a pixel, however long it is', () => {
    fc.assert(
      fc.property(points, (all) => {
        let [x, y] = [0, 0];
        const places = [...pathOf(all).matchAll(/[Ml](-?[\d.]+)[ ]?(-?[\d.]+)/g)].map(([, dx, dy]): Point => {
          [x, y] = [x + Number(dx), y + Number(dy)];
          return { x, y };
        });
        expect(places).toHaveLength(all.length);
        for (const [at, place] of places.entries()) {
          expect(Math.abs(place.x - (all[at] as Point).x)).toBeLessThan(0.0501);
          expect(Math.abs(place.y - (all[at] as Point).y)).toBeLessThan(0.0501);
        }
      }),
    );
  });

  test('what differs in the last digits of a double is drawn by the same bytes', () => {
    const all = Array.from({ length: 50 }, (_, at) => ({ x: at / 3, y: 100 * Math.sin(at) }));
    const almost = all.map(({ x, y }) => ({ x: x * (1 + 1e-13), y: y * (1 - 1e-13) }));
    for (const draw of [pathOf, (some: Point[]) => dots(some, 'blue', 3), (some: Point[]) => areaTo(some, 7, 'red', 1)])
      expect(draw(almost)).toBe(draw(all));
  });

  test('nothing to draw is no broken picture', () => {
    for (const mark of [
      line([], 'blue'),
      dots([], 'blue', 3),
      blocks([], 'red'),
      areaTo([], 5, 'red', 1),
      key([], 100, 9),
    ])
      assertWellFormed(`<g>${mark}</g>`);
    expect(percent([]).ticks.length).toBeGreaterThan(1);
  });
});

test('a title is read as it was written', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (text) => {
      const trimmed = escaped(text).trim();
      expect(titleOf(`<svg><title id="t">${trimmed}</title></svg>`)).toBe(
        trimmed === ''
          ? undefined
          : text
              .toWellFormed()
              .replace(/[^\P{Cc}\t\n\r]|[\uFFFE\uFFFF]/gu, '\uFFFD')
              .trim(),
      );
    }),
  );
  expect(titleOf('<svg/>')).toBeUndefined();
});
