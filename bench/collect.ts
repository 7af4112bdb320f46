/**
 * Collecting, durably: samples a processor second of the collecting process, beside a bare server that decodes and drops the same bytes, and
 * Debian's VictoriaMetrics that takes the same bytes in; all in one run, and their processor time as Linux counts it.
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { PRICE_TABLES } from '../src/mill/model/price-table.ts';
import { SeriesIndex } from '../src/meter/segments/series-index.ts';
import { withStore } from '../test/support/kept-samples.ts';
import { type Serving, serving } from '../test/support/serving.ts';
import { type Format, formats, SAMPLES } from './collect-requests.ts';

const CONNECTIONS = 64;
const TICKS_A_SECOND = 100;
const { firestore, functions } = PRICE_TABLES['us-central1'];

interface Measured {
  readonly samples: number;
  readonly seconds: number;
  /** Of the server's process. */
  readonly cpuSeconds: number;
  /** Milliseconds. */
  readonly p99: number;
}

export async function benchCollect({ quick }: { readonly quick: boolean }): Promise<void> {
  const seconds = quick ? 4 : 12;
  print(`${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}; ${SAMPLES} samples a request\n`);
  const root = mkdtempSync(join(tmpdir(), 'daymill-bench-collect-'));
  const limits = { ingestion_rate: 1e9, ingestion_burst_size: 1e9, request_rate: 1e6, batch_request_rate: 1e6 };
  writeFileSync(
    join(root, 'package.json'),
    JSON.stringify({ name: 'bench', type: 'module', daymill: { collect: { limits } } }),
  );
  const served = await serving({ root });
  try {
    await benchFormats(served, seconds);
    await benchConnections(served, { root, seconds });
  } finally {
    await served.stop();
    rmSync(root, { recursive: true, force: true });
  }
  benchIndex(quick ? 200_000 : 1_000_000);
}

async function benchFormats(served: Serving, seconds: number): Promise<void> {
  print(
    `| ${CONNECTIONS} connections | durable, thousand samples a processor second | p99 | parse and drop | of it | VictoriaMetrics | of it |`,
  );
  print('|---|--:|--:|--:|--:|--:|--:|');
  const headers = { authorization: `Bearer ${await served.token('acme', 'developer')}` };
  for (const format of formats(Date.now())) {
    const ours = { url: `${served.url}${format.path}`, headers, pid: () => served.collector() };
    await load(format, ours, { seconds: 1, connections: 8 });
    const durable = await load(format, ours, { seconds, connections: CONNECTIONS });
    const dropped = await withDropServer((url, pid) =>
      load(format, { url, headers: {}, pid: () => pid }, { seconds: seconds / 2, connections: CONNECTIONS }),
    );
    const victoria =
      format.victoria === undefined
        ? undefined
        : await withVictoria((url, pid) =>
            load(
              format,
              { url: `${url}${format.victoria}`, headers: {}, pid: () => pid },
              { seconds: seconds / 2, connections: CONNECTIONS },
            ),
          );
    const cells = [rate(durable), `${Math.round(durable.p99)} ms`, rate(dropped), ratio(durable, dropped)];
    print(
      `| ${format.name} | ${[...cells, ...(victoria === undefined ? ['–', '–'] : [rate(victoria), ratio(durable, victoria)])].join(' | ')} |`,
    );
  }
}

/** What a million samples cost at so many connections. */
async function benchConnections(
  served: Serving,
  { root, seconds }: { readonly root: string; readonly seconds: number },
): Promise<void> {
  print('\n| connections | samples a segment | writes a million | bytes a sample at rest | p99 | dollars a million |');
  print('|--:|--:|--:|--:|--:|--:|');
  const [format] = formats(Date.now()) as [Format];
  for (const connections of [1, 10, 1_000]) {
    const organization = `org-${connections}`;
    const headers = { authorization: `Bearer ${await served.token(organization, 'developer')}` };
    const ours = { url: `${served.url}${format.path}`, headers, pid: () => served.collector() };
    const taken = await load(format, ours, { seconds, connections });
    const { segments, samples, bytes } = await storedOf(root, organization);
    const aSegment = samples / segments;
    const requests = 1e6 / SAMPLES;
    const dollars =
      (1e6 / aSegment) * (firestore.write + firestore.delete) +
      requests * functions.request +
      (1e6 * taken.cpuSeconds * functions.vcpuSecond) / taken.samples;
    print(
      `| ${connections} | ${Math.round(aSegment)} | ${(1e6 / aSegment).toFixed(1)} | ${(bytes / samples).toFixed(2)} | ${Math.round(taken.p99)} ms | ${dollars.toFixed(5)} |`,
    );
  }
}

const storedOf = (root: string, organization: string) =>
  withStore({ root }, async (days) => {
    let [segments, samples, bytes] = [0, 0, 0];
    for (const day of await days.days(organization)) {
      const content = await days.stored({ organization, day });
      segments += content.segments;
      samples += content.samples;
      bytes += content.bytes;
    }
    return { segments, samples, bytes };
  });

function benchIndex(count: number): void {
  const encoder = new TextEncoder();
  globalThis.gc?.();
  const before = process.memoryUsage();
  const index = new SeriesIndex({ seed: 1, check: () => undefined });
  for (let at = 0; at < count; at++) {
    const labels = [
      ['__name__', `http_requests_${at % 40}_total`],
      ['cluster', 'production-eu'],
      ['job', 'node'],
      ['method', 'GET'],
      ['path', `/api/${at % 500}`],
      ['pod', `pod-${at}`],
    ] as const;
    const key = encoder.encode(JSON.stringify(labels));
    index.add(key, 0, key.byteLength, { labels });
  }
  index.idsOf('2026-11-27');
  globalThis.gc?.();
  const after = process.memoryUsage();
  const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
  print(`\n${Math.round(bytes / count)} bytes a live series, of ${count} series with six labels each`);
}

interface Target {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly pid: () => number | undefined;
}

async function load(
  { headers, bodies }: Format,
  target: Target,
  { seconds, connections }: { readonly seconds: number; readonly connections: number },
): Promise<Measured> {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const { hostname, port, pathname, search } = new URL(target.url);
  const took: number[] = [];
  const send = (body: Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const begun = performance.now();
      const asked = request(
        {
          agent,
          hostname,
          port,
          path: `${pathname}${search}`,
          method: 'POST',
          headers: { ...headers, ...target.headers, 'content-length': body.byteLength },
        },
        (answer) => {
          answer.resume();
          answer.once('end', () => {
            took.push(performance.now() - begun);
            if ((answer.statusCode ?? 500) < 300) resolve();
            else reject(new Error(`${target.url} answers ${answer.statusCode}`));
          });
        },
      );
      asked.once('error', reject);
      asked.end(body);
    });
  // So that there is a process, and it knows the series.
  await send(bodies[0] as Uint8Array);
  took.length = 0;
  const cpuBefore = cpuSecondsOf(target.pid());
  const begun = performance.now();
  const until = begun + seconds * 1_000;
  let next = 0;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (performance.now() < until) await send(bodies[next++ % bodies.length] as Uint8Array);
    }),
  );
  const cpuSeconds = cpuSecondsOf(target.pid()) - cpuBefore;
  agent.destroy();
  const sorted = took.toSorted((a, b) => a - b);
  return {
    samples: took.length * SAMPLES,
    seconds: (performance.now() - begun) / 1_000,
    cpuSeconds,
    p99: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  };
}

/** utime and stime of https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html, all threads. */
function cpuSecondsOf(pid: number | undefined): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\)\s/s, '')
    .split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_A_SECOND;
}

async function withDropServer<T>(act: (url: string, pid: number) => Promise<T>): Promise<T> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'drop-server.ts')], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(createInterface({ input: child.stdout }), 'line')) as [string];
  return ending(child, () => act(`http://127.0.0.1:${line}`, child.pid as number));
}

async function withVictoria<T>(act: (url: string, pid: number) => Promise<T>): Promise<T | undefined> {
  try {
    execFileSync('victoria-metrics', ['--version'], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-victoria-'));
  const port = 18_428;
  const child = spawn('victoria-metrics', [`-httpListenAddr=127.0.0.1:${port}`, `-storageDataPath=${folder}`], {
    stdio: 'ignore',
  });
  const url = `http://127.0.0.1:${port}`;
  while (
    !(await fetch(`${url}/health`).then(
      ({ ok }) => ok,
      () => false,
    ))
  )
    await delay(100);
  try {
    return await ending(child, () => act(url, child.pid as number));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function ending<T>(child: ChildProcess, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } finally {
    child.kill('SIGTERM');
    if (child.exitCode === null) await once(child, 'exit');
  }
}

const perSecond = ({ samples, cpuSeconds }: Measured): number => samples / cpuSeconds;
const rate = (measured: Measured): string => String(Math.round(perSecond(measured) / 1_000));
const ratio = (one: Measured, other: Measured): string => `${(perSecond(one) / perSecond(other)).toFixed(2)}×`;
const print = (line: string): void => void process.stdout.write(`${line}\n`);
