/**
 * Preloaded into every process of a year of nights (`NODE_OPTIONS=--import …`): its clock is the machine's, moved on by what a file says,
 * and on SIGUSR2 it collects garbage and writes down what is left. Without it no document would come to its end in the time of a bench.
 */
import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { memoryProbe } from '../src/mill/worker/memory-probe.ts';

/** Names the folder in which `clock` holds milliseconds, and `memory-PID` what is asked for. */
export const YEAR_FOLDER = 'DAYMILL_BENCH_YEAR';

/** How long a process believes what it has read. */
const READ_EVERY_MS = 20;

export interface ProcessMemory {
  /** After a collection: V8's heap, and buffers outside of it, in MiB. */
  readonly heapMB: number;
  readonly buffersMB: number;
  readonly residentMB: number;
}

const folder = process.env[YEAR_FOLDER];
// A sandbox of the simulation has a clock of its own.
if (folder !== undefined && process.permission === undefined) {
  moveClock(join(folder, 'clock'));
  tellMemory(join(folder, `memory-${process.pid}`));
}

function moveClock(file: string): void {
  const machine = Date.now.bind(Date);
  let [offset, readAt] = [0, -Infinity];
  const now = (): number => {
    if (performance.now() - readAt > READ_EVERY_MS) {
      offset = Number(readFileSync(file, 'utf8'));
      readAt = performance.now();
    }
    return machine() + offset;
  };
  Date.now = now;
  const moved = new Proxy(Date, {
    construct: (target, given: unknown[], self) =>
      Reflect.construct(target, given.length === 0 ? [now()] : given, self) as Date,
    apply: (target) => new target(now()).toString(),
  });
  globalThis.Date = moved;
}

function tellMemory(file: string): void {
  process.on('SIGUSR2', () => {
    const probe = memoryProbe();
    probe.collectGarbage();
    const { heapUsedMB, externalMB = 0, rssMB } = probe.read();
    const memory: ProcessMemory = { heapMB: heapUsedMB, buffersMB: externalMB, residentMB: rssMB };
    writeFileSync(`${file}.new`, JSON.stringify(memory));
    renameSync(`${file}.new`, file);
  });
}
