import { describe, expect, test } from 'vitest';
import { reportPicture } from '../../../src/cli/pictures/report-picture.ts';
import { type GridAnswer, RUNNING } from '../../../src/mill/answers/grid.ts';
import { STATE_MARKS } from '../../../src/mill/answers/state-marks.ts';
import { STANDS } from '../../../src/mill/planning/report.ts';
import { addDays, type Day } from '../../../src/values/date.ts';
import { assertWellFormed } from '../../support/well-formed.ts';

const FROM: Day = '2024-01-01';
const [FAILED, UP_TO_DATE] = [STANDS.indexOf('failed'), STANDS.indexOf('upToDate')];

const gridOf = (computations: readonly string[], days: number, states: Iterable<number>): GridAnswer => ({
  sequence: 1,
  from: FROM,
  to: addDays(FROM, days - 1),
  computations,
  states: Uint8Array.from(states),
});

/** Widths of a state's stretches, row by row. */
function widthsOf(svg: string, state: string): number[] {
  return [...svg.matchAll(new RegExp(`<path class="${state}" d="([^"]+)"`, 'g'))].map(([, d = '']) =>
    [...d.matchAll(/h(\d[\d.]*)v/g)].reduce((sum, [, width]) => sum + Number(width), 0),
  );
}

describe('a report as a picture', () => {
  test('has every cell in its state, whatever the reason in its upper half, and the legend counts them', () => {
    const states = [0, 1, 2, 3, 4, 5, 6, 7, RUNNING, 15, 0xa2, 0x17];
    const svg = reportPicture({ grid: gridOf(['a', 'b'], 6, states), from: FROM, project: 'shop' });
    assertWellFormed(svg);
    const perCell = 16;
    expect(widthsOf(svg, 'failed')).toEqual([perCell, perCell]);
    expect(widthsOf(svg, 'upToDate')).toEqual([2 * perCell]);
    for (const [state, { word }] of Object.entries(STATE_MARKS)) {
      const count = state === 'failed' || state === 'upToDate' ? 2 : 1;
      expect(svg).toContain(`>${count} ${word}<`);
      expect(svg).toContain(`--${state}:`);
    }
    expect(svg).toContain('shop: 2 computations, 2024-01-01 … 2024-01-06 (UTC)');
    expect(svg).toContain('<title>a</title>');
  });

  test('draws the days and the computations that are asked for', () => {
    const states = [FAILED, 7, 7, FAILED, 7, 7];
    const grid = gridOf(['a', 'b'], 3, states);
    const svg = reportPicture({ grid, from: '2024-01-02', only: new Set(['b']), project: '' });
    expect(svg).toContain('>1 computation, 2024-01-02 … 2024-01-03 (UTC)<');
    expect(svg).toContain('>2 up to date<');
    expect(svg).not.toContain('failed<');
    expect(svg).not.toContain('<title>a</title>');
  });

  test('where days share a pixel, the one that failed is seen', () => {
    const days = 5_000;
    const states = new Uint8Array(days).fill(UP_TO_DATE);
    states[2_501] = FAILED;
    const svg = reportPicture({ grid: gridOf(['a'], days, states), from: FROM, project: '' });
    expect(widthsOf(svg, 'failed')[0]).toBeGreaterThanOrEqual(1);
    expect(svg).toContain('>1 failed<');
  });

  test('a calm million cells take kilobytes, and a noisy one no more than its stretches', () => {
    const names = Array.from({ length: 1_000 }, (_, row) => `c${row}`);
    const states = new Uint8Array(1_000_000).fill(UP_TO_DATE);
    const calm = reportPicture({ grid: gridOf(names, 1_000, states), from: FROM, project: '' });
    expect(calm.length).toBeLessThan(120_000);
    for (let at = 0; at < states.length; at += 997) states[at] = FAILED;
    const noisy = reportPicture({ grid: gridOf(names, 1_000, states), from: FROM, project: '' });
    expect(noisy.length - calm.length).toBeLessThan(1_004 * 100);
    expect(widthsOf(noisy, 'failed').length).toBeGreaterThan(900);
  });

  test('what is not in a name that XML takes is written so that it stays text', () => {
    const svg = reportPicture({ grid: gridOf(['a'], 1, [7]), from: FROM, project: '<b>&"\u0001' });
    assertWellFormed(svg);
    expect(svg).toContain('&lt;b&gt;&amp;&quot;\uFFFD: 1 computation');
  });

  test('nothing selected is a picture that says so', () => {
    const svg = reportPicture({ grid: gridOf(['a'], 1, [7]), from: FROM, only: new Set(), project: '' });
    assertWellFormed(svg);
    expect(svg).toContain('>0 computations, 2024-01-01 (UTC)<');
  });
});
