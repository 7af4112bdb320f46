/** How fast readers of formats are, on one core, with series that are known: samples a processor second. */
import { cpus } from 'node:os';
import { compress } from 'snappyjs';
import { readExposition } from '../src/meter/formats/exposition/read.ts';
import { writeExposition } from '../src/meter/formats/exposition/write.ts';
import { MetricItem } from '../src/meter/formats/json/item.ts';
import { readJson } from '../src/meter/formats/json/read.ts';
import { readOtlp } from '../src/meter/formats/otlp/read.ts';
import { readMessage, readRemoteWrite } from '../src/meter/formats/remote-write/read.ts';
import { Samples } from '../src/meter/model/samples.ts';
import { encodings, type Json } from '../test/meter/formats/otlp/schema.ts';
import { request2, type SentSeries, writeRequest } from '../test/meter/formats/remote-write/requests.ts';
import { z } from 'zod';
import { ByteResolver } from './byte-resolver.ts';

const SERIES = 2_000;
const RUN_MS = 1_500;
const T = 1_700_000_000_000;

/** As a scrape of a small cluster has them: seven labels, 150 bytes. */
const series: readonly SentSeries[] = Array.from({ length: SERIES }, (_, at) => ({
  labels: [
    ['__name__', `http_server_requests_${at % 40}_total`],
    ['cluster', 'production-eu'],
    ['instance', `10.0.${at % 10}.17:9100`],
    ['job', 'node'],
    ['method', ['GET', 'POST', 'PUT'][at % 3] ?? ''],
    ['path', `/api/v1/things/${Math.floor(at / 40)}`],
    ['status', '200'],
  ],
  samples: [{ bits: BigInt(Math.floor(at * 1e15)), timestampMs: T + at }],
}));

export function benchFormats(): Promise<void> {
  print(`${cpus()[0]?.model ?? ''}, Node ${process.version}; ${SERIES} series a request, one sample each, all known\n`);
  print('| format | bytes a sample | thousand samples a processor second |\n|---|--:|--:|');
  const one = writeRequest(series);
  const two = request2(series);
  const [compressedOne, compressedTwo] = [compress(one), compress(two)];
  row('remote write 1.0, uncompressed', one, (into, resolver) => readMessage(one, resolver, into, '1.0'));
  row('remote write 1.0, snappy', compressedOne, (into, resolver) =>
    readRemoteWrite(compressedOne, resolver, into, '1.0'),
  );
  row('remote write 2.0, uncompressed', two, (into, resolver) => readMessage(two, resolver, into, '2.0'));
  row('remote write 2.0, snappy', compressedTwo, (into, resolver) =>
    readRemoteWrite(compressedTwo, resolver, into, '2.0'),
  );
  const old = utf8(writeExposition(families(), 'text 0.0.4'));
  const open = utf8(writeExposition(families(), 'OpenMetrics 1.0'));
  row('text 0.0.4', old, (into, resolver) => readExposition(old, resolver, into, 'text 0.0.4', T));
  row('OpenMetrics 1.0', open, (into, resolver) => readExposition(open, resolver, into, 'OpenMetrics 1.0', T));
  const [otlpJson, otlpProtobuf] = [encodings.json(otlpRequest()), encodings.protobuf(otlpRequest())];
  row('OTLP in protobuf', otlpProtobuf, (into, resolver) => readOtlp(otlpProtobuf, resolver, into, 'protobuf'));
  row('OTLP in JSON', otlpJson, (into, resolver) => readOtlp(otlpJson, resolver, into, 'json'));
  const json = utf8(JSON.stringify(items()));
  row('our own JSON', json, (into, resolver) => readJson(json, resolver, into, T));
  const decoder = new TextDecoder();
  row('the same, JSON.parse and drop', json, (into) => {
    JSON.parse(decoder.decode(json));
    into.length = SERIES;
  });
  const Items = z.array(MetricItem);
  row('the same, JSON.parse, zod and drop', json, (into) => {
    Items.parse(JSON.parse(decoder.decode(json)));
    into.length = SERIES;
  });
  return Promise.resolve();
}

const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);
const nameOf = ({ labels }: SentSeries): string => labels[0]?.[1] ?? '';

const families = () =>
  series.map((one, at) => ({
    name: nameOf(one),
    type: 'counter' as const,
    samples: [{ labels: one.labels.slice(1), value: at * 1.5, timestampMs: T + at }],
  }));

const items = () =>
  series.map((one, at) => ({
    name: nameOf(one),
    type: 'gauge',
    value: at * 1.5,
    labels: Object.fromEntries(one.labels.slice(1)),
    timestamp: T + at,
  }));

/** As an SDK sends them: many points a metric, one resource. */
const otlpRequest = (): Json => {
  const byName = Map.groupBy(series, nameOf);
  const metrics = Array.from(byName, ([name, all]) => ({
    name,
    gauge: {
      dataPoints: all.map(({ labels }, at) => ({
        timeUnixNano: `${T + at}000000`,
        asDouble: at * 1.5,
        attributes: labels.slice(1).map(([key, stringValue]) => ({ key, value: { stringValue } })),
      })),
    },
  }));
  return { resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: { name: 'bench' }, metrics }] }] };
};

const print = (line: string): void => void process.stdout.write(`${line}\n`);

function row(what: string, body: Uint8Array, read: (into: Samples, resolver: ByteResolver) => unknown): void {
  const resolver = new ByteResolver();
  const into = new Samples();
  const once = (): void => {
    into.length = 0;
    read(into, resolver);
  };
  for (let warm = 0; warm < 100; warm++) once();
  const began = process.cpuUsage();
  let samples = 0;
  let spentMs = 0;
  while (spentMs < RUN_MS) {
    for (let at = 0; at < 20; at++) {
      once();
      samples += into.length;
    }
    const { user, system } = process.cpuUsage(began);
    spentMs = (user + system) / 1_000;
  }
  print(`| ${what} | ${(body.length / SERIES).toFixed(1)} | ${Math.round(samples / spentMs)} |`);
}
