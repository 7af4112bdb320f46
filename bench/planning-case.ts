/** One case of `npm run bench -- planning`, in a process of its own, so that its peak of memory is its own: prints a line of JSON. */
import { readFileSync } from 'node:fs';
import { zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { z } from 'zod';
import type { Settled } from '../src/mill/model/cell.ts';
import { Day } from '../src/values/date.ts';
import { Manifest } from '../src/mill/model/manifest.ts';
import { makeTasks } from '../src/mill/planning/make-tasks.ts';
import { type Plan, plan, type PlannedCell } from '../src/mill/planning/plan.ts';
import { Shelf } from '../src/mill/planning/shelf.ts';
import { DatasetStanding, Standing } from '../src/mill/planning/standing.ts';
import { MAX_CELLS_A_WAVE } from '../src/mill/planning/wave.ts';
import { bookIds, bookOf, type Case, dataOf, type PlanningWorld } from './planning-world.ts';

/** Rounds end after this long; there are two at least, and a tenth one is the last. */
const ENOUGH_MS = 5_000;

/** As the adapter packs it: what a planner starts from. */
const StateFile = z.object({
  manifest: Manifest,
  sequence: z.number(),
  from: Day,
  to: Day,
  standings: z.record(z.string(), Standing),
  datasets: z.record(z.string(), DatasetStanding),
});

export interface Measured {
  readonly cells: number;
  /** Unpacking, parsing and validating manifest and state. */
  readonly loadMs: number;
  /** Median, of the plans until one misses no book; books are made in between, and not counted. */
  readonly planMs: number;
  readonly counts: Readonly<Record<string, number>>;
  /** Of the process, after planning. */
  readonly peakMB: number;
  readonly books: number;
  readonly data: number;
  /** Putting a wave's cells together and making tasks of them; undefined when nothing runs. */
  readonly wave?: { readonly ms: number; readonly cells: number; readonly tasks: number; readonly books: number };
}

export interface MeasuredNaively {
  readonly cells: number;
  readonly planMs: number;
  readonly peakMB: number;
}

export function packWorld({ standings, datasets, ...rest }: PlanningWorld): Uint8Array {
  const content = { ...rest, standings: Object.fromEntries(standings), datasets: Object.fromEntries(datasets) };
  return zstdCompressSync(JSON.stringify(content));
}

export type Job = { readonly file: string; readonly days: number; readonly changed: Case } & {
  /** `once`: one plan and its counts, as a command would make it. `naive`: by looking at every cell. */
  readonly how: 'measured' | 'once' | 'naive';
};

async function run(job: Job): Promise<unknown> {
  const started = performance.now();
  const world = loadWorld(job.file);
  const loadMs = performance.now() - started;
  if (job.how === 'naive') return naively(world, job);
  const books = new Books(world, job);
  const first = books.plan('forecast');
  if (job.how === 'once') return first.made.counts();
  const times = [first.ms];
  const [booksAsked, dataAsked] = [books.content.books.size, books.content.data.size];
  for (let total = first.ms; times.length < 2 || (total < ENOUGH_MS && times.length < 10);) {
    books.close();
    const { ms } = books.plan('forecast');
    times.push(ms);
    total += ms;
  }
  const counts = first.made.counts();
  const measured: Measured = {
    cells: Object.values(counts).reduce((sum, count) => sum + count, 0),
    loadMs,
    planMs: medianOf(times),
    counts,
    peakMB: peakMB(),
    books: booksAsked,
    data: dataAsked,
  };
  const wave = books.wave();
  return wave === undefined ? measured : { ...measured, wave };
}

function loadWorld(file: string): PlanningWorld {
  const { standings, datasets, ...rest } = StateFile.parse(
    JSON.parse(zstdDecompressSync(readFileSync(file)).toString('utf8')),
  );
  return { ...rest, standings: new Map(Object.entries(standings)), datasets: new Map(Object.entries(datasets)) };
}

/** As mill/steps/dispatch/survey.ts, with books that are made when a plan has missed them. */
class Books {
  readonly #world: PlanningWorld;
  readonly #job: Job;
  content = { books: new Map<string, Map<Day, Settled>>(), data: new Map<string, Map<Day, string>>() };

  constructor(world: PlanningWorld, job: Job) {
    this.#world = world;
    this.#job = job;
  }

  close(): void {
    this.content = { books: new Map(), data: new Map() };
  }

  plan(mode: 'forecast' | 'dispatch'): { made: Plan; ms: number; shelf: Shelf } {
    const { manifest, from, to, ...rest } = this.#world;
    const shelf = new Shelf(this.content);
    const state = { ...rest, shelf, equivalents: new Map(), distrusted: new Map(), inFlight: new Map() };
    let before: Plan | undefined;
    for (let ms = 0; ;) {
      const started = performance.now();
      const made: Plan = before?.anew() ?? plan({ manifest, from, to, mode, state, dispatchId: 'tonight' });
      before = made;
      made.counts();
      ms += performance.now() - started;
      if (shelf.isComplete) return { made, ms, shelf };
      this.#fetch(shelf);
    }
  }

  wave(): Measured['wave'] {
    const { made, shelf } = this.plan('dispatch');
    const before = this.content.books.size;
    for (let ms = 0; ;) {
      const started = performance.now();
      const keys = made.runnable(made.computations, MAX_CELLS_A_WAVE);
      const cells = keys.map((key) => made.cell(key) as PlannedCell);
      if (!shelf.isComplete) {
        ms += performance.now() - started;
        this.#fetch(shelf);
        continue;
      }
      const { manifest } = this.#world;
      const context = { manifest, runId: 'run', dispatchId: 'tonight', nowMs: 0, tierOf: () => 'standard' as const };
      const tasks = makeTasks(cells, context);
      ms += performance.now() - started;
      const books = this.content.books.size - before;
      return cells.length === 0 ? undefined : { ms, cells: cells.length, tasks: tasks.length, books };
    }
  }

  #fetch(shelf: Shelf): void {
    const { days, changed } = this.#job;
    const missing = shelf.takeMissing();
    for (const id of missing.books) this.content.books.set(id, bookOf(id, days, changed, this.#world.manifest));
    for (const name of missing.data) this.content.data.set(name, dataOf(name, days, changed));
  }
}

/** With every status document in memory already. */
async function naively(world: PlanningWorld, { days, changed }: Job): Promise<MeasuredNaively> {
  // Here alone, so that other cases need not load it.
  const { planEveryCell } = await import('../test/support/planner-of-every-cell.ts');
  const { manifest, from, to } = world;
  const book = new Map<string, Map<Day, Settled>>();
  for (const id of bookIds(world, days)) {
    const name = id.slice(0, id.lastIndexOf('.'));
    const known = book.get(name) ?? new Map<Day, Settled>();
    for (const [date, settled] of bookOf(id, days, changed, manifest)) known.set(date, settled);
    book.set(name, known);
  }
  const availability = new Map(manifest.datasets.map(({ name }) => [name, dataOf(name, days, changed)]));
  const state = {
    availability,
    book,
    inFlight: new Map(),
    equivalents: new Map(),
    again: new Map(),
    breakers: new Map(),
    distrusted: new Set<string>(),
  };
  const started = performance.now();
  const cells = planEveryCell({ manifest, state, from, to, mode: 'forecast' });
  const planMs = performance.now() - started;
  if (cells.some(({ decision }) => decision.outcome !== 'SKIP')) throw new Error('the naive planner sees a change');
  return { cells: cells.length, planMs, peakMB: peakMB() };
}

const peakMB = (): number => process.resourceUsage().maxRSS / 1_024;

export function medianOf(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1] ?? NaN;
}

if (import.meta.main) process.stdout.write(`${JSON.stringify(await run(JSON.parse(process.argv[2] ?? '') as Job))}\n`);
