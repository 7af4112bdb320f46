/**
 * Planning: time, peak memory and documents read, beside the naive way and beside ninja on the same graph. Each case is a process of
 * its own; the state that a planner reads is written to a local Firestore by the real adapter, and read back by a cold one.
 */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { Firestore } from '@google-cloud/firestore';
import { type FirestoreEmulator, startFirestore } from '../src/emulators/firestore/server.ts';
import { openState } from '../src/emulators/state.ts';
import { firestorePlanning } from '../src/google/mill/firestore-planning.ts';
import { measureNinja } from './ninja.ts';
import { type Job, type Measured, type MeasuredNaively, medianOf, packWorld } from './planning-case.ts';
import { bookIds, bookOf, type Case, CASES, type PlanningWorld, TITLES, worldOf } from './planning-world.ts';

const LENGTHS = [30, 365, 3_650];
/** The planner that looks at every cell holds all of them in memory. */
const NAIVE_DAYS = 365;
const WHOLE_RUNS = 5;
/** Books that one commit writes. */
const BOOKS_A_COMMIT = 500;

interface Reads {
  readonly cold: number;
  readonly warm: number;
}

interface Row extends Measured {
  readonly days: number;
  readonly changed: Case;
  readonly state: Reads;
  /** Of a process that loads state and manifest, makes one plan and counts it; of the cases that ninja is measured on. */
  readonly wholeMs: number;
}

export async function benchPlanning(): Promise<void> {
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const folder = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  try {
    print(`${cpus()[0]?.model ?? ''}, ${cpus().length} cores, Node ${process.version}; load ${loadAverage()}.\n`);
    const rows: Row[] = [];
    printPlansHeader();
    for (const days of LENGTHS) {
      for (const changed of CASES) {
        const measured = await measure(folder, days, changed);
        printPlan(measured);
        rows.push(measured);
      }
    }
    printWaves(rows);
    await printOthers(folder, rows);
    print(`\nLoad at the end: ${loadAverage()}.`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function measure(folder: string, days: number, changed: Case): Promise<Row> {
  const world = worldOf(days, changed);
  const file = join(folder, 'state');
  writeFileSync(file, packWorld(world));
  const measured = (await inProcess({ file, days, changed, how: 'measured' })) as Measured;
  const wholes: number[] = [];
  const runs = changed === 'nothing' || changed === 'first' ? WHOLE_RUNS : 0;
  for (let run = 0; run < runs; run++) {
    const started = performance.now();
    await inProcess({ file, days, changed, how: 'once' });
    wholes.push(performance.now() - started);
  }
  return { ...measured, days, changed, wholeMs: medianOf(wholes), state: await stateReads(world, days, changed) };
}

async function inProcess(job: Job): Promise<unknown> {
  const child = spawn(process.execPath, [join(import.meta.dirname, 'planning-case.ts'), JSON.stringify(job)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let printed = '';
  child.stdout.on('data', (chunk: Buffer) => {
    printed += chunk.toString('utf8');
  });
  const code = await new Promise<number | null>((resolve) => {
    child.once('close', resolve);
  });
  if (code !== 0) throw new Error(`${JSON.stringify(job)} ended with ${code}`);
  return JSON.parse(printed);
}

/** Documents of the planner's state, by the emulator's own count. One cell stands for each book: its size is no part of the state's. */
async function stateReads(world: PlanningWorld, days: number, changed: Case): Promise<Reads> {
  const emulator = await startFirestore({ state: openState(':memory:') });
  const clients: Firestore[] = [];
  const another = () => {
    const options = { projectId: 'bench', host: `127.0.0.1:${emulator.port}`, ssl: false };
    const client = new Firestore({ ...options, customHeaders: { authorization: 'Bearer owner' } });
    clients.push(client);
    return firestorePlanning(client);
  };
  try {
    const writer = another();
    const ids = bookIds(world, days);
    for (let start = 0; start < ids.length; start += BOOKS_A_COMMIT) {
      const settled = ids.slice(start, start + BOOKS_A_COMMIT).flatMap((id) => {
        const [date, to] = bookOf(id, days, changed, world.manifest).entries().next().value ?? [];
        const computation = id.slice(0, id.lastIndexOf('.'));
        return date === undefined || to === undefined ? [] : [{ cell: { computation, date }, to }];
      });
      await writer.commit(await writer.load(), { settled });
    }
    if (changed !== 'first') {
      const { standings, datasets } = world;
      await writer.commit(await writer.load(), { standings, datasets });
    }
    const reader = another();
    return { cold: await readsOf(emulator, () => reader.load()), warm: await readsOf(emulator, () => reader.load()) };
  } finally {
    await Promise.all(clients.map((client) => client.terminate()));
    await emulator.close();
  }
}

async function readsOf(emulator: FirestoreEmulator, work: () => Promise<unknown>): Promise<number> {
  emulator.resetCounters();
  await work();
  return emulator.counters().reads;
}

function printPlansHeader(): void {
  print(
    '| state | days | cells | of them run | plan ms | million cells/s | load ms | peak MB | reads: state, cold (warm) | books | root data | all, cold | naive reads |',
  );
  print('|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|');
}

function printPlan({ days, changed, cells, counts, planMs, loadMs, peakMB, state, books, data }: Row): void {
  const runs = (counts['RUN'] ?? 0) + (counts['RERUN'] ?? 0);
  print(
    row([
      TITLES[changed],
      say(days),
      say(cells),
      say(runs),
      planMs.toFixed(1),
      (cells / planMs / 1_000).toFixed(1),
      loadMs.toFixed(0),
      peakMB.toFixed(0),
      `${state.cold} (${state.warm})`,
      say(books),
      say(data),
      say(state.cold + books + data),
      say(2 * cells),
    ]),
  );
}

function printWaves(rows: readonly Row[]): void {
  print('\nThe first wave that each of these dispatches:\n');
  print('| state | days | cells | tasks | books, more | ms |');
  print('|---|--:|--:|--:|--:|--:|');
  for (const { days, changed, wave } of rows) {
    if (wave === undefined) continue;
    print(row([TITLES[changed], say(days), say(wave.cells), say(wave.tasks), say(wave.books), wave.ms.toFixed(1)]));
  }
}

async function printOthers(folder: string, rows: readonly Row[]): Promise<void> {
  print('\nNothing changed, beside others; whole processes, from start to end, except where said:\n');
  print('| | days | cells | ms | ns/cell | ours, whole process, ms | ns/cell | ratio |');
  print('|---|--:|--:|--:|--:|--:|--:|--:|');
  for (const days of LENGTHS) {
    const quiet = rows.find((one) => one.days === days && one.changed === 'nothing') as Row;
    const first = rows.find((one) => one.days === days && one.changed === 'first') as Row;
    const compare = (name: string, ms: number, ours: Row, oursMs = ours.wholeMs): void =>
      print(
        row([
          name,
          say(days),
          say(ours.cells),
          ms.toFixed(0),
          perCell(ms, ours),
          oursMs.toFixed(0),
          perCell(oursMs, ours),
          (ms / oursMs).toFixed(2),
        ]),
      );
    const nested = join(folder, `ninja-${days}`);
    mkdirSync(nested);
    const ninja = measureNinja(nested, worldOf(days, 'nothing').manifest, days);
    rmSync(nested, { recursive: true, force: true });
    if (ninja?.nullMs !== undefined) {
      compare('ninja, null build', ninja.nullMs, quiet);
      const running = quiet.loadMs + quiet.planMs;
      compare('… ours: loaded and planned by a process that runs already', ninja.nullMs, quiet, running);
    }
    if (ninja !== undefined) compare('ninja -n, all stale; ours: first build', ninja.dryMs, first);
    if (days > NAIVE_DAYS) continue;
    const file = join(folder, 'state');
    writeFileSync(file, packWorld(worldOf(days, 'nothing')));
    const naive = (await inProcess({ file, days, changed: 'nothing', how: 'naive' })) as MeasuredNaively;
    compare('cell by cell, deciding alone; ours: the plan alone', naive.planMs, quiet, quiet.planMs);
    print(
      row([
        `… its peak: ${naive.peakMB.toFixed(0)} MB; ours: ${quiet.peakMB.toFixed(0)} MB`,
        '',
        '',
        '',
        '',
        '',
        '',
        '',
      ]),
    );
  }
}

const perCell = (ms: number, { cells }: Row): string => ((ms * 1e6) / cells).toFixed(0);
const row = (values: readonly string[]): string => `| ${values.join(' | ')} |`;
const say = (count: number): string => count.toLocaleString('en');
const print = (line: string): void => void process.stdout.write(`${line}\n`);

/** Linux only. */
function loadAverage(): string {
  try {
    return readFileSync('/proc/loadavg', 'utf8').split(' ').slice(0, 3).join(' ');
  } catch {
    return 'unknown';
  }
}
