/** Where rows lie, which part is seen, what a pixel shows, which days are named: the arithmetic of the grid. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cameraOf, cameraText, fit, within, zoom } from '../../../src/dashboard/grid/camera.ts';
import { nextFailure } from '../../../src/dashboard/grid/next-failure.ts';
import { abgr, statePalette } from '../../../src/dashboard/grid/palette.ts';
import { pool } from '../../../src/dashboard/grid/pool.ts';
import { fittingHeight, groupLabels, layoutOf, placeAt, type Rows, rowsOf } from '../../../src/dashboard/grid/rows.ts';
import { ticksOf } from '../../../src/dashboard/grid/ruler.ts';

const known = [
  { name: 'z', category: 'risk', pass: 1, keyed: false, needs: [] },
  { name: 'a', category: 'risk', pass: 2, keyed: false, needs: [] },
  { name: 'b', category: 'airports', pass: 1, keyed: false, needs: [] },
];
const many = (count: number): Rows => ({
  order: Array.from({ length: count }, (_, at) => at),
  groups: [{ title: 'all', first: 0, count }],
});

describe('rows', () => {
  test('are in order of passes and categories; what nobody knows comes last', () => {
    const { order, groups } = rowsOf(['gone', 'a', 'b', 'z'], known);
    expect(order).toEqual([2, 3, 1, 0]);
    expect(groups.map(({ title, count }) => `${title}: ${count}`)).toEqual([
      'pass 1 · airports: 1',
      'pass 1 · risk: 1',
      'pass 2 · risk: 1',
      'unknown: 1',
    ]);
  });

  test.each([0.5, 3, 11, 22])('are found by where they are drawn, at %s pixels', (height) => {
    const rows = rowsOf(['gone', 'a', 'b', 'z'], known);
    const layout = layoutOf(rows, height);
    for (const place of rows.order.keys()) expect(placeAt(layout, (layout.tops[place] ?? 0) + height / 2)).toBe(place);
    expect(placeAt(layout, layout.height + 1)).toBeUndefined();
    expect(placeAt(layout, -1)).toBeUndefined();
  });

  test('fit in the room that there is, with their names where that goes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_000 }), fc.integer({ min: 100, max: 2_000 }), (count, room) => {
        const rows = many(count);
        expect(layoutOf(rows, fittingHeight(rows, room)).height).toBeLessThanOrEqual(room + 0.001);
      }),
    );
    expect(layoutOf(many(20), fittingHeight(many(20), 800)).titles).toHaveLength(1);
    expect(layoutOf(many(200), fittingHeight(many(200), 800)).titles).toHaveLength(0);
  });

  test('too low to be named are named by groups, each within its own rows, as many as there is room for', () => {
    const groups = Array.from({ length: 100 }, (_, at) => ({ title: `group ${at}`, first: at * 10, count: 10 }));
    const rows = { ...many(1_000), groups };
    fc.assert(
      fc.property(fc.double({ min: 0.3, max: 9, noNaN: true }), fc.nat(99), (rowHeight, percent) => {
        const layout = layoutOf(rows, rowHeight);
        const y = (Math.max(0, layout.height - 200) * percent) / 100;
        const labels = groupLabels(rows, layout, { y, height: 800 });
        expect(labels.length).toBeGreaterThan(0);
        for (const [at, label] of labels.entries()) {
          const place = placeAt(layout, label.y + y + rowHeight / 2) ?? -1;
          expect(`group ${Math.floor(place / 10)}`).toBe(label.title);
          expect(label.y - (labels[at - 1]?.y ?? -16)).toBeGreaterThanOrEqual(16);
        }
      }),
    );
  });
});

describe('a camera', () => {
  const room = { width: 1_000, height: 800 };
  const rows = many(1_000);
  const whole = { rows, days: 1_000, room };

  test('that zooms keeps what is under the pointer, as far as there is something beside it', () => {
    fc.assert(
      fc.property(fc.double({ min: 1.1, max: 8, noNaN: true }), fc.integer({ min: 0, max: 999 }), (factor, x) => {
        const before = fit(rows, 1_000, room);
        const after = zoom(before, factor, { x, y: 0 }, whole);
        const column = (camera: typeof before): number => (camera.x + x) / camera.cellWidth;
        expect(column(after)).toBeCloseTo(column(before), 6);
      }),
    );
  });

  test('never leaves the grid, nor shows less than all in more room than it takes', () => {
    const far = within({ cellWidth: 10, rowHeight: 20, x: 1e9, y: -5 }, rows, 1_000, room);
    expect(far).toMatchObject({ x: 9_000, y: 0 });
    const least = fit(rows, 1_000, room);
    expect(zoom(least, 0.1, { x: 5, y: 5 }, whole)).toEqual(least);
  });

  test('is in the link as it is; what is no camera is none', () => {
    const camera = { cellWidth: 12.5, rowHeight: 20, x: 300, y: 40 };
    expect(cameraOf(cameraText(camera, fit(rows, 1_000, room)) ?? '')).toEqual(camera);
    expect(cameraText(fit(rows, 1_000, room), fit(rows, 1_000, room))).toBeUndefined();
    for (const text of [null, '', 'x', '1,2,3', '0,1,1,1', '1,NaN,0,0']) expect(cameraOf(text)).toBeUndefined();
  });
});

test('a pixel shows the worst of its cells, and what is not asked for only where nothing else is', () => {
  const states = Uint8Array.from([7, 7, 7, 2, 0, 7, 7, 7]);
  const shown = (only: readonly string[]) => {
    const palette = statePalette('outcome', { isDark: false, ground: '#ffffff', only: new Set(only) });
    const pixels = new Uint32Array(2);
    pool(
      pixels,
      2,
      { bytes: states, days: 4, order: [0, 1], palette },
      {
        columns: (x) => [x * 2, x * 2 + 2],
        rows: () => [0, 2],
      },
    );
    return [...pixels].map((colour) => [...palette.colours].indexOf(colour) & 15);
  };
  expect(shown([])).toEqual([0, 2]);
  expect(shown(['upToDate'])).toEqual([7, 7]);
});

test('a colour is read as a style sheet says it, also minified', () => {
  expect([abgr('#ffffff'), abgr('#fff'), abgr('#0cf'), abgr('#10161d')]).toEqual([
    0xffffffff, 0xffffffff, 0xffffcc00, 0xff1d1610,
  ]);
});

test('the ruler names years, months and days, as far as there is room, and none twice', () => {
  const texts = (cellWidth: number, days: number): string[] =>
    ticksOf('2024-02-28', 0, days - 1, cellWidth).map(({ text }) => text);
  expect(texts(40, 4)).toEqual(['Feb 2024', 'Mar', '2']);
  expect(texts(4, 120)).toContain('Apr');
  expect(texts(0.4, 3_000)).toEqual(expect.arrayContaining(['Jan 2025', 'Jan 2026']));
  fc.assert(
    fc.property(fc.double({ min: 0.05, max: 64, noNaN: true }), (cellWidth) => {
      const ticks = ticksOf('2024-02-28', 0, 1_999, cellWidth);
      for (const [at, tick] of ticks.entries()) {
        const before = ticks[at - 1];
        if (before !== undefined)
          expect((tick.column - before.column) * cellWidth).toBeGreaterThan(before.text.length * 5);
      }
    }),
  );
});

test('the next failure is of the day after, from above; there may be none', () => {
  const grid = {
    sequence: 1,
    from: '2024-01-01',
    to: '2024-01-03',
    computations: ['a', 'b'],
    days: 3,
    states: Uint8Array.from([7, 2, 2, 7, 2, 7]),
  };
  const rows = many(2);
  expect(nextFailure({ grid, rows }, undefined, 1)).toEqual({ place: 0, column: 1 });
  expect(nextFailure({ grid, rows }, { place: 0, column: 1 }, 1)).toEqual({ place: 1, column: 1 });
  expect(nextFailure({ grid, rows }, { place: 0, column: 2 }, 1)).toBeUndefined();
  expect(nextFailure({ grid, rows }, { place: 0, column: 1 }, -1)).toBeUndefined();
});
