/** OpenTelemetry's own SDK, as programs use it: both of its HTTP exporters against `daymill serve`. */
import { OTLPMetricExporter as JsonExporter } from '@opentelemetry/exporter-metrics-otlp-http';
import { OTLPMetricExporter as ProtoExporter } from '@opentelemetry/exporter-metrics-otlp-proto';
import {
  AggregationTemporality,
  AggregationType,
  MeterProvider,
  PeriodicExportingMetricReader,
} from '@opentelemetry/sdk-metrics';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fixtureProject, type FixtureProject } from '../support/fixture-project.ts';
import { type KeptSample, keptSamples } from '../support/kept-samples.ts';
import { LONG } from '../support/long.ts';
import { type Serving, serving } from '../support/serving.ts';

describe.runIf(LONG)("OpenTelemetry's SDK", () => {
  let project: FixtureProject;
  let served: Serving;
  beforeAll(async () => {
    project = fixtureProject({});
    served = await serving(project);
  });
  afterAll(async () => {
    await served.stop();
    project.remove();
  });

  test.each([
    ['http/json', JsonExporter],
    ['http/protobuf', ProtoExporter],
  ] as const)('exports by %s, and nothing of it is lost', async (protocol, Exporter) => {
    const organization = protocol === 'http/json' ? 'by-json' : 'by-protobuf';
    const token = await served.token(organization, 'developer');
    const errors: unknown[] = [];
    const exporter = new Exporter({
      url: `${served.url}/v1/metrics`,
      headers: { authorization: `Bearer ${token}` },
      temporalityPreference: AggregationTemporality.DELTA,
    });
    const provider = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3_600_000 })],
      views: [
        {
          instrumentName: 'http.duration',
          aggregation: { type: AggregationType.EXPONENTIAL_HISTOGRAM },
        },
      ],
    });
    const meter = provider.getMeter('tests', '1.2.3');
    meter.createCounter('http.requests', { unit: '{request}' }).add(3, { route: '/a' });
    meter.createGauge('room.temperature', { unit: 'Cel', description: 'how warm it is' }).record(21.5);
    meter.createHistogram('http.size', { unit: 'By' }).record(300);
    const duration = meter.createHistogram('http.duration', { unit: 's' });
    for (const seconds of [0.1, 0.2, 4]) duration.record(seconds);
    await provider.forceFlush().catch((error: unknown) => errors.push(error));
    await provider.shutdown();
    expect(errors).toEqual([]);

    const { samples, metadata } = await keptSamples(project, organization);
    const of = (name: string): KeptSample | undefined => samples.find(({ labels }) => labels['__name__'] === name);
    expect(of('http_requests_total')).toMatchObject({
      value: 3,
      labels: { route: '/a' },
      series: { temporality: 'delta' },
    });
    expect(of('room_temperature_celsius')).toMatchObject({ value: 21.5 });
    expect(of('http_size_bytes')?.value).toMatchObject({ kind: 'histogram', count: 1n, sum: 300 });
    expect(of('http_duration_seconds')?.value).toMatchObject({ kind: 'exponential', count: 3n, min: 0.1, max: 4 });
    expect(metadata.find(({ name }) => name === 'room_temperature_celsius')).toMatchObject({
      type: 'gauge',
      help: 'how warm it is',
    });
    expect(of('http_requests_total')?.series.origin).toContain('1.2.3');
  });
});
