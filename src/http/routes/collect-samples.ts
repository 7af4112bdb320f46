/** Samples, in the formats that programs already send. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import type { MeterPorts } from '../../compose-meter.ts';
import { type OtlpEncoding, readOtlp } from '../../meter/formats/otlp/read.ts';
import { writeExportResponse } from '../../meter/formats/otlp/write.ts';
import { readRemoteWrite, type RemoteWriteVersion } from '../../meter/formats/remote-write/read.ts';
import { readExposition } from '../../meter/formats/exposition/read.ts';
import { MetricItem } from '../../meter/formats/json/item.ts';
import { readParsed } from '../../meter/formats/json/read.ts';
import { type CollectAnswer, collectSamples } from '../../meter/steps/collect/collect.ts';
import type { Asked, Reply, Route } from '../route.ts';
import { Accepted, accepted, eachItem, requestOf } from './collected.ts';

const TAG = 'samples';

/** Of Prometheus, by its newer name and by the one that Cortex gave it. */
const REMOTE_WRITE_PATHS = ['/api/v1/write', '/api/v1/push'] as const;

const PROTOBUF = 'application/x-protobuf';

export const sampleRoutes = (ports: () => MeterPorts): readonly Route[] => [
  {
    method: 'POST',
    path: '/api/metrics',
    id: 'collectMetrics',
    summary: 'Takes samples as JSON: one, a list, or an object with a list.',
    tag: TAG,
    role: 'developer',
    quota: 'batch',
    shape: 'problem',
    body: eachItem(z.union([MetricItem, z.array(MetricItem), z.object({ metrics: z.array(MetricItem) })])),
    answers: { 200: { description: 'what was kept and what was refused', schema: Accepted } },
    handle: async (asked) =>
      accepted(
        await collectSamples(
          await requestOf(asked, ports(), 'POST /api/metrics'),
          (series, into) => readParsed(asked.body, series, into, asked.receivedAtMs),
          ports(),
        ),
        200,
      ),
  },
  {
    method: 'POST',
    path: '/v1/metrics',
    id: 'collectOtlp',
    summary: 'Takes an ExportMetricsServiceRequest of OpenTelemetry, as JSON or as protobuf.',
    tag: TAG,
    role: 'developer',
    quota: 'batch',
    shape: 'otlp',
    body: { raw: true, contentTypes: ['application/json', PROTOBUF] },
    answers: { 200: { description: 'ExportMetricsServiceResponse, with a partial success where points were refused' } },
    handle: (asked) => otlp(asked, ports()),
  },
  ...REMOTE_WRITE_PATHS.map((path): Route => ({
    method: 'POST',
    path,
    id: path === REMOTE_WRITE_PATHS[0] ? 'collectRemoteWrite' : 'collectRemoteWritePush',
    summary: 'Takes a remote write of Prometheus, 1.0 or 2.0.',
    tag: TAG,
    role: 'developer',
    quota: 'batch',
    shape: 'prometheus',
    body: { raw: true, contentTypes: [PROTOBUF] },
    answers: { 204: { description: 'all of it is kept' }, 400: { description: 'what was refused; the rest is kept' } },
    handle: (asked) => remoteWrite(asked, ports(), path),
  })),
  {
    method: 'POST',
    path: '/api/v1/import/prometheus',
    id: 'collectExposition',
    summary: "Takes Prometheus's text format 0.0.4, or OpenMetrics 1.0.",
    tag: TAG,
    role: 'developer',
    quota: 'batch',
    shape: 'prometheus',
    body: { raw: true, contentTypes: ['text/plain', 'application/openmetrics-text', ''] },
    query: z.object({ timestamp: z.coerce.number().optional().describe('milliseconds, of samples that say none') }),
    answers: { 204: { description: 'all of it is kept' }, 400: { description: 'what was refused; the rest is kept' } },
    handle: (asked) => exposition(asked, ports()),
  },
];

async function otlp(asked: Asked, ports: MeterPorts): Promise<Reply> {
  const encoding: OtlpEncoding = asked.contentType === PROTOBUF ? 'protobuf' : 'json';
  const answer = await collectSamples(
    await requestOf(asked, ports, 'POST /v1/metrics'),
    (series, into) => readOtlp(asked.body as Uint8Array, series, into, encoding),
    ports,
  );
  return {
    status: 200,
    headers: { 'content-type': encoding === 'json' ? 'application/json' : PROTOBUF },
    body: writeExportResponse(encoding, answer.rejected, answer.rejected === 0 ? '' : said(answer)),
  };
}

/** By the message that the sender says it sends; a bare protobuf is of 1.0. https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/ */
function versionOf({ headers }: Asked): RemoteWriteVersion {
  const encoding = headers['content-encoding'] ?? 'snappy';
  if (encoding !== 'snappy')
    throw new UserError(
      'BAD_ARGUMENT',
      `The body is encoded with ${encoding}. Remote write is compressed with snappy, in its block format.`,
    );
  const [, proto = 'prometheus.WriteRequest'] =
    /;\s*proto\s*=\s*"?([\w.]+)"?/i.exec(headers['content-type'] ?? '') ?? [];
  if (proto === 'prometheus.WriteRequest') return '1.0';
  if (proto === 'io.prometheus.write.v2.Request') return '2.0';
  throw new UserError(
    'BAD_ARGUMENT',
    `The message ${proto} is none of remote write's: prometheus.WriteRequest, or io.prometheus.write.v2.Request.`,
  );
}

async function remoteWrite(asked: Asked, ports: MeterPorts, path: string): Promise<Reply> {
  const version = versionOf(asked);
  let written = { samples: 0, histograms: 0, exemplars: 0 };
  const answer = await collectSamples(
    await requestOf(asked, ports, `POST ${path}`),
    (series, into) => {
      const read = readRemoteWrite(asked.body as Uint8Array, series, into, version);
      written = read;
      return read;
    },
    ports,
  );
  const refusedLater = written.samples + written.histograms - answer.accepted;
  const headers = {
    'x-prometheus-remote-write-samples-written': String(Math.max(0, written.samples - Math.max(0, refusedLater))),
    'x-prometheus-remote-write-histograms-written': String(written.histograms),
    'x-prometheus-remote-write-exemplars-written': String(written.exemplars),
  };
  return answer.rejected === 0 ? { status: 204, headers } : refused(answer, headers);
}

async function exposition(asked: Asked, ports: MeterPorts): Promise<Reply> {
  const given = asked.query.get('timestamp');
  const answer = await collectSamples(
    await requestOf(asked, ports, 'POST /api/v1/import/prometheus'),
    (series, into) =>
      readExposition(
        asked.body as Uint8Array,
        series,
        into,
        asked.contentType === 'application/openmetrics-text' ? 'OpenMetrics 1.0' : 'text 0.0.4',
        given === null ? asked.receivedAtMs : Number(given),
      ),
    ports,
  );
  return answer.rejected === 0 ? { status: 204 } : refused(answer, {});
}

/** As Prometheus logs it; what was right is kept, and need not come again. */
const refused = (answer: CollectAnswer, headers: Readonly<Record<string, string>>): Reply => ({
  status: 400,
  headers: { ...headers, 'content-type': 'text/plain; charset=utf-8' },
  body: new TextEncoder().encode(`${said(answer)}\n`),
});

/** Refusals that a message names. */
const SAID = 5;

function said({ accepted: kept, rejected, rejections }: CollectAnswer): string {
  const some = rejections.slice(0, SAID).map(({ index, reason }) => `${index}: ${reason}`);
  const more = rejected > SAID ? ` and more` : '';
  return `${rejected} rejected, ${kept} kept: ${some.join(' ')}${more}`;
}
