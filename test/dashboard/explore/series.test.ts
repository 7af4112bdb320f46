import { describe, expect, test } from 'vitest';
import { columnsOf, keyOf, labelsOf, rowsOf, textOf, valueAt } from '../../../src/dashboard/explore/series.ts';

const matrix = (...values: readonly (readonly [number, string])[][]) =>
  rowsOf({
    data: { resultType: 'matrix', result: values.map((own, index) => ({ metric: { job: `j${index}` }, values: own })) },
  });

describe('rows of an answer', () => {
  test('have their last, least, most and mean, whatever is no number left out', () => {
    const [row] = matrix([
      [10, '3'],
      [20, 'NaN'],
      [30, '1'],
    ]);
    expect(row).toMatchObject({ last: 1, min: 1, max: 3, mean: 2, metric: { job: 'j0' } });
  });

  test('of a vector have one point, of a scalar no labels', () => {
    expect(
      rowsOf({ data: { resultType: 'vector', result: [{ metric: { a: 'b' }, value: [5, '+Inf'] }] } }),
    ).toMatchObject([{ last: Infinity, max: Infinity, values: [[5, '+Inf']] }]);
    expect(rowsOf({ data: { resultType: 'scalar', result: [5, '7'] } })).toMatchObject([{ metric: {}, last: 7 }]);
    expect(rowsOf({ data: { resultType: 'string', result: [5, 'x'] } })).toEqual([]);
  });
});

test('columns lie on the grid of steps: a gap is null, and so is what has no place on an axis', () => {
  const rows = matrix(
    [
      [100, '1'],
      [120, '3'],
    ],
    [
      [110, '+Inf'],
      [120, '-2'],
    ],
  );
  expect(columnsOf(rows, { startMs: 100_000, endMs: 120_000, stepMs: 10_000 })).toEqual([
    [100, 110, 120],
    [1, null, 3],
    [null, null, -2],
  ]);
});

test('a value is had by its time', () => {
  const rows = matrix([[100, '1']]);
  expect(rows.map((row) => [valueAt(row, 100), valueAt(row, 110)])).toEqual([[1, undefined]]);
});

test('a key is of the labels, in whatever order they come', () => {
  expect(keyOf({ a: '1', b: '2' })).toBe(keyOf({ b: '2', a: '1' }));
  expect(keyOf({ a: '1', b: '2' })).not.toBe(keyOf({ a: '2', b: '1' }));
});

test('labels that tell series apart are those that differ, one that is missing with them', () => {
  const rows = rowsOf({
    data: {
      resultType: 'vector',
      result: [
        { metric: { __name__: 'up', job: 'a', zone: 'z' }, value: [1, '1'] },
        { metric: { __name__: 'up', job: 'b', zone: 'z', extra: 'x' }, value: [1, '1'] },
      ],
    },
  });
  expect(labelsOf(rows)).toEqual({ all: ['__name__', 'extra', 'job', 'zone'], differing: ['extra', 'job'] });
});

test.each([
  [{ __name__: 'up', job: 'a"b' }, undefined, String.raw`up{job="a\"b"}`],
  [{ __name__: 'up', job: 'a' }, ['job'], '{job="a"}'],
  [{ __name__: 'up' }, undefined, 'up'],
  [{}, undefined, '{}'],
])('%j is written as in PromQL', (metric, names, text) => {
  expect(textOf(metric as Record<string, string>, names)).toBe(text);
});
