/**
 * Heartbeats: ten thousand runtimes that beat once a second for ten seconds, each beat a call of its own as a request makes it, while the
 * table writes what changed every other second to a Firestore in another process. Measured: how long the event loop is away, by the clock and
 * in processor time of its thread, which others on the machine do not lengthen; processor time a beat; and what a runtime takes in memory.
 */
import { Firestore } from '@google-cloud/firestore';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { monitorEventLoopDelay } from 'node:perf_hooks';
import { setTimeout as wait } from 'node:timers/promises';
import { firestoreLiveMetrics } from '../src/google/meter/firestore-live-metrics.ts';
import type { LiveMetrics } from '../src/meter/ports/live-metrics.ts';
import { MetricTable } from '../src/meter/steps/runtimes/metric-table.ts';
import { SYSTEM_CLOCK } from '../src/process/system-clock.ts';

const RUNTIMES = 10_000;
const SECONDS = 10;
/** Beats come as they come: some hundred every ten milliseconds. */
const SLICES_A_SECOND = 100;
const WRITE_EVERY_MS = 2_000;

/** What a stopped loop's timer is late by says nothing below this. */
const RESOLUTION_MS = 1;

/** The goal: none longer. */
const PAUSE_MS = 20;

const NOWHERE: Pick<LiveMetrics, 'fetch' | 'write' | 'delete'> = {
  fetch: () => Promise.resolve(undefined),
  write: () => Promise.resolve(),
  delete: () => Promise.resolve(),
};

export async function benchHeartbeats({ quick }: { readonly quick: boolean }): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const seconds = quick ? 3 : SECONDS;
  print(
    `${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}; ${RUNTIMES} runtimes, ${seconds} s.\n`,
  );
  print('| heartbeats | away p99 ms | longest ms | longest, processor ms | of 20 ms and more | processor µs a beat |');
  print('|---|---:|---:|---:|---:|---:|');
  row('none: an idle loop', await measure(undefined, seconds));
  row('to the table alone', await measure(NOWHERE, seconds));
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  const server = fork(join(import.meta.dirname, '../test/support/firestore-process.ts'), [join(folder, 'state')]);
  try {
    const [{ port }] = (await once(server, 'message')) as [{ port: number }];
    const db = new Firestore({ projectId: 'demo-bench', host: `127.0.0.1:${port}`, ssl: false });
    // The first commit loads the client.
    const store = firestoreLiveMetrics(db, { organization: 'bench', clock: SYSTEM_CLOCK });
    await store.write({ id: 'first', changes: [{ id: 'first', set: {}, add: { success_count: 1 }, max: {} }] });
    row('to the table, written to Firestore', await measure(store, seconds));
    await db.terminate();
  } finally {
    server.kill();
    await once(server, 'exit');
    rmSync(folder, { recursive: true, force: true });
  }
  printMemory();
}

interface Measured {
  readonly longestBusy: number;
  readonly pauses: number;
  readonly p99: number;
  readonly longest: number;
  readonly microsABeat: number;
}

async function measure(
  store: Pick<LiveMetrics, 'fetch' | 'write' | 'delete'> | undefined,
  seconds: number,
): Promise<Measured> {
  const ids = Array.from({ length: RUNTIMES }, (_, at) => `runtime-${at}`);
  const table = store === undefined ? undefined : new MetricTable(store);
  const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
  // A full second of beats before, so that what is measured is compiled.
  for (const id of ids) table?.updates(id, beat(0), Date.now());
  await table?.write();
  await wait(500);
  const before = process.cpuUsage();
  const stretches = watchStretches();
  delays.enable();
  let writing: Promise<unknown> = Promise.resolve();
  const writes = setInterval(() => {
    if (table !== undefined) writing = table.write();
  }, WRITE_EVERY_MS);
  const slice = RUNTIMES / SLICES_A_SECOND;
  const started = performance.now();
  for (let tick = 0; tick < seconds * SLICES_A_SECOND; tick++) {
    const from = (tick % SLICES_A_SECOND) * slice;
    if (table !== undefined)
      for (let at = from; at < from + slice; at++) table.updates(ids[at] as string, beat(tick + at), Date.now());
    await wait(Math.max(0, started + (tick + 1) * (1_000 / SLICES_A_SECOND) - performance.now()));
  }
  clearInterval(writes);
  await writing;
  delays.disable();
  const busy = stretches.stop();
  const { user, system } = process.cpuUsage(before);
  const ms = (nanoseconds: number): number => Math.max(0, nanoseconds / 1e6 - RESOLUTION_MS);
  return {
    p99: ms(delays.percentile(99)),
    longest: ms(delays.max),
    longestBusy: Math.max(...busy),
    pauses: busy.filter((stretch) => stretch >= PAUSE_MS).length,
    microsABeat: (user + system) / (seconds * RUNTIMES),
  };
}

/** Processor time of this thread between two turns of the event loop: what nothing could interrupt, in milliseconds. */
function watchStretches(): { stop: () => number[] } {
  const stretches: number[] = [];
  const spent = (): number => {
    const { user, system } = process.threadCpuUsage();
    return (user + system) / 1_000;
  };
  let before = spent();
  const timer = setInterval(() => {
    const now = spent();
    stretches.push(now - before);
    before = now;
  }, RESOLUTION_MS);
  return {
    stop() {
      clearInterval(timer);
      return stretches;
    },
  };
}

/** What a client sends. */
const beat = (seed: number): Record<string, number> => ({
  cpu_ema: (seed * 7) % 100,
  memory_ema: (seed * 13) % 100,
  queue_len_ema: seed % 50,
  avg_job_time: 100 + (seed % 900),
  success_count: 1,
  failure_count: seed % 2,
  throughput: 3,
});

function printMemory(): void {
  const heap = (): number => {
    globalThis.gc?.();
    const { heapUsed, arrayBuffers } = process.memoryUsage();
    return heapUsed + arrayBuffers;
  };
  const table = new MetricTable(NOWHERE);
  const before = heap();
  for (let at = 0; at < 10 * RUNTIMES; at++) table.updates(`runtime-${at}`, beat(at), 1);
  const each = (bytes: number): string => (bytes / table.size).toFixed(0);
  const whole =
    globalThis.gc === undefined ? 'not measured: run Node with --expose-gc' : `${each(heap() - before)} B in all`;
  print(
    `\nA runtime takes ${each(table.bytes)} B of columns; ${whole} (${table.size} runtimes, none of them written).`,
  );
}

const row = (name: string, { p99, longest, longestBusy, pauses, microsABeat }: Measured): void => {
  const numbers = [p99, longest, longestBusy].map((number) => number.toFixed(1));
  print(`| ${[name, ...numbers, pauses, microsABeat.toFixed(1)].join(' | ')} |`);
};

const print = (text: string): void => void process.stdout.write(`${text}\n`);
