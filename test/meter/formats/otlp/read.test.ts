/** OTLP in both encodings, against protobufjs. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { TranslationStrategy } from '../../../../src/meter/formats/otlp/names.ts';
import { type OtlpEncoding, type OtlpRead, readOtlp } from '../../../../src/meter/formats/otlp/read.ts';
import { Samples, STALE_BITS } from '../../../../src/meter/model/samples.ts';
import { bitsOf, PlainResolver, type PlainSample, plainSamples } from '../../../support/plain-resolver.ts';
import { requests } from './requests.ts';
import { encodings, type Json, messageType } from './schema.ts';

const ENCODINGS = ['json', 'protobuf'] as const;
const T = 1_700_000_000_123;
const NANOS = `${T}456789`;

interface Read extends OtlpRead {
  readonly all: PlainSample[];
  readonly into: Samples;
}

function readBody(
  encoding: OtlpEncoding,
  body: Uint8Array,
  strategy?: TranslationStrategy,
  resolver = new PlainResolver(),
): Read {
  const into = new Samples();
  const result = readOtlp(body, resolver, into, encoding, strategy);
  return { ...result, into, all: plainSamples(into, resolver) };
}

const read = (encoding: OtlpEncoding, request: Json, strategy?: TranslationStrategy): Read =>
  readBody(encoding, encodings[encoding](request), strategy);

type Members = { [key: string]: Json };

const oneMetric = (metric: Members, resource: Members = {}, scope: Members = {}): Json => ({
  resourceMetrics: [{ resource, scopeMetrics: [{ scope, metrics: [{ name: 'a.b', ...metric }] }] }],
});
const gauge = (...dataPoints: Members[]): Members => ({ gauge: { dataPoints } });
const point = (more: Members = {}): Members => ({ timeUnixNano: NANOS, asDouble: 1.5, ...more });
const text = (key: string, stringValue: string): Json => ({ key, value: { stringValue } });
const labelsOf = ({ all }: Read): unknown => all.map(({ series }) => Object.fromEntries(series.labels));

test('both encodings say the same, known series and unknown ones', () => {
  fc.assert(
    fc.property(requests, (request) => {
      const resolver = new PlainResolver();
      const json = readBody('json', encodings.json(request), undefined, resolver);
      const protobuf = readBody('protobuf', encodings.protobuf(request), undefined, resolver);
      const { added } = resolver;
      for (const encoding of ENCODINGS)
        expect(readBody(encoding, encodings[encoding](request), undefined, resolver).all).toEqual(json.all);
      expect(resolver.added).toBe(added);
      expect(protobuf.all).toEqual(json.all);
      expect(protobuf.into.exemplars).toEqual(json.into.exemplars);
      expect(protobuf.metadata).toEqual(json.metadata);
      expect([protobuf.rejected, json.rejected]).toEqual([[], []]);
      expect(protobuf.points).toBe(pointsIn(request));
    }),
    { numRuns: 300 },
  );
});

const pointsIn = (request: Json): number =>
  JSON.stringify(request).split('"timeUnixNano":').length -
  1 -
  JSON.stringify(request).split('"filteredAttributes":').length +
  1;

describe.each(ENCODINGS)('OTLP in %s', (encoding) => {
  test('is empty when it says nothing', () => {
    expect(readBody(encoding, new Uint8Array(0))).toMatchObject({ rejected: [], points: 0, all: [] });
  });

  test('keeps doubles, 64-bit integers, nanoseconds, start times and stale points', () => {
    const { all } = read(
      encoding,
      oneMetric({
        sum: {
          aggregationTemporality: 2,
          isMonotonic: true,
          dataPoints: [
            point({ startTimeUnixNano: `${T - 5}000001` }),
            { timeUnixNano: NANOS, asInt: '9223372036854775807' },
            { timeUnixNano: NANOS, asInt: '-9223372036854775808' },
            { timeUnixNano: NANOS, flags: 1 },
          ],
        },
      }),
    );
    expect(all.map(({ value }) => value)).toEqual([
      { bits: bitsOf(1.5) },
      { int64: 2n ** 63n - 1n },
      { int64: -(2n ** 63n) },
      { bits: STALE_BITS },
    ]);
    expect(all[0]).toMatchObject({ timestampMs: T, nanos: 456_789, startMs: T - 5 });
    expect(labelsOf({ all } as Read)).toEqual(Array.from({ length: 4 }, () => ({ __name__: 'a_b_total' })));
  });

  test('keeps histograms of all kinds whole', () => {
    const histogram = {
      timeUnixNano: NANOS,
      count: '5',
      sum: 2.5,
      min: -1,
      bucketCounts: ['2', '3'],
      explicitBounds: [0.5],
    };
    const exponential = {
      timeUnixNano: NANOS,
      count: '6',
      scale: 3,
      zeroCount: '1',
      positive: { offset: -4, bucketCounts: ['2', '3'] },
    };
    const values = (metric: Members): unknown => read(encoding, oneMetric(metric)).all[0]?.value;
    expect(values({ histogram: { aggregationTemporality: 2, dataPoints: [histogram] } })).toEqual({
      kind: 'histogram',
      count: 5n,
      sum: 2.5,
      min: -1,
      max: undefined,
      bounds: [0.5],
      counts: [2n, 3n],
    });
    expect(values({ exponentialHistogram: { aggregationTemporality: 1, dataPoints: [exponential] } })).toEqual({
      kind: 'exponential',
      schema: 3,
      count: 6n,
      sum: undefined,
      min: undefined,
      max: undefined,
      zeroThreshold: 0,
      zeroCount: 1n,
      positive: [{ offset: -4, counts: [2n, 3n] }],
      negative: [],
    });
    expect(
      values({
        summary: {
          dataPoints: [{ timeUnixNano: NANOS, count: '2', sum: 3, quantileValues: [{ quantile: 0.5, value: 1 }] }],
        },
      }),
    ).toEqual({
      kind: 'summary',
      count: 2n,
      sum: 3,
      quantiles: [[0.5, 1]],
    });
  });

  test('makes delta and cumulative points series of their own, and keeps what labels cannot say', () => {
    const sum = (aggregationTemporality: number): Members => ({
      sum: {
        aggregationTemporality,
        isMonotonic: true,
        dataPoints: [point({ attributes: [{ key: 'n', value: { intValue: '5' } }] })],
      },
      unit: 's',
    });
    const delta = read(encoding, oneMetric(sum(1), { attributes: [text('service.name', 'x')] }, { name: 'lib' })).all[0]
      ?.series;
    const cumulative = read(encoding, oneMetric(sum(2))).all[0]?.series;
    expect(delta?.temporality).toBe('delta');
    expect(cumulative?.temporality).toBeUndefined();
    expect(JSON.parse(delta?.origin ?? '')).toEqual({
      resource: { attributes: [['service.name', 'x']] },
      scope: { name: 'lib' },
      metric: { name: 'a.b', unit: 's', data: 'sum', temporality: 1, isMonotonic: true },
      attributes: [['n', { intValue: '5' }]],
    });
  });

  test('maps resource, scope and attributes to labels, and the rest of the resource to target_info', () => {
    const resource = {
      attributes: [
        text('service.namespace', 'shop'),
        text('service.name', 'cart'),
        text('service.instance.id', 'i1'),
        text('host.name', 'h'),
      ],
    };
    const scope = { name: 'lib', version: '1', attributes: [text('x.y', 'z')] };
    const attributes = [text('http.method', 'GET'), text('a_b', '2'), text('a.b', '1'), text('1st', 'f')];
    const made = read(encoding, oneMetric(gauge(point({ attributes })), resource, scope));
    const identity = { job: 'shop/cart', instance: 'i1' };
    expect(labelsOf(made)).toEqual([
      {
        __name__: 'a_b',
        ...identity,
        http_method: 'GET',
        a_b: '1;2',
        key_1st: 'f',
        otel_scope_name: 'lib',
        otel_scope_version: '1',
        otel_scope_x_y: 'z',
      },
      { __name__: 'target_info', ...identity, host_name: 'h' },
    ]);
    expect(made.points).toBe(1);
    expect(made.all[1]).toMatchObject({ timestampMs: T, value: { bits: bitsOf(1) } });
  });

  test('keeps exemplars with their traces, and their integers exactly', () => {
    const exemplar = {
      timeUnixNano: NANOS,
      asInt: '9007199254740993',
      traceId: '0AF7',
      spanId: 'b7',
      filteredAttributes: [text('user', 'x')],
    };
    const { into } = read(encoding, oneMetric(gauge(point({ exemplars: [exemplar] }))));
    expect(into.exemplars).toEqual([
      {
        sample: 0,
        value: Number(9007199254740993n),
        timestampMs: T,
        origin: '{"intValue":"9007199254740993","nanos":456789}',
        labels: [
          ['trace_id', '0af7'],
          ['span_id', 'b7'],
          ['user', 'x'],
        ],
      },
    ]);
  });

  test.each<[string, Members, string, string]>([
    ['without a time', { timeUnixNano: '0' }, 'BAD_TIMESTAMP', 'missing'],
    ['of 1970', { timeUnixNano: '1700000000000' }, 'BAD_TIMESTAMP', 'before the year 2000'],
    ['without a value', { asDouble: null }, 'BAD_VALUE', 'no value'],
    ['whose attribute has no key', { attributes: [text('', 'x')] }, 'BAD_NAME', 'no label'],
  ])('rejects a point %s, and keeps the others', (_, more, code, word) => {
    const { rejected, all } = read(encoding, oneMetric(gauge(point(), point(more), point())));
    expect(all.length).toBe(2);
    expect(rejected).toMatchObject([{ index: 1, code, reason: expect.stringContaining(word) }]);
  });

  test('rejects histograms that do not add up, and sums of no temporality', () => {
    const bad = { timeUnixNano: NANOS, count: '5', bucketCounts: ['2', '2'], explicitBounds: [1] };
    const histogram = {
      histogram: {
        aggregationTemporality: 2,
        dataPoints: [bad, { ...bad, count: '4' }, { ...bad, explicitBounds: [] }],
      },
    };
    expect(read(encoding, oneMetric(histogram)).rejected).toMatchObject([
      { index: 0, code: 'BAD_VALUE' },
      { index: 2, code: 'BAD_VALUE' },
    ]);
    const sum = { sum: { dataPoints: [point(), point()] } };
    expect(read(encoding, oneMetric(sum)).rejected).toMatchObject([
      { index: 0, code: 'BAD_FIELD' },
      { index: 1, code: 'BAD_FIELD' },
    ]);
  });

  test('says of a rejected point what can be sent again', () => {
    const resolver = new PlainResolver(() => ({ code: 'SERIES_LIMIT', reason: 'no more' }));
    const { rejected } = readBody(encoding, encodings[encoding](oneMetric(gauge(point()))), undefined, resolver);
    expect(rejected).toMatchObject([
      { code: 'SERIES_LIMIT', item: { name: 'a_b', value: 1.5, timestamp: '2023-11-14T22:13:20.123456789Z' } },
    ]);
  });

  test('refuses values that are nested too deep', () => {
    let value: Json = { stringValue: 'x' };
    for (let depth = 0; depth < 40; depth++) value = { arrayValue: { values: [value] } };
    const request = oneMetric(gauge(point({ attributes: [{ key: 'a', value }] })));
    if (encoding === 'json') expect(read(encoding, request).rejected).toMatchObject([{ code: 'TOO_LARGE' }]);
    else expect(() => read(encoding, request)).toThrow('deep');
  });

  test('does not spend the memory of a long resource on each of its series', () => {
    const resource = { attributes: [text('x', 'y'.repeat(70_000))] };
    expect(read(encoding, oneMetric(gauge(point()), resource)).rejected).toMatchObject([{ code: 'LABEL_LIMIT' }]);
  });
});

describe('OTLP in protobuf', () => {
  test('takes attributes that do not lie together', () => {
    const attributes = [text('a', '1'), text('b', '2')];
    const whole = encodings.protobuf({
      resourceMetrics: [
        { scopeMetrics: [{ metrics: [{ name: 'x', gauge: { dataPoints: [point({ attributes })] } }] }] },
      ],
    });
    const type = messageType('NumberDataPoint');
    const part = (more: Members): number[] => [...type.encode(type.fromObject(more)).finish()];
    const apart = [
      ...part({ attributes: attributes.slice(1) }),
      ...part(point()),
      ...part({ attributes: attributes.slice(0, 1) }),
    ];
    const wrapped = [[0x0a], [0x2a], [0x12], [0x12], [0x0a]].reduce((inner, tag, depth) => {
      const name = depth === 2 ? [0x0a, 0x01, 0x78] : [];
      const message = depth === 2 ? [...name, ...inner] : inner;
      return [...tag, ...lengthOf(message), ...message];
    }, apart);
    const both = readBody('protobuf', Uint8Array.from([...wrapped, ...whole]));
    expect(labelsOf(both)).toEqual([
      { __name__: 'x', a: '1', b: '2' },
      { __name__: 'x', a: '1', b: '2' },
    ]);
    expect(both.into.series[0]).toBe(both.into.series[1]);
  });

  test('keeps which NaN it was', () => {
    const body = encodings.protobuf(oneMetric(gauge(point())));
    const odd = 0x7ff0000000000abcn;
    const hex = (bits: bigint): string => Buffer.from(new BigUint64Array([bits]).buffer).toString('hex');
    const changed = Buffer.from(
      Buffer.from(body)
        .toString('hex')
        .replace(hex(bitsOf(1.5)), hex(odd)),
      'hex',
    );
    expect(readBody('protobuf', changed).all[0]?.value).toEqual({ bits: odd });
  });
});

describe('OTLP in JSON', () => {
  test('takes 64-bit integers as texts, numbers and halves, and numbers as texts', () => {
    const time = { low: 1_234, high: 395_812_573, unsigned: true };
    const { all, rejected } = read(
      'json',
      oneMetric(
        gauge(point({ asDouble: null, asInt: 5 }), point({ asDouble: '-Infinity' }), point({ asDouble: '1.5e3' }), {
          timeUnixNano: time,
          asInt: { low: -1, high: -1, unsigned: false },
        }),
      ),
    );
    expect(rejected).toEqual([]);
    expect(all.map(({ value }) => value)).toEqual([
      { int64: 5n },
      { bits: bitsOf(-Infinity) },
      { bits: bitsOf(1_500) },
      { int64: -1n },
    ]);
    expect(all[3]?.timestampMs).toBe(Number(((395_812_573n << 32n) + 1_234n) / 1_000_000n));
  });

  test('ignores unknown fields, and those in snake case', () => {
    const { all } = read(
      'json',
      oneMetric({ ...gauge(point({ start_time_unix_nano: 'x', constructor: 1 })), colour: 'red' }),
    );
    expect(all).toMatchObject([{ startMs: undefined }]);
  });

  test('rejects the points of a metric whose enum is a name, by the metric', () => {
    const sum = { aggregationTemporality: 'AGGREGATION_TEMPORALITY_DELTA', dataPoints: [point(), point()] };
    expect(read('json', oneMetric({ sum })).rejected).toMatchObject([
      {
        index: 0,
        code: 'BAD_FIELD',
        reason: expect.stringContaining('"a.b", aggregationTemporality must be a whole number'),
      },
      { index: 1, code: 'BAD_FIELD' },
    ]);
  });

  test.each<[string, Members, string]>([
    ['a time that is no integer', { timeUnixNano: '17e17' }, 'timeUnixNano'],
    ['a value that is no number', { asDouble: 'much' }, 'asDouble'],
    ['an integer of more than 64 bits', { asInt: '9223372036854775808' }, 'asInt'],
    ['attributes that are an object', { attributes: { a: 1 } }, 'attributes'],
    ['half of a surrogate pair', { attributes: [text('a', '\ud800')] }, 'surrogate'],
  ])('rejects a point with %s', (_, more, word) => {
    const { rejected, all } = read('json', oneMetric(gauge(point(more), point())));
    expect(all.length).toBe(1);
    expect(rejected).toMatchObject([{ index: 0, code: 'BAD_FIELD', reason: expect.stringContaining(word) }]);
  });

  test.each<[string, string, string]>([
    ['no JSON', '{"resourceMetrics":', 'no JSON'],
    ['a list', '[]', 'the request'],
    ['resourceMetrics that is no list', '{"resourceMetrics":{}}', 'resourceMetrics must be an array'],
    [
      'a resource that is none',
      '{"resourceMetrics":[{},{"resource":{"attributes":[1]}}]}',
      'resourceMetrics[1].resource',
    ],
  ])('is not %s', (_, body, why) => {
    expect(() => readBody('json', Buffer.from(body))).toThrow(why);
  });
});

/** As a varint. */
const lengthOf = ({ length }: readonly number[]): number[] =>
  length < 0x80 ? [length] : [(length & 0x7f) | 0x80, length >> 7];
