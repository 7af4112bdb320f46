import { describe, expect, test } from 'vitest';
import { describedLimits, labelCounts, metricCounts } from '../../../src/dashboard/explore/cardinality.ts';
import { openApi } from '../../../src/http/openapi.ts';
import { collectRoutes } from '../../../src/http/routes/index.ts';
import { DEFAULT_LIMITS } from '../../../src/meter/model/limits.ts';

const SERIES = [
  { __name__: 'up', job: 'a', pod: '1' },
  { __name__: 'up', job: 'a', pod: '2' },
  { __name__: 'up', job: 'b' },
  { __name__: 'alone', job: 'a', pod: '3' },
];

test('metrics are counted by their series, the largest first', () => {
  expect(metricCounts(SERIES)).toEqual([
    { name: 'up', series: 3 },
    { name: 'alone', series: 1 },
  ]);
});

describe('labels', () => {
  test('are counted by their values, the most first', () => {
    expect(labelCounts(SERIES)).toEqual([
      { name: 'pod', values: 3, series: 3, most: ['1', 1] },
      { name: 'job', values: 2, series: 4, most: ['a', 3] },
    ]);
  });

  test('of one metric are its own', () => {
    expect(labelCounts(SERIES, 'alone')).toEqual([
      { name: 'job', values: 1, series: 1, most: ['a', 1] },
      { name: 'pod', values: 1, series: 1, most: ['3', 1] },
    ]);
  });
});

describe('what limits are', () => {
  test('is said where the API is described, of each of them', () => {
    const routes = collectRoutes(() => {
      throw new Error('nothing is asked for here');
    });
    const described = describedLimits(openApi(routes, { title: 'Daymill', version: '1' }));
    expect(Object.keys(described)).toEqual(Object.keys(DEFAULT_LIMITS));
    for (const [name, value] of Object.entries(DEFAULT_LIMITS)) {
      expect(described[name]?.default).toBe(value);
      expect(described[name]?.description).toMatch(/\w+ \w+|bytes/);
    }
  });

  test.each([undefined, null, {}, { paths: [] }, 'x'])('is nothing in %j', (openapi) => {
    expect(describedLimits(openapi)).toEqual({});
  });
});
