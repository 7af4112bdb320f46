/** What the JavaScript SDK of OpenTelemetry sends, by both of its exporters. */
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtobufExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { describe, expect, test } from 'vitest';
import { readOtlp } from '../../../../src/meter/formats/otlp/read.ts';
import { Samples } from '../../../../src/meter/model/samples.ts';
import { bitsOf, PlainResolver, plainSamples } from '../../../support/plain-resolver.ts';

const EXPORTERS = { json: JsonExporter, protobuf: ProtobufExporter } as const;
const CONTENT_TYPES = { json: 'application/json', protobuf: 'application/x-protobuf' } as const;

interface Sent {
  readonly type: string | undefined;
  readonly body: Uint8Array;
}

/** The body of the one request that a program with these instruments makes before it ends. */
async function sent(encoding: keyof typeof EXPORTERS, temporalityPreference: AggregationTemporality): Promise<Sent> {
  const requests: Sent[] = [];
  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      requests.push({ type: request.headers['content-type'], body });
      response.end(encoding === 'json' ? '{}' : '');
    });
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const exporter = new EXPORTERS[encoding]({ url: `http://127.0.0.1:${port}/v1/metrics`, temporalityPreference });
  const provider = new MeterProvider({
    readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
    views: [{ instrumentName: 'sizes', aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM } }],
  });
  const meter = provider.getMeter('test', '1.2.3');
  meter.createCounter('requests.handled', { unit: '1', description: 'how many' }).add(3, { 'http.method': 'GET' });
  meter.createUpDownCounter('queue.length').add(-2);
  meter.createHistogram('latency', { unit: 's' }).record(0.3);
  meter.createHistogram('sizes').record(5);
  meter.createObservableGauge('temperature', { unit: 'Cel' }).addCallback((result) => result.observe(20.5));
  await provider.shutdown();
  await new Promise((resolve) => void server.close(resolve));
  expect(requests.length).toBe(1);
  return requests[0] as Sent;
}

async function bodyOf(request: IncomingMessage): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const part of request) parts.push(part as Uint8Array);
  return Uint8Array.from(Buffer.concat(parts));
}

describe.each(['json', 'protobuf'] as const)('the exporter of %s', (encoding) => {
  test('is understood, cumulative and delta', async () => {
    for (const temporality of [AggregationTemporality.CUMULATIVE, AggregationTemporality.DELTA]) {
      const { type, body } = await sent(encoding, temporality);
      expect(type).toBe(CONTENT_TYPES[encoding]);
      const resolver = new PlainResolver();
      const into = new Samples();
      const { rejected, points, metadata } = readOtlp(body, resolver, into, encoding);
      expect({ rejected, points }).toEqual({ rejected: [], points: 5 });
      const byName = new Map(
        plainSamples(into, resolver).map((sample) => [new Map(sample.series.labels).get('__name__'), sample]),
      );
      const delta = temporality === AggregationTemporality.DELTA ? 'delta' : undefined;
      const counter = byName.get('requests_handled_total');
      expect(counter?.value).toEqual({ bits: bitsOf(3) });
      expect(counter?.series.temporality).toBe(delta);
      expect(new Map(counter?.series.labels).get('http_method')).toBe('GET');
      expect(new Map(counter?.series.labels).get('otel_scope_version')).toBe('1.2.3');
      expect(counter?.startMs).toBeLessThanOrEqual(counter?.timestampMs ?? 0);
      expect(byName.get('queue_length')?.value).toEqual({ bits: bitsOf(-2) });
      expect(byName.get('latency_seconds')?.value).toMatchObject({ kind: 'histogram', count: 1n, sum: 0.3 });
      expect(byName.get('sizes')?.value).toMatchObject({ kind: 'exponential', count: 1n, min: 5, max: 5 });
      expect(byName.get('temperature_celsius')?.value).toEqual({ bits: bitsOf(20.5) });
      expect(metadata).toContainEqual({ name: 'requests_handled_total', type: 'counter', help: 'how many' });
    }
  });
});
