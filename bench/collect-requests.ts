/** Requests of the collecting bench: what a scrape of a small cluster is, a step later each, in every format. */
import { compress } from 'snappyjs';
import { encodings, type Json } from '../test/meter/formats/otlp/schema.ts';
import { request2, type SentSeries, writeRequest } from '../test/meter/formats/remote-write/requests.ts';

/** Of a request: what a stock Prometheus sends at once. */
export const SAMPLES = 2_000;

/** Requests of one format, sent in turn. */
const STEPS = 40;

export interface Format {
  readonly name: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly bodies: readonly Uint8Array[];
  /** Where Debian's VictoriaMetrics takes it; undefined where it does not: it is of a time before remote write 2.0, and refuses these OTLP bodies. */
  readonly victoria?: string;
}

const labelsOf = (at: number): SentSeries['labels'] => [
  ['__name__', `http_server_requests_${at % 40}_total`],
  ['cluster', 'production-eu'],
  ['instance', `10.0.${at % 10}.17:9100`],
  ['job', 'node'],
  ['method', ['GET', 'POST', 'PUT'][at % 3] ?? ''],
  ['path', `/api/v1/things/${Math.floor(at / 40)}`],
  ['status', '200'],
];

const bitsOf = (value: number): bigint => {
  const view = new DataView(new ArrayBuffer(8));
  view.setFloat64(0, value);
  return view.getBigUint64(0);
};

export function formats(nowMs: number): readonly Format[] {
  const steps = Array.from({ length: STEPS }, (_, step) => nowMs - (STEPS - step) * 15_000);
  const valueOf = (at: number, step: number): number => at * 100 + step * (1 + (at % 50));
  const series = (timestampMs: number, step: number): SentSeries[] =>
    Array.from({ length: SAMPLES }, (_, at) => ({
      labels: labelsOf(at),
      samples: [{ bits: bitsOf(valueOf(at, step)), timestampMs }],
    }));
  const of = (body: (timestampMs: number, step: number) => Uint8Array): Uint8Array[] => steps.map(body);
  const write = { 'content-type': 'application/x-protobuf', 'content-encoding': 'snappy' };
  return [
    {
      name: 'remote write 1.0',
      path: '/api/v1/write',
      victoria: '/api/v1/write',
      headers: { ...write, 'x-prometheus-remote-write-version': '0.1.0' },
      bodies: of((time, step) => compress(writeRequest(series(time, step)))),
    },
    {
      name: 'remote write 2.0',
      path: '/api/v1/write',
      headers: { ...write, 'content-type': 'application/x-protobuf;proto=io.prometheus.write.v2.Request' },
      bodies: of((time, step) => compress(request2(series(time, step)))),
    },
    {
      name: 'OTLP, protobuf',
      path: '/v1/metrics',
      headers: { 'content-type': 'application/x-protobuf' },
      bodies: of((time, step) => encodings.protobuf(otlp(series(time, step), (at) => valueOf(at, step)))),
    },
    {
      name: 'own JSON',
      path: '/api/metrics',
      headers: { 'content-type': 'application/json' },
      bodies: of((time, step) =>
        Buffer.from(
          JSON.stringify(
            Array.from({ length: SAMPLES }, (_, at) => ({
              name: labelsOf(at)[0]?.[1],
              type: 'counter',
              value: valueOf(at, step),
              labels: Object.fromEntries(labelsOf(at).slice(1)),
              timestamp: time,
            })),
          ),
        ),
      ),
    },
  ];
}

function otlp(series: readonly SentSeries[], valueOf: (at: number) => number): Json {
  const places = new Map(series.map((one, at) => [one, at]));
  const metrics = Array.from(
    Map.groupBy(series, ({ labels }) => labels[0]?.[1] ?? ''),
    ([name, all]) => ({
      name,
      sum: {
        aggregationTemporality: 2,
        isMonotonic: true,
        dataPoints: all.map((one) => ({
          timeUnixNano: `${one.samples?.[0]?.timestampMs}000000`,
          asDouble: valueOf(places.get(one) ?? 0),
          attributes: one.labels.slice(1).map(([key, stringValue]) => ({ key, value: { stringValue } })),
        })),
      },
    }),
  );
  return { resourceMetrics: [{ resource: {}, scopeMetrics: [{ scope: { name: 'bench' }, metrics }] }] };
}
