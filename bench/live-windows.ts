/** Live windows: processor time a sample, and a closed minute, and bytes a series, of steady and of noisy gauges and of counters. */
import { cpus } from 'node:os';
import { LiveWindows } from '../src/meter/live/windows.ts';

const SERIES = 20_000;
const MINUTE_MS = 60_000;
/** One every 15 seconds, as Prometheus and OpenTelemetry's exporters send. */
const STEP_MS = 15_000;
const START = Date.UTC(2026, 0, 1);

const SHAPES = {
  'a steady gauge': (): number => 42,
  'a gauge of whole numbers': (series: number, step: number): number => (series * 31 + step * 17) % 100,
  'a noisy gauge': (series: number, step: number): number =>
    Math.abs(Math.sin(series * 1.7 + step * 12.9898) * 43_758.5453),
  'a counter': (series: number, step: number): number => step * (series % 50),
} as const;

export function benchLiveWindows({ quick }: { readonly quick: boolean }): Promise<void> {
  const minutes = quick ? 16 : 61;
  print(
    `${cpus()[0]?.model ?? ''}, Node ${process.version}; ${SERIES} series of each, ${minutes} minutes, a sample every 15 s.\n`,
  );
  print(
    '| series | ns a sample | µs a series and minute closed | longest slice ms | bytes a series after a minute | at the end | bytes a minute written |',
  );
  print('|---|---:|---:|---:|---:|---:|---:|');
  for (const [name, valueOf] of Object.entries(SHAPES)) print(rowOf(name, valueOf, minutes));
  return Promise.resolve();
}

function rowOf(name: string, valueOf: (series: number, step: number) => number, minutes: number): string {
  const windows = new LiveWindows();
  const kind = name === 'a counter' ? 'counter' : 'gauge';
  const spent = { add: 0, close: 0, longest: 0, written: 0, first: 0 };
  for (let step = 0; step < (minutes * MINUTE_MS) / STEP_MS; step++) {
    const atMs = START + step * STEP_MS;
    const started = cpuMs();
    for (let series = 0; series < SERIES; series++)
      windows.add('org', series, { kind, atMs, value: valueOf(series, step) }, atMs);
    spent.add += cpuMs() - started;
    if (step === 3) spent.first = windows.counts().bytes;
    if (step % 4 === 3) close(windows, atMs, spent);
  }
  const { bytes, taken } = windows.counts();
  const closed = (minutes - 2) * SERIES;
  return `| ${[
    name,
    ((spent.add / taken) * 1e6).toFixed(0),
    ((spent.close / closed) * 1e3).toFixed(1),
    spent.longest.toFixed(1),
    (spent.first / SERIES).toFixed(0),
    (bytes / SERIES).toFixed(0),
    (spent.written / closed).toFixed(1),
  ].join(' | ')} |`;
}

function close(windows: LiveWindows, nowMs: number, spent: { close: number; longest: number; written: number }): void {
  let started = cpuMs();
  for (const closed of windows.close(nowMs, (_, series) => `id-${series}`)) {
    const slice = cpuMs() - started;
    spent.close += slice;
    spent.longest = Math.max(spent.longest, slice);
    spent.written += closed?.data.length ?? 0;
    started = cpuMs();
  }
  spent.close += cpuMs() - started;
}

/** Of this process: others on the machine do not count. */
function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

const print = (text: string): void => void process.stdout.write(`${text}\n`);
