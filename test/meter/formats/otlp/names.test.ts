/** Names of OpenTelemetry as Prometheus has them. */
import { describe, expect, test } from 'vitest';
import {
  labelNameOf,
  metricNameOf,
  type TranslationStrategy,
  unitOf,
} from '../../../../src/meter/formats/otlp/names.ts';

const DEFAULT = 'UnderscoreEscapingWithSuffixes';
const named = (
  name: string,
  unit: string,
  type: 'counter' | 'gauge' | 'other',
  strategy: TranslationStrategy = DEFAULT,
) => metricNameOf({ name, unit, isCounter: type === 'counter', isGauge: type === 'gauge' }, strategy);

describe('a metric', () => {
  test.each<[string, string, 'counter' | 'gauge' | 'other', string | undefined]>([
    ['http.server.duration', 's', 'other', 'http_server_duration_seconds'],
    ['requests', '1', 'counter', 'requests_total'],
    ['requests.total', '', 'counter', 'requests_total'],
    ['requests_total_count', '', 'counter', 'requests_count_total'],
    ['cpu.usage', '1', 'gauge', 'cpu_usage_ratio'],
    ['throughput', 'By/s', 'gauge', 'throughput_bytes_per_second'],
    ['requests', '1/s', 'counter', 'requests_per_second_total'],
    ['io', 'MiBy', 'counter', 'io_mebibytes_total'],
    ['a__b..c', '{things}', 'other', 'a_b_c'],
    ['a', 'By/{thing}', 'other', 'a_bytes'],
    ['time_seconds', 's', 'gauge', 'time_seconds'],
    ['1st', '', 'gauge', '_1st'],
    ['a', 'odd@unit', 'gauge', 'a_odd_unit'],
    ['a', 'constructor', 'gauge', 'a_constructor'],
    ['@#$', '', 'gauge', undefined],
    ['', 's', 'gauge', 'seconds'],
  ])('%s in %j, a %s, is %s', (name, unit, type, expected) => {
    expect(named(name, unit, type)).toBe(expected);
  });

  test.each<[TranslationStrategy, string]>([
    ['UnderscoreEscapingWithoutSuffixes', 'http_büro_time'.replace('ü', '_')],
    ['NoUTF8EscapingWithSuffixes', 'http.büro.time_seconds_total'],
    ['NoTranslation', 'http.büro.time'],
  ])('by %s is %s', (strategy, expected) => {
    expect(named('http.büro.time', 's', 'counter', strategy)).toBe(expected);
  });

  test('keeps the suffixes that it has', () => {
    expect(named('cpu_seconds_total', 's', 'counter', 'NoUTF8EscapingWithSuffixes')).toBe('cpu_seconds_total');
    expect(named('a_per_second', '1/s', 'gauge', 'NoUTF8EscapingWithSuffixes')).toBe('a_per_second');
  });
});

test.each([
  ['s', 'seconds'],
  ['By/s', 'bytes_per_second'],
  ['1/min', 'per_min'],
  ['1', ''],
  ['{a}/{b}', ''],
])('the unit %s is %j', (unit, expected) => {
  expect(unitOf(unit, DEFAULT)).toBe(expected);
});

test.each([
  ['http.method', 'http_method'],
  ['1st', 'key_1st'],
  ['_x', 'key_x'],
  ['__x__', '__x__'],
  ['a..b', 'a__b'],
  ['😀', undefined],
  ['', undefined],
])('the attribute %j is the label %j', (key, expected) => {
  expect(labelNameOf(key, DEFAULT)).toBe(expected);
});
