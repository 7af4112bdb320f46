/** Readers of the live stream: processor time a frame and reader, beside a bare server that writes the same bytes to as many connections. */
import { createServer, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { once } from 'node:events';
import { cpus } from 'node:os';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { httpListener } from '../src/http/listener.ts';
import { liveRoutes } from '../src/http/routes/live.ts';
import { LiveHub } from '../src/meter/steps/live/live-hub.ts';
import { SYSTEM_CLOCK } from '../src/process/system-clock.ts';
import type { MeterPorts } from '../src/compose-meter.ts';

const FRAMES = 20;
/** Of a scrape of some fifty samples. */
const FRAME_BYTES = 4_000;

export async function benchLiveReaders({ quick }: { readonly quick: boolean }): Promise<void> {
  const readers = quick ? 500 : 5_000;
  process.stdout.write(
    `${cpus()[0]?.model ?? ''}, Node ${process.version}; ${readers} readers, ${FRAMES} frames of ${FRAME_BYTES} bytes\n\n`,
  );
  process.stdout.write('| | processor time | µs a frame and reader | memory a reader |\n|---|--:|--:|--:|\n');
  const ours = await measure('the live stream', readers, stream());
  const bare = await measure('a bare server', readers, plain());
  process.stdout.write(`\n${(ours / bare).toFixed(2)}x of the bare server\n`);
}

interface Source {
  readonly server: Server;
  readonly count: () => number;
  tell(data: string): void;
}

/** As the collecting function serves it, but for the store, which no reader touches. */
function stream(): Source {
  const quiet = () => {};
  const log = { debug: quiet, info: quiet, warn: quiet, error: quiet };
  const feed = {
    announce: () => Promise.resolve(),
    isRead: () => Promise.resolve(false),
    publish: () => Promise.resolve(),
    listen: () => () => {},
  };
  const live = new LiveHub({ feed, instance: 'bench', clock: SYSTEM_CLOCK, log });
  const listener = httpListener(
    liveRoutes(() => ({ live }) as unknown as MeterPorts),
    {
      authenticate: () => Promise.resolve({ organization: 'acme', role: 'viewer', subject: 'bench' }),
      spend: () => Promise.resolve(),
      clock: SYSTEM_CLOCK,
      log,
      whileServing: (act) => act(),
    },
  );
  return {
    server: createServer(listener),
    count: () => live.readers,
    tell: (data) => live.tell('acme', { kind: 'samples', devices: [], data }),
  };
}

function plain(): Source {
  const open = new Set<ServerResponse>();
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.flushHeaders();
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return {
    server,
    count: () => open.size,
    tell(data) {
      const text = `id: 1\nevent: samples\ndata: ${data}\n\n`;
      for (const response of open) response.write(text);
    },
  };
}

/** Readers are in a thread of their own: what they take is not counted. Answers the processor time, milliseconds. */
async function measure(name: string, readers: number, source: Source): Promise<number> {
  source.server.listen(0, '127.0.0.1');
  await once(source.server, 'listening');
  const { port } = source.server.address() as AddressInfo;
  const before = process.memoryUsage.rss();
  const worker = new Worker(new URL(import.meta.url), { workerData: { port, readers, bytes: FRAMES * FRAME_BYTES } });
  await once(worker, 'message');
  while (source.count() < readers) await new Promise((resolve) => setImmediate(resolve));
  const memory = (process.memoryUsage.rss() - before) / readers / 1_024;
  const data = JSON.stringify('x'.repeat(FRAME_BYTES - 2));
  const started = process.threadCpuUsage();
  const heard = once(worker, 'message');
  for (let frame = 0; frame < FRAMES; frame++) {
    source.tell(data);
    // Until it is written: a frame is told when the one before is with its readers.
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  await heard;
  const { user, system } = process.threadCpuUsage(started);
  const cpuMs = (user + system) / 1_000;
  await worker.terminate();
  source.server.closeAllConnections();
  source.server.close();
  process.stdout.write(
    `| ${name} | ${Math.round(cpuMs)} ms | ${((cpuMs * 1_000) / FRAMES / readers).toFixed(1)} | ${memory.toFixed(0)} kB |\n`,
  );
  return cpuMs;
}

/** In the thread: all of them read, and it says when each has all bytes. */
function readAll(
  { port, readers, bytes }: { readonly port: number; readonly readers: number; readonly bytes: number },
  post: (what: string) => void,
): void {
  let [connected, done] = [0, 0];
  const open: Socket[] = [];
  for (let at = 0; at < readers; at++) {
    let heard = 0;
    const socket = connect(port, '127.0.0.1', () => {
      socket.write('GET /api/live HTTP/1.1\r\nHost: a\r\n\r\n');
      if (++connected === readers) post('connected');
    });
    socket.on('data', ({ length }) => {
      const before = heard;
      heard += length;
      if (before < bytes && heard >= bytes && ++done === readers) post('done');
    });
    socket.on('error', () => {});
    open.push(socket);
  }
}

if (!isMainThread) readAll(workerData as Parameters<typeof readAll>[0], (what) => parentPort?.postMessage(what));
