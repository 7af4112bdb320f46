import { expect, test } from 'vitest';
import { cameraOf, cameraText, fitted, moved, viewBox, zoomed } from '../../../src/dashboard/lineage/camera.ts';

const ROOM = { width: 800, height: 400 };

test('all of a drawing fits, in the middle, and a small one is hardly enlarged', () => {
  expect(fitted({ width: 1_600, height: 400 }, ROOM)).toEqual({ x: 0, y: -200, scale: 0.5 });
  expect(fitted({ width: 80, height: 40 }, ROOM).scale).toBeLessThan(1.2);
  expect(viewBox(fitted({ width: 1_600, height: 400 }, ROOM), ROOM)).toBe('0.0 -200.0 1600.0 800.0');
});

test('on a small screen what can be read is shown, around what is asked for', () => {
  const phone = { width: 350, height: 400 };
  const { x, scale } = fitted({ width: 1_400, height: 300 }, phone, { x: 1_000, y: 100 });
  expect(scale).toBe(0.7);
  expect(x + phone.width / scale / 2).toBeCloseTo(1_000);
  expect(fitted({ width: 1_400, height: 300 }, phone).x).toBe(0);
  expect(fitted({ width: 1_400, height: 300 }, phone, { x: 1_399, y: 0 }).x).toBe(1_400 - phone.width / 0.7);
});

test('what is under the pointer stays there, whatever the zoom', () => {
  const camera = { x: 10, y: 20, scale: 0.5 };
  const at = { x: 300, y: 100 };
  for (const factor of [2, 0.5, 100, 0.001]) {
    const next = zoomed(camera, factor, at);
    expect(next.x + at.x / next.scale).toBeCloseTo(camera.x + at.x / camera.scale);
    expect(next.y + at.y / next.scale).toBeCloseTo(camera.y + at.y / camera.scale);
    expect(next.scale).toBeGreaterThan(0.05);
    expect(next.scale).toBeLessThan(4);
  }
});

test('dragging to the right shows what is left of it', () => {
  expect(moved({ x: 10, y: 20, scale: 0.5 }, 5, -5)).toEqual({ x: 0, y: 30, scale: 0.5 });
});

test('a link has it, and what no link of ours has is nothing', () => {
  expect(cameraOf(cameraText({ x: 10.4, y: -3, scale: 0.5 }))).toEqual({ x: 10, y: -3, scale: 0.5 });
  for (const text of [null, '', '1,2', 'a,b,c', '1,2,0', '1,2,1e9']) expect(cameraOf(text)).toBeUndefined();
});
