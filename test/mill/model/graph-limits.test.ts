/** The largest graph that is taken, and what is said of a larger one. */
import { expect, test } from 'vitest';
import {
  assertWithinGraphLimits,
  inputBytes,
  MAX_COMPUTATIONS,
  MAX_INPUT_BYTES,
} from '../../../src/mill/model/graph-limits.ts';
import type { ManifestComputation } from '../../../src/mill/model/manifest.ts';

type Limited = Pick<ManifestComputation, 'name' | 'module' | 'line' | 'needs'>;

const reading = (count: number): Limited => ({
  name: 'wide',
  module: 'computations/wide.ts',
  line: 7,
  needs: Array.from({ length: count }, (_, index) => ({
    key: `c${index}`,
    kind: 'dependency' as const,
    of: `computation-${index}`,
  })),
});

test('a computation may read over a thousand others', () => {
  expect(() => assertWithinGraphLimits([reading(1_200)])).not.toThrow();
  expect(inputBytes(reading(1_200))).toBeLessThan(MAX_INPUT_BYTES);
});

test('one that reads more than a result has room for is refused by name and place', () => {
  expect(() => assertWithinGraphLimits([reading(2_000)])).toThrow(
    /^computations\/wide\.ts:7: wide needs 2000 things, whose names and hashes take 1\d{5} bytes of each result; there is room for 100000, which are about 1\d{3} of them\. Let some computations gather what it reads, and read those\.$/u,
  );
});

test('a project of ten thousand computations is taken, and a larger one refused', () => {
  const many = Array.from({ length: MAX_COMPUTATIONS }, () => reading(1));
  expect(() => assertWithinGraphLimits(many)).not.toThrow();
  expect(() => assertWithinGraphLimits([...many, reading(1)])).toThrow(
    /^The project has 10001 computations, and Daymill takes 10000\. Divide it into projects/u,
  );
});
