import { describe, expect, test } from 'vitest';
import { figure, timeTicks, unitOf } from '../../../src/dashboard/explore/figures.ts';

const METADATA = {
  memory: [{ type: 'gauge', unit: 'bytes', help: '' }],
  cpu_seconds: [{ type: 'counter', unit: 'seconds', help: '' }],
};

describe('the unit of an expression', () => {
  test.each([
    ['memory', 'bytes', false],
    ['sum by (job) (process_resident_memory_bytes{job="a"})', 'bytes', false],
    ['rate(network_receive_bytes_total[5m])', 'bytes', true],
    ['rate(cpu_seconds_total[5m])', 'none', false],
    ['rate(http_requests_total[5m])', 'none', true],
    ['count(memory)', 'none', false],
    ['count by (job) (memory)', 'none', false],
    ['memory / limit_bytes', 'none', false],
    ['rate(x_seconds_count[5m])', 'none', true],
    ['histogram_quantile(0.9, sum by (le) (rate(x_seconds_bucket[5m])))', 'seconds', false],
    ['rate(x_seconds_bucket[5m])', 'none', true],
    ['up', 'none', false],
  ])('%s', (expression, unit, isRate) => {
    expect(unitOf(expression, METADATA)).toEqual({ unit, isRate });
  });
});

describe('a figure', () => {
  test.each([
    [0, 'none', '0'],
    [1_234_567, 'none', '1.235 M'],
    [-1_500, 'none', '-1.5 k'],
    [0.000012, 'none', '1.2e-5'],
    [2_500_000, 'bytes', '2.5 MB'],
    [12, 'bytes', '12 B'],
    [0.25, 'seconds', '250 ms'],
    [0.00002, 'seconds', '20 µs'],
    [7_300, 'seconds', '2.028 h'],
    [0.123, 'ratio', '12.3 %'],
    [Infinity, 'bytes', '+Inf'],
    [-Infinity, 'none', '-Inf'],
    [NaN, 'seconds', 'NaN'],
  ] as const)('%d of %s is %s', (value, unit, text) => {
    expect(figure(value, { unit, isRate: false })).toBe(text);
  });

  test('of a rate says a second', () => {
    expect(figure(2_000, { unit: 'none', isRate: true })).toBe('2 k/s');
    expect(figure(2_000, { unit: 'bytes', isRate: true })).toBe('2 kB/s');
  });
});

describe('times on an axis', () => {
  const midnight = Date.parse('2026-03-10T00:00:00Z') / 1_000;

  test('are of 24 hours and UTC, a day by its name', () => {
    expect(timeTicks([midnight - 3_600, midnight, midnight + 3_600], 3_600)).toEqual(['23:00', '10 Mar', '01:00']);
  });

  test('have seconds where they are close, and days alone where they are far', () => {
    expect(timeTicks([midnight + 65], 15)).toEqual(['00:01:05']);
    expect(timeTicks([midnight, midnight + 86_400], 86_400)).toEqual(['10 Mar', '11 Mar']);
  });
});
