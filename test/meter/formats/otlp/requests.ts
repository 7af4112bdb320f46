/** Requests of OTLP, any that are right. */
import * as fc from 'fast-check';
import type { Json } from './schema.ts';

const digits = (min: bigint, max: bigint): fc.Arbitrary<string> => fc.bigInt({ min, max }).map(String);
const int64 = digits(-(2n ** 63n), 2n ** 63n - 1n);
const text = fc.string({ unit: 'grapheme', maxLength: 10 });
const double = fc.double().map((value): Json => (Number.isFinite(value) ? value + 0 : String(value)));
/** From 2001 on; nanoseconds. */
const time = digits(978_307_200n * 10n ** 9n, 4_102_444_800n * 10n ** 9n);

const value: fc.Arbitrary<Json> = fc.letrec<{ value: Json; key: Json }>((tie) => ({
  key: fc.record({ key: text, value: tie('value') }),
  value: fc.oneof(
    { maxDepth: 3, depthSize: 'small' },
    fc.record({ stringValue: text }),
    fc.record({ boolValue: fc.boolean() }),
    fc.record({ intValue: int64 }),
    fc.record({ doubleValue: double }),
    fc.record({ bytesValue: fc.base64String({ maxLength: 8 }) }),
    fc.record({ arrayValue: fc.record({ values: fc.array(tie('value'), { maxLength: 3 }) }) }),
    fc.record({ kvlistValue: fc.record({ values: fc.array(tie('key'), { maxLength: 3 }) }) }),
  ),
})).value;

const attributes = fc.uniqueArray(
  fc.record({
    key: fc.oneof(fc.constantFrom('http.method', 'a.b', 'a_b', '1st', 'code'), fc.stringMatching(/^[a-z][a-z.]{0,8}$/)),
    value,
  }),
  { maxLength: 4, selector: ({ key }) => key },
) as fc.Arbitrary<Json>;

const exemplar = fc.record({
  filteredAttributes: attributes,
  timeUnixNano: time,
  asInt: int64,
  traceId: fc.constant('0af7651916cd43dd8448eb211c80319c'),
  spanId: fc.constant('b7ad6b7169203331'),
});

const common = { attributes, startTimeUnixNano: time, timeUnixNano: time };
const exemplars = fc.array(exemplar, { maxLength: 2 });
const count = digits(0n, 2n ** 60n);
const total = (counts: readonly string[]): string => String(counts.reduce((sum, one) => sum + BigInt(one), 0n));

const numberPoint = fc.oneof(
  fc.record({ ...common, exemplars, asInt: int64 }),
  fc.record({ ...common, exemplars, asDouble: double }),
  fc.record({ ...common, flags: fc.constant(1) }),
);

const finite = fc.double({ noNaN: true, noDefaultInfinity: true }).map((one) => one + 0);

const histogramPoint = fc
  .tuple(
    fc.record(
      { ...common, exemplars, sum: finite, min: finite, max: finite },
      { requiredKeys: ['attributes', 'timeUnixNano'] },
    ),
    fc.array(count, { maxLength: 6 }),
  )
  .map(([point, bucketCounts]) =>
    Object.assign(point, {
      bucketCounts,
      explicitBounds: bucketCounts.slice(1).map((_, at) => at * 1.5 - 2),
      count: total(bucketCounts),
    }),
  );

const buckets = fc.record({
  offset: fc.integer({ min: -1_000, max: 1_000 }),
  bucketCounts: fc.array(count, { maxLength: 5 }),
});

const exponentialPoint = fc
  .record({
    ...common,
    exemplars,
    scale: fc.integer({ min: -10, max: 20 }),
    sum: finite,
    zeroCount: count,
    zeroThreshold: fc.constantFrom(0, 0.001),
    positive: buckets,
    negative: buckets,
  })
  .map((point) =>
    Object.assign(point, {
      count: total([point.zeroCount, ...point.positive.bucketCounts, ...point.negative.bucketCounts]),
    }),
  );

const summaryPoint = fc.record({
  ...common,
  count,
  sum: finite,
  quantileValues: fc.array(
    fc.record({ quantile: fc.double({ min: 0, max: 1, noNaN: true }).map(Math.abs), value: finite }),
    { maxLength: 3 },
  ),
});

const aggregationTemporality = fc.constantFrom(1, 2);
const points = (point: fc.Arbitrary<object>) => ({ dataPoints: fc.array(point, { maxLength: 3 }) });
const head = {
  name: fc.oneof(fc.constantFrom('http.server.duration', 'cpu.time', 'a'), fc.stringMatching(/^[a-z][a-z._]{0,10}$/)),
  description: text,
  unit: fc.constantFrom('', '1', 's', 'By/s', '{thing}', '%'),
};

const metric = fc.oneof(
  fc.record({ ...head, gauge: fc.record(points(numberPoint)) }),
  fc.record({ ...head, sum: fc.record({ ...points(numberPoint), aggregationTemporality, isMonotonic: fc.boolean() }) }),
  fc.record({ ...head, histogram: fc.record({ ...points(histogramPoint), aggregationTemporality }) }),
  fc.record({ ...head, exponentialHistogram: fc.record({ ...points(exponentialPoint), aggregationTemporality }) }),
  fc.record({ ...head, summary: fc.record(points(summaryPoint)), metadata: attributes }),
);

const resourceAttributes = fc
  .subarray(['service.name', 'service.namespace', 'service.instance.id', 'host.name', 'host.id'])
  .map((keys) => keys.map((key) => ({ key, value: { stringValue: `the ${key}` } })));

export const requests = fc.record({
  resourceMetrics: fc.array(
    fc.record({
      resource: fc.record({ attributes: resourceAttributes, droppedAttributesCount: fc.integer({ min: 0, max: 2 }) }),
      scopeMetrics: fc.array(
        fc.record({
          scope: fc.record({ name: text, version: text, attributes }),
          metrics: fc.array(metric, { maxLength: 3 }),
          schemaUrl: text,
        }),
        { maxLength: 2 },
      ),
      schemaUrl: text,
    }),
    { maxLength: 2 },
  ),
}) as unknown as fc.Arbitrary<{ [key: string]: Json }>;
