/** How much of a container V8's heap may take. */
import { expect, test } from 'vitest';
import { heapOf, memoryFlags } from '../../src/deploy/services.ts';

test.each([
  // Half at least, and 65 % at most; between, what is left beside 224 MB.
  [256, 128],
  [512, 288],
  [1_024, 665],
  [2_048, 1_331],
])('a container of %d MB has a heap of %d', (memoryMB, heapMB) => {
  expect(heapOf({ memoryMB })).toBe(heapMB);
});

test('its young generation does not grow with a large heap, and is left to V8 in a small one', () => {
  expect(memoryFlags({ heapMB: 5_324 })).toEqual(['--max-heap-size=5324', '--max-semi-space-size=32']);
  expect(memoryFlags({ heapMB: 288 })).toEqual(['--max-heap-size=288']);
});
