/** A grid's bytes on their way: what is in which place, and that they are few. The page's reader has the way back. */
import { brotliCompressSync, constants } from 'node:zlib';
import { expect, test } from 'vitest';
import { packGrid } from '../../../src/mill/answers/pack-grid.ts';

const [FROM, TO] = ['2024-01-01', '2024-01-05'];

function parts(states: readonly number[], computations: readonly string[]) {
  const packed = packGrid({ sequence: 7, from: FROM, to: TO, computations, states: Uint8Array.from(states) });
  const length = new DataView(packed.buffer).getUint32(0, true);
  const header = JSON.parse(Buffer.from(packed.subarray(4, 4 + length)).toString()) as unknown;
  return { header, body: [...packed.subarray(4 + length)] };
}

test('a header, the bases of rows, and the stretches that are not as they are', () => {
  const { header, body } = parts([7, 7, 1, 1, 7, 2, 2, 2, 2, 3], ['a', 'b']);
  expect(header).toEqual({ v: 2, sequence: 7, from: FROM, to: TO, computations: ['a', 'b'], stretches: 2 });
  expect(body).toEqual([7, 2, 2, 5, 1, 0, 1, 3]);
});

test('numbers above 127 take another byte', () => {
  const row = Array.from({ length: 1_000 }, (_, at) => (at >= 300 && at < 600 ? 1 : 7));
  expect(parts(row, ['a']).body).toEqual([7, (300 % 128) | 128, 2, (299 % 128) | 128, 2, 1]);
});

test('nothing is packed as nothing', () => {
  expect(parts([], []).body).toEqual([]);
});

test('a million cells, one in a hundred of them out of order, are less than 16 kB on their way', () => {
  let seed = 1;
  const random = (): number => (seed = (seed * 48_271) % 2_147_483_647) / 2_147_483_647;
  const states = Uint8Array.from({ length: 1_000_000 }, () => (random() < 0.01 ? (random() < 0.5 ? 0xe2 : 0x10) : 7));
  const computations = Array.from({ length: 1_000 }, (_, at) => `c${at}`);
  const packed = packGrid({ sequence: 7, from: '2024-01-01', to: '2026-09-26', computations, states });
  const sent = brotliCompressSync(packed, { params: { [constants.BROTLI_PARAM_QUALITY]: 5 } });
  expect(sent.length).toBeLessThan(16_000);
});
