/** Sums whose order does not matter, compared with rational arithmetic. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { addExactly, canonical, rounded } from '../../../src/meter/live/exact-sum.ts';

const value = fc.oneof(
  fc.double({ min: -1e292, max: 1e292, noNaN: true }),
  fc.integer({ min: -1_000_000, max: 1_000_000 }),
  fc.constantFrom(1e16, -1e16, 1, -1, 2 ** -53, -(2 ** -53), 2 ** 53, 1e100, -1e100, 5e-324, 0.1, -0),
);

const sumOf = (values: readonly number[]): number[] => {
  const sum: number[] = [];
  for (const one of values) addExactly(sum, one);
  return sum;
};

/** As an integer of 2^-1074ths. */
function exactly(double: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  const bits = view.getBigUint64(0);
  const exponent = (bits >> 52n) & 0x7ffn;
  const fraction = bits & 0xfffffffffffffn;
  const size = exponent === 0n ? fraction : (fraction | 0x10000000000000n) << (exponent - 1n);
  return bits >> 63n === 1n ? -size : size;
}

test('nothing is ever lost', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 100 }), (values) => {
      const total = values.reduce((sum, one) => sum + exactly(one), 0n);
      expect(sumOf(values).reduce((sum, one) => sum + exactly(one), 0n)).toBe(total);
      expect(canonical(sumOf(values)).reduce((sum, one) => sum + exactly(one), 0n)).toBe(total);
    }),
    { numRuns: 500 },
  );
});

test('in any order it is the same, down to the last bit', () => {
  fc.assert(
    fc.property(fc.array(value, { maxLength: 60 }), fc.infiniteStream(fc.nat()), (values, choices) => {
      const shuffled = values
        .map((one) => [choices.next().value, one] as const)
        .sort(([a], [b]) => Number(a) - Number(b))
        .map(([, one]) => one);
      const half = shuffled.length >> 1;
      const halves = sumOf(shuffled.slice(0, half));
      for (const part of canonical(sumOf(shuffled.slice(half)))) addExactly(halves, part);
      expect(canonical(halves)).toEqual(canonical(sumOf(values)));
    }),
    { numRuns: 500 },
  );
});

test('the double that it is told as is the nearest', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 60 }), (values) => {
      const total = values.reduce((sum, one) => sum + exactly(one), 0n);
      const told = rounded(sumOf(values));
      const off = (double: number): bigint => {
        const distance = exactly(double) - total;
        return distance < 0n ? -distance : distance;
      };
      const view = new DataView(new ArrayBuffer(8));
      view.setFloat64(0, told);
      const neighbours = [1n, -1n].map((step) => {
        view.setBigUint64(0, exactlyBits(told) + step);
        return view.getFloat64(0);
      });
      for (const neighbour of told === 0 ? [5e-324, -5e-324] : neighbours)
        expect(off(told) <= off(neighbour)).toBe(true);
    }),
    { numRuns: 500 },
  );
});

function exactlyBits(double: number): bigint {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, double);
  return view.getBigUint64(0);
}

test('integers, and what cancels out, take one double or none', () => {
  expect(sumOf([1, 2, 3])).toEqual([6]);
  expect(sumOf([0.1, 0.2, -0.2, -0.1])).toEqual([]);
  expect(rounded(sumOf([1e16, 1, 1, -1e16]))).toBe(2);
  expect(rounded([])).toBe(0);
});
