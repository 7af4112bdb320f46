/** Frames: where values lie in them, and what is written beside. */
import { expect, test } from 'vitest';
import { valueScale } from '../../../src/cli/pictures/axis.ts';
import { frameOf } from '../../../src/cli/pictures/frame.ts';
import { assertWellFormed } from '../../support/well-formed.ts';

const BOX = { left: 100, right: 300, top: 10, bottom: 110 };

test('the ends of a scale are the edges of the box, more is up and to the right', () => {
  const { x, y } = frameOf(BOX, { least: -1, most: 3, ticks: [] }, { least: 0, most: 50, ticks: [] });
  expect([-1, 0, 3].map(x)).toEqual([100, 150, 300]);
  expect([0, 10, 50].map(y)).toEqual([110, 90, 10]);
});

test('a scale may run the other way, as rows of a table do', () => {
  const { y } = frameOf(BOX, valueScale([0, 1]), { least: 4, most: 0, ticks: [] });
  expect([0, 1, 4].map(y)).toEqual([10, 35, 110]);
});

test('each tick has its text: values to the left, the others below, from the tick on or around it', () => {
  const [across, up] = [valueScale([0, 2], 2), valueScale([0, 40], 4)];
  for (const anchor of ['start', 'middle'] as const) {
    const { children } = frameOf(BOX, across, up, anchor);
    assertWellFormed(children.join(''));
    const written = children.map((child) => />([^<>]+)<\/text>/.exec(child)?.[1]);
    expect(written).toEqual(['0', '10', '20', '30', '40', '0', '1', '2']);
    expect(children.filter((child) => child.includes('text-anchor="end"'))).toHaveLength(5);
    expect(children.filter((child) => child.includes('text-anchor="middle"'))).toHaveLength(
      anchor === 'middle' ? 3 : 0,
    );
  }
});
