/** The cursor over messages of protobuf, against pbf's writer and bytes that lie. */
import * as fc from 'fast-check';
import { PbfWriter } from 'pbf';
import { describe, expect, test } from 'vitest';
import { UserError } from '../../../src/errors.ts';
import { ProtobufReader, WIRE } from '../../../src/meter/formats/protobuf.ts';

const readerOf = (...bytes: number[]): ProtobufReader => new ProtobufReader(Uint8Array.from(bytes), 'test message');

/** Reads every field by skipping it. */
function skipAll(reader: ProtobufReader): number {
  let fields = 0;
  const end = reader.bytes.length;
  for (; reader.field(end) !== 0; fields++) reader.skip(end);
  return fields;
}

describe('integers', () => {
  test('are what was written, signed and unsigned, to their last bit', () => {
    const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
    fc.assert(
      fc.property(int64, (value) => {
        const bytes: number[] = [];
        for (let rest = BigInt.asUintN(64, value); ; rest >>= 7n) {
          bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
          if (rest <= 0x7fn) break;
        }
        const read = <T>(one: (reader: ProtobufReader) => T): T => one(readerOf(...bytes));
        expect(read((reader) => reader.int64(bytes.length))).toBe(value);
        expect(read((reader) => reader.uint64(bytes.length))).toBe(BigInt.asUintN(64, value));
        expect(read((reader) => reader.int64AsNumber(bytes.length))).toBe(Number(value));
        const unsigned = BigInt.asUintN(64, value);
        expect(read((reader) => reader.sint64(bytes.length))).toBe((unsigned >> 1n) ^ -(unsigned & 1n));
      }),
      { numRuns: 1_000 },
    );
  });

  test('are those of another writer', () => {
    fc.assert(
      fc.property(fc.integer(), fc.maxSafeNat(), fc.double(), (small, large, double) => {
        const writer = new PbfWriter();
        writer.writeSVarintField(1, small);
        writer.writeVarintField(2, large);
        writer.writeDoubleField(3, double);
        const bytes = writer.finish();
        const reader = new ProtobufReader(bytes, 'test message');
        const end = bytes.length;
        expect([reader.field(end), reader.sint32(end)]).toEqual([1, small]);
        expect([reader.field(end), reader.varint(end)]).toEqual([2, large]);
        expect([reader.field(end), reader.double(end)]).toEqual([3, double]);
        expect(reader.field(end)).toBe(0);
      }),
    );
  });
});

describe('a message', () => {
  test.each<[string, number[], string]>([
    ['that ends within a tag', [0x80], 'ends within a number'],
    ['whose field has the number 0', [0x00, 0x00], 'no number'],
    ['whose field has a number beyond 29 bits', [0xf8, 0xff, 0xff, 0xff, 0xff, 0x01, 0x00], 'no number'],
    ['with a group', [0x0b, 0x08, 0x01, 0x0c], 'wire type 3'],
    ['with wire type 7', [0x0f], 'wire type 7'],
    ['with a length over its end', [0x0a, 0x05, 0x00], 'a length of 5 reaches over the end'],
    ['with a length of 2^63', [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x7f], 'reaches over the end'],
    [
      'with a varint of eleven bytes',
      [0x08, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],
      'more than ten bytes',
    ],
    ['that ends within a double', [0x09, 1, 2, 3], 'ends within a number'],
    ['that ends within a float', [0x0d, 1], 'ends within a number'],
  ])('%s is refused', (_, bytes, why) => {
    expect(() => skipAll(readerOf(...bytes))).toThrow(why);
    expect(() => skipAll(readerOf(...bytes))).toThrow('the body is no test message');
  });

  test('may have fields that nobody knows', () => {
    expect(skipAll(readerOf(0x08, 0x01, 0x11, 1, 2, 3, 4, 5, 6, 7, 8, 0x1a, 0x01, 0x00, 0x25, 1, 2, 3, 4))).toBe(4);
  });

  test('refuses a field of another wire type, packed or not', () => {
    const reader = readerOf(0x0d, 1, 2, 3, 4);
    reader.field(5);
    expect(() => reader.repeated(WIRE.varint, 5, () => undefined)).toThrow('wire type 5, where 2 belongs');
  });

  test('is read within its bounds, whatever is in it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), (bytes) => {
        const reader = new ProtobufReader(bytes, 'test message');
        try {
          skipAll(reader);
        } catch (thrown) {
          expect(thrown).toBeInstanceOf(UserError);
        }
        expect(reader.at).toBeLessThanOrEqual(bytes.length);
      }),
      { numRuns: 3_000 },
    );
  });
});
