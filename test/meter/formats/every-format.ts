/** All formats as one: a body that is right, and how it is read. */
import { compress } from 'snappyjs';
import { readExposition } from '../../../src/meter/formats/exposition/read.ts';
import { writeExposition } from '../../../src/meter/formats/exposition/write.ts';
import { readJson } from '../../../src/meter/formats/json/read.ts';
import { itemOf } from '../../../src/meter/formats/json/write.ts';
import { readOtlp } from '../../../src/meter/formats/otlp/read.ts';
import { readMessage, readRemoteWrite } from '../../../src/meter/formats/remote-write/read.ts';
import type { Rejection } from '../../../src/meter/model/rejection.ts';
import { Samples } from '../../../src/meter/model/samples.ts';
import type { Label } from '../../../src/meter/model/series.ts';
import type { SeriesResolver } from '../../../src/meter/model/series-resolver.ts';
import { bitsOf } from '../../support/plain-resolver.ts';
import { encodings, type Json } from './otlp/schema.ts';
import { request2, writeRequest } from './remote-write/requests.ts';

export const NOW = 1_700_000_000_000;

/** A double with a name that all formats have a word for. */
export interface Plain {
  readonly name: string;
  readonly labels: readonly Label[];
  readonly value: number;
  readonly timestampMs: number;
}

export interface Format {
  read(body: Uint8Array, resolver: SeriesResolver, into: Samples): { readonly rejected: Rejection[] };
  write(samples: readonly Plain[]): Uint8Array;
}

const sentSeries = (samples: readonly Plain[]) =>
  samples.map(({ name, labels, value, timestampMs }) => ({
    labels: [['__name__', name] as Label, ...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)),
    samples: [{ bits: bitsOf(value), timestampMs }],
  }));

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

const otlpRequest = (samples: readonly Plain[]): Json => ({
  resourceMetrics: [
    {
      scopeMetrics: [
        {
          metrics: samples.map(({ name, labels, value, timestampMs }) => ({
            name,
            gauge: {
              dataPoints: [
                {
                  timeUnixNano: `${timestampMs}000000`,
                  asDouble: Object.is(value, -0) ? '-0' : Number.isFinite(value) ? value : String(value),
                  attributes: labels.map(([key, stringValue]) => ({ key, value: { stringValue } })),
                },
              ],
            },
          })),
        },
      ],
    },
  ],
});

const exposed = (samples: readonly Plain[]) =>
  samples.map(({ name, labels, value, timestampMs }) => ({
    name,
    type: 'gauge' as const,
    samples: [{ labels, value, timestampMs }],
  }));

function jsonItems(samples: readonly Plain[]): Uint8Array {
  const items = samples.map(({ name, labels, value, timestampMs }) => {
    const one = new Samples();
    one.pushDouble(0, timestampMs, value);
    return itemOf({ labels: [['__name__', name], ...labels] }, one, 0);
  });
  return utf8(JSON.stringify({ metrics: items }));
}

export const FORMATS = {
  'remote write 1.0': {
    read: (body, resolver, into) => readRemoteWrite(body, resolver, into, '1.0'),
    write: (samples) => compress(writeRequest(sentSeries(samples))),
  },
  'remote write 2.0': {
    read: (body, resolver, into) => readRemoteWrite(body, resolver, into, '2.0'),
    write: (samples) => compress(request2(sentSeries(samples))),
  },
  'remote write 1.0, uncompressed': {
    read: (body, resolver, into) => readMessage(body, resolver, into, '1.0'),
    write: (samples) => writeRequest(sentSeries(samples)),
  },
  'remote write 2.0, uncompressed': {
    read: (body, resolver, into) => readMessage(body, resolver, into, '2.0'),
    write: (samples) => request2(sentSeries(samples)),
  },
  'OTLP in JSON': {
    read: (body, resolver, into) => readOtlp(body, resolver, into, 'json', 'NoTranslation'),
    write: (samples) => encodings.json(otlpRequest(samples)),
  },
  'OTLP in protobuf': {
    read: (body, resolver, into) => readOtlp(body, resolver, into, 'protobuf', 'NoTranslation'),
    write: (samples) => encodings.protobuf(otlpRequest(samples)),
  },
  'text 0.0.4': {
    read: (body, resolver, into) => readExposition(body, resolver, into, 'text 0.0.4', NOW),
    write: (samples) => utf8(writeExposition(exposed(samples), 'text 0.0.4')),
  },
  'OpenMetrics 1.0': {
    read: (body, resolver, into) => readExposition(body, resolver, into, 'OpenMetrics 1.0', NOW),
    write: (samples) => utf8(writeExposition(exposed(samples), 'OpenMetrics 1.0')),
  },
  JSON: {
    read: (body, resolver, into) => readJson(body, resolver, into, NOW),
    write: jsonItems,
  },
} as const satisfies Record<string, Format>;
export const FORMAT_NAMES = Object.keys(FORMATS) as (keyof typeof FORMATS)[];
