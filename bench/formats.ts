/** How fast readers of formats are, on one core, with series that are known: samples a processor second. */
import { cpus } from 'node:os';
import { compress } from 'snappyjs';
import { readMessage, readRemoteWrite } from '../src/meter/formats/remote-write/read.ts';
import { Samples } from '../src/meter/model/samples.ts';
import { request2, type SentSeries, writeRequest } from '../test/meter/formats/remote-write/requests.ts';
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
  return Promise.resolve();
}

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
