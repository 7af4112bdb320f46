/** Snappy's block format, against the encoder of snappyjs. */
import * as fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { uncompressSnappy } from '../../../src/meter/formats/snappy.ts';

const MOST = 1_000_000;

describe('a block of snappy', () => {
  test('is what was compressed', () => {
    const texts = fc.oneof(
      fc.uint8Array({ maxLength: 5_000 }),
      fc
        .tuple(fc.uint8Array({ maxLength: 20 }), fc.integer({ max: 5_000 }))
        .map(([part, times]) =>
          Uint8Array.from(
            Array.from({ length: Math.max(0, times) }, (_, at) => part[at % Math.max(1, part.length)] ?? 7),
          ),
        ),
    );
    fc.assert(
      fc.property(texts, (bytes) => {
        expect(uncompressSnappy(compress(bytes), MOST)).toEqual(bytes);
      }),
    );
  });

  test.each<[string, number[], string]>([
    ['nothing', [], 'does not begin with a length'],
    ['a length without an end', [0xff, 0xff, 0xff, 0xff, 0xff, 1], 'does not begin with a length'],
    ['a length above the limit', [0x80, 0x80, 0x80, 0x01], 'are the most that are taken'],
    ['a length that the body cannot hold', [0x80, 0x80, 0x01], 'cannot hold'],
    ['less than announced', [5, 0, 7], 'announces 5 bytes, and holds 1'],
    ['more than announced', [1, 4, 7, 7], 'longer than what is there'],
    ['a literal that is cut off', [9, 0x20, 1, 2], 'longer than what is there'],
    // snappyjs 0.7.0 never comes back from this one.
    [
      'a literal whose length is negative for who takes it for signed',
      [10, 0xfc, 0xfa, 0xff, 0xff, 0xff, 0, 0],
      'longer',
    ],
    ['a copy of what is before the beginning', [9, 0, 7, 0x01, 9], 'reaches out'],
    ['a copy with offset 0', [9, 0, 7, 0x01, 0], 'reaches out'],
    ['a copy whose offset is cut off', [9, 0, 7, 0x02, 1], 'ends within a length'],
  ])('is not %s', (_, bytes, why) => {
    expect(() => uncompressSnappy(Uint8Array.from(bytes), MOST)).toThrow(why);
  });

  test('is refused, never a crash, when it is random', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        try {
          uncompressSnappy(bytes, MOST);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
      }),
      { numRuns: 3_000 },
    );
  });
});
