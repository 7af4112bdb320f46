/** Our own JSON. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MetricItem } from '../../../../src/meter/formats/json/item.ts';
import { MAX_ITEMS } from '../../../../src/meter/formats/json/limits.ts';
import { type JsonRead, readItems, readJson } from '../../../../src/meter/formats/json/read.ts';
import { itemOf } from '../../../../src/meter/formats/json/write.ts';
import { Samples, STALE_BITS } from '../../../../src/meter/model/samples.ts';
import { bitsOf, PlainResolver, type PlainSample, plainSamples } from '../../../support/plain-resolver.ts';
import { oneSample, series } from '../any-sample.ts';

const NOW = 1_700_000_000_000;

interface Read extends JsonRead {
  readonly all: PlainSample[];
  readonly into: Samples;
}

function readText(text: string, resolver = new PlainResolver()): Read {
  const into = new Samples();
  const result = readJson(new TextEncoder().encode(text), resolver, into, NOW);
  return { ...result, into, all: plainSamples(into, resolver) };
}
const read = (...items: unknown[]): Read => readText(JSON.stringify(items));
const valueOf = (value: unknown, type?: string): unknown => {
  const { rejected, all } = read({ name: 'a', value, ...(type === undefined ? {} : { type }) });
  expect(rejected).toEqual([]);
  return all[0]?.value;
};

describe('the body', () => {
  test.each([
    ['an item', '{"name":"a","value":1}', 1],
    ['a list of items', '[{"name":"a","value":1},{"name":"b","value":2}]', 2],
    ['metrics', '{"metrics":[{"name":"a","value":1}]}', 1],
    ['an empty list', '[]', 0],
  ])('may be %s', (_, text, count) => {
    const { all, rejected } = readText(text);
    expect([all.length, rejected]).toEqual([count, []]);
  });

  test.each([
    ['no JSON', '{"name":', 'no JSON'],
    ['empty', '', 'no JSON'],
    ['a number', '5', 'must be an item'],
    ['metrics that are none', '{"metrics":5}', 'must be an item'],
    ['more items than may be', `[${'0,'.repeat(MAX_ITEMS)}0]`, `at most ${MAX_ITEMS}`],
  ])('is refused when it is %s', (_, text, why) => {
    expect(() => readText(text)).toThrow(why);
  });

  test('is refused when it is not UTF-8', () => {
    expect(() => readJson(Uint8Array.from([0x22, 0xff, 0x22]), new PlainResolver(), new Samples(), NOW)).toThrow(
      'not UTF-8',
    );
  });
});

describe('an item', () => {
  test('has two forms, which say the same', () => {
    const named = {
      name: 'jobs',
      type: 'counter',
      value: 3,
      labels: { queue: 'fast' },
      help: 'done',
      unit: 'jobs',
      timestamp: NOW - 1,
      runtime: 'w1',
    };
    const flat = {
      runtime_id: 'w1',
      metric_name: 'jobs',
      metric_type: 'counter',
      metric_value: 3,
      labels: { queue: 'fast' },
      help_text: 'done',
      unit: 'jobs',
      timestamp: NOW - 1,
    };
    const made = read(named, flat);
    expect(made.rejected).toEqual([]);
    expect(made.all[0]).toEqual(made.all[1]);
    expect(made.all[0]).toEqual({
      series: {
        labels: [
          ['__name__', 'jobs'],
          ['queue', 'fast'],
          ['runtime_id', 'w1'],
        ],
      },
      timestampMs: NOW - 1,
      nanos: 0,
      startMs: undefined,
      value: { bits: bitsOf(3) },
    });
    expect(made.metadata).toEqual([{ name: 'jobs', type: 'counter', help: 'done', unit: 'jobs' }]);
  });

  test.each<[unknown, unknown]>([
    [1.5, { bits: bitsOf(1.5) }],
    ['1.5e3', { bits: bitsOf(1_500) }],
    ['NaN', { bits: 0x7ff8000000000000n }],
    ['NaN(0x7ff0000000000002)', { bits: STALE_BITS }],
    ['+Inf', { bits: bitsOf(Infinity) }],
    ['-Inf', { bits: bitsOf(-Infinity) }],
    ['-0', { bits: bitsOf(-0) }],
    ['9007199254740993', { int64: 9_007_199_254_740_993n }],
    ['-9223372036854775808', { bits: bitsOf(-(2 ** 63)) }],
    ['9223372036854775807', { int64: 2n ** 63n - 1n }],
    ['99999999999999999999', { bits: bitsOf(1e20) }],
    [{ int64: '5' }, { int64: 5n }],
  ])('has the value %j', (value, expected) => {
    expect(valueOf(value)).toEqual(expected);
  });

  test('may be a histogram with cumulative buckets, or a summary', () => {
    expect(valueOf({ count: 9, sum: 4.5, buckets: { '+Inf': 9, '1': 7, '0.5': 3 } }, 'histogram')).toEqual({
      kind: 'histogram',
      count: 9n,
      sum: 4.5,
      bounds: [0.5, 1],
      counts: [3n, 4n, 2n],
    });
    expect(valueOf({ count: '18446744073709551615', sum: '+Inf', buckets: { '10': 1 } }, 'histogram')).toEqual({
      kind: 'histogram',
      count: 2n ** 64n - 1n,
      sum: Infinity,
      bounds: [10],
      counts: [1n, 2n ** 64n - 2n],
    });
    expect(valueOf({ count: 2, sum: 3, quantiles: { '0.99': 2, '0.5': 'NaN' } }, 'summary')).toEqual({
      kind: 'summary',
      count: 2n,
      sum: 3,
      quantiles: [
        [0.5, NaN],
        [0.99, 2],
      ],
    });
  });

  test.each<[unknown, number, number]>([
    ['2023-11-14T22:13:20Z', NOW, 0],
    ['2023-11-15T00:13:20.5+02:00', NOW + 500, 0],
    ['2023-11-14T22:13:20.123456789Z', NOW + 123, 456_789],
    [NOW + 0.25, NOW, 250_000],
    [undefined, NOW, 0],
  ])('is of %j', (timestamp, ms, nanos) => {
    expect(read({ name: 'a', value: 1, timestamp }).all[0]).toMatchObject({ timestampMs: ms, nanos });
  });

  test.each<[string, unknown, string, string]>([
    ['no object', 5, 'BAD_FIELD', 'the item: Invalid input: expected object'],
    ['no name', { value: 1 }, 'BAD_FIELD', 'name: Invalid input: expected string'],
    ['an empty name', { name: '', value: 1 }, 'BAD_FIELD', 'name'],
    ['no value', { name: 'a' }, 'BAD_FIELD', 'value: must be a number'],
    ['a value that is a word', { name: 'a', value: 'much' }, 'BAD_FIELD', 'value: must be a number'],
    ['a value beyond 64 bits', { name: 'a', value: { int64: '9223372036854775808' } }, 'BAD_VALUE', '64 bits'],
    ['another type', { name: 'a', value: 1, type: 'info' }, 'BAD_FIELD', 'type'],
    ['a label that is a number', { name: 'a', value: 1, labels: { x: 1 } }, 'BAD_FIELD', 'labels'],
    ['the flat form with its own mistake', { metric_name: 5, metric_value: 1 }, 'BAD_FIELD', 'metric_name'],
    [
      'a timestamp that is none',
      { name: 'a', value: 1, timestamp: 'now' },
      'BAD_FIELD',
      'timestamp: must be milliseconds',
    ],
    [
      'a day that there is not',
      { name: 'a', value: 1, timestamp: '2024-04-31T00:00:00Z' },
      'BAD_TIMESTAMP',
      'there is not',
    ],
    [
      'seconds for milliseconds',
      { name: 'a', value: 1, timestamp: NOW / 1_000 },
      'BAD_TIMESTAMP',
      'before the year 2000',
    ],
    ['a counter that is negative', { name: 'a', value: -1, type: 'counter' }, 'BAD_VALUE', 'not negative'],
    ['a counter that is NaN', { name: 'a', value: 'NaN', type: 'counter' }, 'BAD_VALUE', 'not negative'],
    ['a histogram that is a number', { name: 'a', value: 1, type: 'histogram' }, 'BAD_VALUE', 'buckets'],
    [
      'buckets that go down',
      { name: 'a', value: { count: 3, sum: 1, buckets: { '1': 2, '2': 1 } } },
      'BAD_VALUE',
      'go down',
    ],
    [
      'buckets beyond the count',
      { name: 'a', value: { count: 1, buckets: { '1': 2 } } },
      'BAD_VALUE',
      'more observations',
    ],
    [
      'a bucket without a number',
      { name: 'a', value: { count: 1, buckets: { low: 1 } } },
      'BAD_VALUE',
      'named by its number',
    ],
    [
      'two runtimes',
      { name: 'a', value: 1, runtime: 'x', labels: { runtime_id: 'y' } },
      'DUPLICATE_LABEL',
      'runtime_id',
    ],
    ['its name as a label', { name: 'a', value: 1, labels: { __name__: 'b' } }, 'DUPLICATE_LABEL', '__name__'],
    ['a label without a name', { name: 'a', value: 1, labels: { '': 'b' } }, 'BAD_NAME', 'empty name'],
    ['half of a surrogate pair', { name: 'a\ud800', value: 1 }, 'BAD_NAME', 'surrogate'],
    [
      'an exact histogram that does not add up',
      { name: 'a', value: { kind: 'histogram', count: '5', bounds: [], counts: ['4'] } },
      'BAD_VALUE',
      'add up',
    ],
    ['labels of megabytes', { name: 'a', value: 1, labels: { x: 'y'.repeat(1_000_000) } }, 'LABEL_LIMIT', 'bytes'],
  ])('is refused with %s, and the others are kept', (_, item, code, reason) => {
    const { rejected, all } = read({ name: 'a', value: 1 }, item, { name: 'b', value: 2 });
    expect(all.length).toBe(2);
    expect(rejected).toMatchObject([
      { index: 1, code, reason: expect.stringContaining(reason), item: JSON.parse(JSON.stringify(item)) as unknown },
    ]);
  });

  test('is not harmed by names that could reach a prototype', () => {
    const { rejected, all } = readText(
      '[{"name":"a","value":1,"labels":{"__proto__":"x","constructor":"y"}},{"__proto__":{"name":"b","value":1}}]',
    );
    expect(all[0]?.series.labels).toEqual([
      ['__name__', 'a'],
      ['__proto__', 'x'],
      ['constructor', 'y'],
    ]);
    expect(rejected).toMatchObject([{ index: 1, code: 'BAD_FIELD' }]);
    expect(({} as Record<string, unknown>)['name']).toBeUndefined();
  });

  test('of a known series is not taken apart again', () => {
    const resolver = new PlainResolver();
    const text = '[{"name":"a","value":1,"labels":{"x":"1"}},{"name":"a","value":1,"labels":{"x":"2"}}]';
    readText(text, resolver);
    const { added } = resolver;
    readText(text, resolver);
    expect(resolver.added).toBe(added);
    expect(resolver.series.length).toBe(2);
  });

  test('is not another that has the same letters elsewhere', () => {
    const items = [
      { name: 'a', labels: { b: 'c' } },
      { name: 'ab', labels: { c: '' } },
      { name: 'a', labels: { bc: '1' } },
      { name: 'a', labels: { b: 'c1' } },
    ];
    const { all } = read(...items.map((item) => Object.assign(item, { value: 1 })));
    expect(new Set(all.map(({ series }) => series)).size).toBe(4);
  });
});

test('the schema takes what the reader takes, and no more', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(
      undefined,
      null,
      1,
      'x',
      'NaN',
      '1e5',
      -1.5,
      1.5,
      [],
      {},
      { int64: '5' },
      { int64: 5 },
      '2023-11-14T22:13:20Z',
      NOW,
      'gauge',
    ),
    fc.record({
      count: fc.constantFrom<unknown>(1, '1', -1, 1.5),
      sum: fc.constantFrom<unknown>(1, 'NaN', null),
      buckets: fc.constantFrom<unknown>({}, { '1': 1 }, { '1': 'x' }, []),
    }),
    fc.record({ a: fc.constantFrom<unknown>('b', 1) }),
    fc.array(fc.array(fc.constantFrom<unknown>('b', 1), { maxLength: 3 }), { maxLength: 2 }),
  );
  const named = fc.record(
    {
      name: odd,
      value: odd,
      type: odd,
      labels: odd,
      help: odd,
      unit: odd,
      timestamp: odd,
      runtime: odd,
      start: odd,
      temporality: odd,
      origin: odd,
    },
    { requiredKeys: ['name', 'value'] },
  );
  const flat = fc.record(
    { metric_name: odd, metric_value: odd, metric_type: odd, labels: odd, help_text: odd, runtime_id: odd },
    { requiredKeys: ['metric_name', 'metric_value'] },
  );
  const plain = fc.tuple(fc.oneof(named, flat), fc.boolean()).map(([item, isFixed]) => {
    const json = JSON.parse(JSON.stringify(item)) as Record<string, unknown>;
    if (isFixed) Object.assign(json, 'metric_name' in json ? { metric_name: 'a' } : { name: 'a' });
    return json;
  });
  fc.assert(
    fc.property(plain, (item) => {
      const { rejected } = readItems([item], new PlainResolver(), new Samples(), NOW);
      const isOfTheSchema = rejected[0]?.code !== 'BAD_FIELD';
      expect([isOfTheSchema, item]).toEqual([MetricItem.safeParse(item).success, item]);
      expect(rejected[0]?.reason).not.toBe('the item is not as the schema has it');
    }),
    { numRuns: 5_000 },
  );
});

test('every sample is read back from its item, bit by bit', () => {
  fc.assert(
    fc.property(series, oneSample, (series, samples) => {
      const text = JSON.stringify(itemOf(series, samples, 0));
      const { rejected, all, into } = readText(text);
      expect(rejected).toEqual([]);
      expect(all).toEqual(plainSamples(samples, { series: [series] }));
      expect(into.exemplars).toEqual(samples.exemplars);
      expect(MetricItem.safeParse(JSON.parse(text)).success).toBe(true);
    }),
    { numRuns: 1_000 },
  );
});

test('labels that the door would drop are written as pairs', () => {
  const samples = new Samples();
  samples.pushDouble(0, NOW, 1);
  const labels = [
    ['__name__', 'a'],
    ['__proto__', 'x'],
    ['constructor', 'y'],
  ] as const;
  const text = JSON.stringify(itemOf({ labels }, samples, 0));
  expect(text).toContain('"labels":[["__proto__","x"],["constructor","y"]]');
  expect(readText(text).all[0]?.series.labels).toEqual(labels);
});
