/** Samples of any kind that our model has, for round trips. */
import * as fc from 'fast-check';
import type { Compound } from '../../../src/meter/model/compound.ts';
import { Samples } from '../../../src/meter/model/samples.ts';
import type { Series } from '../../../src/meter/model/series.ts';
import { bits, labels, native, time } from './remote-write/requests.ts';

const finite = fc.double({ noNaN: true });
const maybe = fc.option(finite, { nil: undefined });
const count = fc.bigInt({ min: 0n, max: 2n ** 60n });

const explicit: fc.Arbitrary<Compound> = fc
  .tuple(fc.record({ sum: maybe, min: maybe, max: maybe }), fc.array(count, { maxLength: 5 }))
  .map(([value, counts]) =>
    Object.assign(value, {
      kind: 'histogram' as const,
      counts,
      bounds: counts.slice(1).map((_, at) => at * 1.5 - 2),
      count: counts.reduce((sum, one) => sum + one, 0n),
    }),
  );

const summary: fc.Arbitrary<Compound> = fc.record({
  kind: fc.constant('summary' as const),
  count,
  sum: finite,
  quantiles: fc.array(fc.tuple(fc.double({ min: 0, max: 1, noNaN: true }), finite), { maxLength: 3 }),
});

export const series: fc.Arbitrary<Series> = fc.record(
  { labels, temporality: fc.constantFrom('cumulative' as const, 'delta' as const), origin: fc.json() },
  { requiredKeys: ['labels'] },
);

const exemplar = fc.record(
  {
    labels: fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), { maxLength: 2 }),
    value: finite,
    timestampMs: time,
    origin: fc.json(),
  },
  { requiredKeys: ['labels', 'value'] },
);

/** One sample alone, of series 0. */
export const oneSample: fc.Arbitrary<Samples> = fc
  .record({
    value: fc.oneof(
      fc.record({ bits }),
      fc.record({ int64: fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }) }),
      fc.oneof(explicit, summary, native),
    ),
    timestampMs: time,
    nanos: fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 999_999 })),
    startMs: fc.option(time, { nil: undefined }),
    exemplars: fc.array(exemplar, { maxLength: 2 }),
  })
  .map(({ value, timestampMs, nanos, startMs, exemplars }) => {
    const samples = new Samples();
    if ('bits' in value) samples.pushBits(0, timestampMs, value.bits);
    else if ('int64' in value) samples.pushInt64(0, timestampMs, value.int64);
    else samples.pushCompound(0, timestampMs, value);
    samples.setNanos(nanos);
    if (startMs !== undefined) samples.setStart(startMs);
    for (const one of exemplars) samples.addExemplar(one);
    return samples;
  });
