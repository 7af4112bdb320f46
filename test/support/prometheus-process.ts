/** Debian's Prometheus as a process of its own, to which samples are written, and which is asked. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { compress } from 'snappyjs';
import { writeRequest } from '../meter/formats/remote-write/requests.ts';
import { type Answered, type Asked, readAnswer } from './promql-answers.ts';
import type { WorldSeries } from './promql-world.ts';

export function hasPrometheus(): boolean {
  try {
    execFileSync('prometheus', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

export interface PrometheusProcess extends AsyncDisposable {
  write(series: readonly WorldSeries[]): Promise<void>;
  ask(query: string, asked: Asked): Promise<Answered>;
}

export async function prometheusProcess(): Promise<PrometheusProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'daymill-prometheus-'));
  writeFileSync(join(folder, 'prometheus.yml'), '');
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/v1`;
  const options = [
    `--config.file=${join(folder, 'prometheus.yml')}`,
    `--storage.tsdb.path=${join(folder, 'data')}`,
    '--storage.tsdb.retention.time=100y',
    '--enable-feature=promql-negative-offset,promql-at-modifier',
    '--web.enable-remote-write-receiver',
    `--web.listen-address=127.0.0.1:${port}`,
  ];
  const child = spawn('prometheus', options, { stdio: 'ignore' });
  const isReady = (): Promise<boolean> =>
    fetch(`${url}/query?query=1`).then(
      ({ ok }) => ok,
      () => false,
    );
  // It answers when it has opened its storage.
  while (!(await isReady())) {
    if (child.exitCode !== null) throw new Error(`prometheus ended with ${child.exitCode}`);
    await delay(50);
  }
  return {
    async write(series) {
      // What is an hour older than what it has is refused.
      const times = series.flatMap(({ samples }) => samples.map(({ timestampMs }) => timestampMs));
      const last = times.reduce((most, time) => Math.max(most, time), 0);
      const first = times.reduce((least, time) => Math.min(least, time), last);
      for (let from = first; from <= last; from += PART_MS) {
        const isIn = ({ timestampMs }: { timestampMs: number }): boolean =>
          timestampMs >= from && timestampMs < from + PART_MS;
        await push(
          url,
          series.map(({ labels, samples }) => ({ labels, samples: samples.filter(isIn) })),
        );
      }
    },
    async ask(query, asked) {
      const body = new URLSearchParams({ query });
      for (const [name, value] of Object.entries(asked)) body.set(name, String(value));
      const answer = await fetch(`${url}/${'step' in asked ? 'query_range' : 'query'}`, { method: 'POST', body });
      return readAnswer((await answer.json()) as Parameters<typeof readAnswer>[0]);
    },
    async [Symbol.asyncDispose]() {
      child.kill('SIGTERM');
      if (child.exitCode === null) await once(child, 'exit');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

const PART_MS = 1_200_000;

async function push(url: string, series: readonly WorldSeries[]): Promise<void> {
  const body = Buffer.from(compress(writeRequest(series)));
  const headers = { 'content-encoding': 'snappy', 'content-type': 'application/x-protobuf' };
  const answer = await fetch(`${url}/write`, { method: 'POST', body, headers });
  if (!answer.ok) throw new Error(`prometheus refused samples: ${answer.status} ${await answer.text()}`);
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
