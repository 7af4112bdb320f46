/** Remote write in both versions, against protobufjs and snappyjs. */
import * as fc from 'fast-check';
import { compress } from 'snappyjs';
import { describe, expect, test } from 'vitest';
import {
  readRemoteWrite,
  type RemoteWriteRead,
  type RemoteWriteVersion,
} from '../../../../src/meter/formats/remote-write/read.ts';
import { Samples, STALE_BITS } from '../../../../src/meter/model/samples.ts';
import type { Label, Series } from '../../../../src/meter/model/series.ts';
import { SymbolNumbers } from '../../../../src/meter/model/symbol-numbers.ts';
import { bitsOf, PlainResolver, type PlainSample, plainSamples } from '../../../support/plain-resolver.ts';
import { native, request2, requests, type SentSeries, writeRequest } from './requests.ts';
import { encode, Request, WriteRequest } from './schema.ts';

const VERSIONS = ['1.0', '2.0'] as const;
const messageOf = (version: RemoteWriteVersion, series: readonly SentSeries[]): Uint8Array =>
  version === '1.0' ? writeRequest(series) : request2(series);

interface Read extends RemoteWriteRead {
  readonly all: PlainSample[];
  readonly into: Samples;
}

function read(version: RemoteWriteVersion, message: Uint8Array, resolver = new PlainResolver()): Read {
  const into = new Samples();
  const result = readRemoteWrite(compress(message), resolver, into, version);
  return { ...result, into, all: plainSamples(into, resolver) };
}

const T = 1_700_000_000_000;
const UP: readonly Label[] = [['__name__', 'up']];
const one = (labels: readonly Label[], more: Partial<SentSeries> = {}): SentSeries => ({
  labels,
  samples: [{ bits: bitsOf(1), timestampMs: T }],
  ...more,
});

const sent = (version: RemoteWriteVersion, series: readonly SentSeries[]): PlainSample[] =>
  series.flatMap(({ labels, samples, histograms = [] }) => {
    const of = (rest: Omit<PlainSample, 'series' | 'nanos'>): PlainSample => ({
      series: { labels },
      nanos: 0,
      ...rest,
    });
    return [
      ...samples.map(({ bits, timestampMs, startMs }) =>
        of({ timestampMs, startMs: version === '1.0' ? undefined : startMs, value: { bits } }),
      ),
      ...histograms.map(({ value, timestampMs }) => of({ timestampMs, startMs: undefined, value })),
    ];
  });

describe.each(VERSIONS)('remote write %s', (version) => {
  test('gives back what an encoder of protobuf was given, bit by bit, known series and unknown ones', () => {
    fc.assert(
      fc.property(requests, (series) => {
        const message = messageOf(version, series);
        const resolver = new PlainResolver();
        const first = read(version, message, resolver);
        expect(first.rejected).toEqual([]);
        expect(first.all).toEqual(sent(version, series));
        const { added } = resolver;
        expect(read(version, message, resolver).all).toEqual(sent(version, series));
        expect(resolver.added).toBe(added);
        expect([first.samples, first.histograms]).toEqual([
          series.flatMap(({ samples }) => samples).length,
          series.flatMap(({ histograms = [] }) => histograms).length,
        ]);
      }),
      { numRuns: 300 },
    );
  });

  test('takes an empty request', () => {
    expect(read(version, new Uint8Array(0))).toMatchObject({ rejected: [], samples: 0 });
  });

  test('keeps the stale marker of samples and of native histograms', () => {
    const stale = { ...histogramOf(0), sum: NaN };
    const message = messageOf(version, [
      one(UP, { samples: [{ bits: STALE_BITS, timestampMs: T }], histograms: [{ value: stale, timestampMs: T }] }),
    ]);
    // The sum of the histogram is a plain NaN there; make it the marker.
    const marked = replaced(message, bitsOf(NaN), STALE_BITS);
    expect(read(version, marked).all.map(({ value }) => value)).toEqual([{ bits: STALE_BITS }, { bits: STALE_BITS }]);
  });

  test('sorts labels, and drops empty values', () => {
    const { all } = read(
      version,
      messageOf(version, [
        one([
          ['b', '2'],
          ['a', ''],
          ['__name__', 'up'],
          ['aa', '1'],
        ]),
      ]),
    );
    expect(all[0]?.series.labels).toEqual([
      ['__name__', 'up'],
      ['aa', '1'],
      ['b', '2'],
    ]);
  });

  test('refuses series by sample, says why, and keeps the others', () => {
    const { rejected, all, samples } = read(
      version,
      messageOf(version, [
        one(UP),
        one([
          ['__name__', 'a'],
          ['x', '1'],
          ['x', '2'],
        ]),
        one([['x', '1']]),
        one([
          ['__name__', 'a'],
          ['', '2'],
        ]),
        one(UP, {
          samples: [
            { bits: 0n, timestampMs: T },
            { bits: bitsOf(7), timestampMs: 12 },
            { bits: 1n, timestampMs: T + 1 },
          ],
        }),
      ]),
    );
    expect(all.length).toBe(3);
    expect(samples).toBe(3);
    expect(rejected).toMatchObject([
      { index: 1, code: 'DUPLICATE_LABEL', reason: 'the label "x" is there twice; give each label once' },
      { index: 2, code: 'BAD_NAME' },
      { index: 3, code: 'BAD_NAME' },
      { index: 5, code: 'BAD_TIMESTAMP', item: { name: 'up', value: 7, timestamp: 12 } },
    ]);
  });

  test('gives a sample that the resolver refused as an item that can be sent again', () => {
    const refuse = ({ labels }: Series) =>
      labels.length > 1 ? ({ code: 'SERIES_LIMIT', reason: 'no more' } as const) : undefined;
    const labels: readonly Label[] = [
      ['__name__', 'up'],
      ['job', 'x'],
    ];
    const { rejected, all } = read(version, messageOf(version, [one(labels), one(UP)]), new PlainResolver(refuse));
    expect(all.length).toBe(1);
    const item = { name: 'up', labels: { job: 'x' }, value: 1, timestamp: T };
    expect(rejected).toEqual([{ index: 0, code: 'SERIES_LIMIT', reason: 'no more', item }]);
  });

  test('keeps exemplars, of samples and without one', () => {
    const exemplar = { labels: [['trace_id', 'ab']] as const, value: 0.5, timestampMs: T };
    const { into, exemplars } = read(
      version,
      messageOf(version, [one(UP, { exemplars: [exemplar] }), one(UP, { samples: [], exemplars: [exemplar] })]),
    );
    expect(exemplars).toBe(2);
    expect(into.exemplars).toEqual([
      { ...exemplar, sample: 0 },
      { ...exemplar, sample: -1, series: 0 },
    ]);
  });

  test.each<[string, Partial<Record<string, unknown>>, string]>([
    ['counts that do not add up', { count: 99n }, 'add up'],
    ['a schema that nobody knows', { schema: 21 }, 'schema'],
    ['a negative count', { zeroCount: -1, count: 0, positive: [] }, 'negative'],
    [
      'stretches that overlap',
      {
        positive: [
          { offset: 0, counts: [1n] },
          { offset: -4, counts: [1n] },
        ],
      },
      'overlap',
    ],
  ])('refuses a native histogram with %s', (_, change, word) => {
    const value = { ...histogramOf(3), ...change };
    const { rejected, all } = read(version, messageOf(version, [one(UP, { histograms: [{ value, timestampMs: T }] })]));
    expect(all.length).toBe(1);
    expect(rejected).toMatchObject([{ index: 1, code: 'BAD_VALUE', reason: expect.stringContaining(word) }]);
  });

  test('says of a message of the other version what it is', () => {
    const other = version === '1.0' ? '2.0' : '1.0';
    expect(() => read(version, messageOf(other, [one(UP)]))).toThrow(`as remote write ${other} has them`);
  });

  test('lists ten thousand rejections, and counts the rest', () => {
    const samples = Array.from({ length: 10_003 }, () => ({ bits: 0n, timestampMs: 1 }));
    const { rejected } = read(version, messageOf(version, [one(UP, { samples })]));
    expect(rejected.length).toBe(10_001);
    expect(rejected.at(-1)).toMatchObject({ index: 10_000, code: 'BAD_TIMESTAMP', count: 3 });
  });
});

describe('remote write 1.0', () => {
  test('keeps metadata', () => {
    const { metadata } = read(
      '1.0',
      writeRequest(
        [],
        [
          { type: 1, metricFamilyName: 'a_total', help: 'how many', unit: '' },
          { type: 99, metricFamilyName: 'b', unit: 'seconds' },
        ],
      ),
    );
    expect(metadata).toEqual([
      { name: 'a_total', type: 'counter', help: 'how many' },
      { name: 'b', type: 'unknown', unit: 'seconds' },
    ]);
  });

  test('takes labels that come after the samples', () => {
    const first = encode(WriteRequest, {
      timeseries: [{ labels: [{ name: '__name__', value: 'a' }], samples: [{ value: '0', timestamp: String(T) }] }],
    });
    const label = encode(WriteRequest, { timeseries: [{ labels: [{ name: 'x', value: 'y' }] }] });
    const inner = [...first.subarray(2), ...label.subarray(2)];
    const { all } = read('1.0', Uint8Array.from([0x0a, inner.length, ...inner]));
    expect(all[0]?.series.labels).toEqual([
      ['__name__', 'a'],
      ['x', 'y'],
    ]);
  });

  test('refuses labels that are not UTF-8, which replacing would make one with others', () => {
    const message = writeRequest([one([['__name__', 'abc']]), one(UP)]);
    message[message.indexOf(0x61)] = 0xff;
    const { rejected, all } = read('1.0', message);
    expect(rejected).toEqual([{ index: 0, code: 'BAD_NAME', reason: 'a label is not UTF-8' }]);
    expect(all.length).toBe(1);
  });
});

describe('remote write 2.0', () => {
  test('keeps metadata once a family, and start times of series that older senders give', () => {
    const metadata = { type: 3, help: 'how long', unit: 's' };
    const name = (name: string): readonly Label[] => [['__name__', name]];
    const read2 = read(
      '2.0',
      request2([
        one(name('a_bucket'), { metadata, createdMs: T - 5 }),
        one(name('a_sum'), { metadata }),
        one(name('a_count'), { metadata, samples: [{ bits: 0n, timestampMs: T, startMs: T - 1 }], createdMs: T - 5 }),
        one(name('up'), { metadata: { type: 2, help: '', unit: '' } }),
      ]),
    );
    expect(read2.metadata).toEqual([
      { name: 'a', type: 'histogram', unit: 's', help: 'how long' },
      { name: 'up', type: 'gauge' },
    ]);
    expect(read2.all.map(({ startMs }) => startMs)).toEqual([T - 5, undefined, T - 1, undefined]);
  });

  test.each<[string, number[], string]>([
    ['an odd number of references', [1, 2, 1], 'odd number'],
    ['a reference to no symbol', [1, 9], 'does not have'],
    ['a reference beyond 32 bits', [1, 0xffffffff], 'does not have'],
  ])('refuses %s', (_, labelsRefs, word) => {
    const sample = { value: '0', timestamp: String(T) };
    const message = encode(Request, {
      symbols: ['', '__name__', 'up'],
      timeseries: [
        { labelsRefs, samples: [sample] },
        { labelsRefs: [1, 2], samples: [sample] },
      ],
    });
    const { rejected, all } = read('2.0', message);
    expect(rejected).toMatchObject([{ index: 0, code: 'MALFORMED', reason: expect.stringContaining(word) }]);
    expect(all.length).toBe(1);
  });

  test('wants an empty first symbol', () => {
    expect(() => read('2.0', request2([one(UP)], ['x']))).toThrow('first symbol');
  });

  test('does not work for hours on short references to a long symbol', () => {
    const long = 'x'.repeat(1_000_000);
    const timeseries = Array.from({ length: 2_000 }, (_, at) => ({
      labelsRefs: at % 2 === 0 ? [1, 2, 3, 4] : [3, 4, 1, 2],
      samples: [{ value: '0', timestamp: String(T) }],
    }));
    const message = encode(Request, { symbols: ['', '__name__', 'up', 'x', long], timeseries });
    const { rejected, all } = read('2.0', message);
    expect(all.length).toBeGreaterThan(100);
    expect(rejected).toMatchObject({ length: 2_000 - all.length, 0: { code: 'TOO_LARGE' } });
  });

  test('does not take one series for another whose symbols are cut elsewhere', () => {
    const { all } = read(
      '2.0',
      request2([
        one([
          ['__name__', 'ab'],
          ['c', 'd'],
        ]),
        one([
          ['__name__', 'a'],
          ['bc', 'd'],
        ]),
      ]),
    );
    expect(new Set(all.map(({ series }) => series)).size).toBe(2);
  });
});

test('series of 2.0 are the same by numbers of symbols and without, request after request', () => {
  const byNumber = new PlainResolver(undefined, new SymbolNumbers());
  const whole = new PlainResolver();
  fc.assert(
    fc.property(requests, (series) => {
      const message = request2(series);
      expect(read('2.0', message, byNumber).all).toEqual(read('2.0', message, whole).all);
      expect(read('2.0', message, byNumber).all).toEqual(sent('2.0', series));
    }),
  );
});

test('native histograms of both versions are the same', () => {
  fc.assert(
    fc.property(native, (value) => {
      const series = [one(UP, { histograms: [{ value, timestampMs: T }] })];
      expect(read('1.0', writeRequest(series)).all).toEqual(read('2.0', request2(series)).all);
    }),
  );
});

const histogramOf = (count: number) =>
  ({
    kind: 'exponential',
    schema: 3,
    count: BigInt(count),
    sum: 4,
    zeroThreshold: 0.001,
    zeroCount: 0n,
    positive: count === 0 ? [] : [{ offset: -2, counts: [1n, BigInt(count - 1)] }],
    negative: [],
  }) as const;

/** The message with the eight bytes of one double in place of another's, wherever they are. */
function replaced(message: Uint8Array, from: bigint, to: bigint): Uint8Array {
  const hex = (bits: bigint): string => Buffer.from(new BigUint64Array([bits]).buffer).toString('hex');
  return Uint8Array.from(Buffer.from(Buffer.from(message).toString('hex').replaceAll(hex(from), hex(to)), 'hex'));
}
