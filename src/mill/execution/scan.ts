/**
 * Scans: one reading of a day's entities feeds several computations. Each has its own breaker, errors, checks, artifact and time;
 * one that fails leaves the others as they are.
 *
 * A chunk is walked block by block, and each block computation by computation: a function stays in a tight loop of its own, over
 * entities that the one before has just had in the processor's cache, and two looks at the clock a block tell whose time it was.
 */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { getHeapStatistics } from 'node:v8';
import type { AuthorCode } from '../../process/author-code.ts';
import { codeOf, RetryableError, speaksOfMemory, TerminalError, toError } from '../../errors.ts';
import type { Artifact } from '../model/artifact.ts';
import { type Computation, type DayContext, isKeyed } from '../model/computation.ts';
import { artifactWriter, type ShardSink, writeArtifact } from './artifact-writer.ts';
import { authored, authorCodeOf, timedOut } from './authored.ts';
import { type EntityBreaker, type EntityError, type EntityErrorKind, openEntityBreaker } from './entity-breaker.ts';
import { type Beside, besideIn, type JoinedEntry } from './join-by-key.ts';
import { freeze } from './freeze.ts';
import { BLOCK, FLUSH_HEAP_SHARE, FROZEN_ENTITIES, STRIDE } from './limits.ts';
import { openQuality } from './quality.ts';
import { checkOutput, checkValue } from './validators.ts';

/** One computation of a scan. */
export interface ScanCell {
  readonly computation: Computation;
  readonly context: DayContext;
  /** By the author's keys; datasets left out. */
  readonly inputs: Readonly<Record<string, unknown>>;
  /** What it is given of the streams beside the entities; nothing when absent. */
  readonly beside?: readonly Beside[] | undefined;
  readonly sink: ShardSink;
  /** Takes what its code left running threw. */
  readonly onStray: (error: Error) => void;
  /** Takes what its code prints; the process's own streams have it when absent. */
  readonly onPrinted?: ((text: string) => void) | undefined;
}

export interface ScanRequest {
  readonly cells: readonly ScanCell[];
  /** In key order, in chunks of any size. The next is asked for when all computations are done with the last. */
  readonly entities: AsyncIterable<readonly JoinedEntry[]>;
  /** Milliseconds, steady. */
  readonly now: () => number;
  /** Used share of the heap, 0 to 1; V8's own figure when absent. */
  readonly heapShare?: (() => number) | undefined;
  /** Several computations that are not through by then are too many for one task. */
  readonly stopAtMs?: number | undefined;
  readonly onProgress?: ((entities: number) => void) | undefined;
}

export interface Execution {
  readonly artifact: Artifact;
  /** Entities read. */
  readonly entities: number;
  readonly failedEntities: number;
  readonly errors: readonly EntityError[];
  readonly kinds: readonly EntityErrorKind[];
  /** Its own time and its share of the reading. */
  readonly seconds: number;
}

/**
 * What became of each cell, in order.
 * @throws {RetryableError} OVERTIME when several computations are still at it at `stopAtMs`
 * @throws whatever the source or a sink throws, and what speaks of memory, as it is: the lifecycle decides where to try again.
 */
export async function scan(request: ScanRequest): Promise<(Execution | TerminalError)[]> {
  const { entities, now, heapShare = v8HeapShare, onProgress } = request;
  const startedMs = now();
  const runs = await Promise.all(request.cells.map(openRun));
  const open = (): Running[] => runs.filter((run) => run.failure === undefined);
  /** All the time that went by, less what went by in other computations. */
  const elapsedMs = (run: Running): number =>
    now() - startedMs - runs.reduce((sum, other) => (other === run ? sum : sum + other.ownMs), 0);
  let tried = 0;
  const frozen = runs.length > 1 ? Infinity : FROZEN_ENTITIES;

  for await (const chunk of open().length === 0 ? [] : entities) {
    for (let start = 0; start < chunk.length; start += STRIDE) {
      const end = Math.min(start + STRIDE, chunk.length);
      for (let at = start; at < Math.min(end, start + frozen - tried); at++) freezeEntry(chunk[at] as JoinedEntry);
      for (let block = start; block < end; block += BLOCK) {
        const blockEnd = Math.min(block + BLOCK, end);
        for (const run of runs) {
          if (run.failure !== undefined) continue;
          const beganMs = now();
          const flushing = visitBlock(run, chunk, block, blockEnd);
          if (flushing !== undefined) await flushing;
          run.ownMs += now() - beganMs;
        }
      }
      for (const run of open())
        if (elapsedMs(run) > run.computation.timeoutSeconds * 1_000) run.failure ??= timedOut(run.computation);
      if (heapShare() > FLUSH_HEAP_SHARE) for (const run of open()) await guarded(run, run.flush);
      tried += end - start;
      onProgress?.(tried);
      if (request.stopAtMs !== undefined && now() > request.stopAtMs && open().length > 1) throw overtime(open());
      await nextTurn();
    }
    if (open().length === 0) break;
  }

  const shareMs = (now() - startedMs - runs.reduce((sum, run) => sum + run.ownMs, 0)) / runs.length;
  const results: (Execution | TerminalError)[] = [];
  for (const run of runs) {
    const beganMs = now();
    const artifact = await guarded(run, async () => {
      run.breaker.end();
      return run.finish();
    });
    const { tried: read, failures, errors, kinds } = run.breaker;
    const seconds = (run.ownMs + now() - beganMs + shareMs) / 1_000;
    results.push(
      artifact === undefined || run.failure !== undefined
        ? (run.failure ?? new TerminalError('COMPUTE_FAILED', `${run.computation.name} ended without a result`))
        : { artifact, entities: read, failedEntities: failures, errors, kinds, seconds },
    );
  }
  return results;
}

type Chunk = readonly JoinedEntry[];

/** The entity, and what came beside it: nobody's code is given the entry. */
function freezeEntry(entry: JoinedEntry): void {
  for (let at = 1; at < entry.length; at++) freeze(entry[at]);
}

/** A computation under way. */
interface Running {
  readonly computation: Computation;
  readonly code: AuthorCode;
  readonly breaker: EntityBreaker;
  readonly visit: (entry: JoinedEntry) => void;
  /** Whether its result grows with the entities. */
  readonly gathers: boolean;
  readonly isFull: () => boolean;
  readonly flush: () => Promise<void>;
  readonly finish: () => Promise<Artifact>;
  ownMs: number;
  failure: TerminalError | undefined;
}

async function openRun(cell: ScanCell): Promise<Running> {
  const { computation, inputs, context, sink } = cell;
  const { work } = computation;
  const day = { ...context, inputs };
  const contextOf = openContext(cell);
  const code = authorCodeOf(cell);
  const base = { computation, code, breaker: openEntityBreaker(), ownMs: 0, failure: undefined };
  if (work.shape === 'perEntity') {
    const { perEntity } = work;
    const writer = artifactWriter(sink);
    const quality = openQuality(computation);
    return {
      ...base,
      visit(entry) {
        const id = entry[0];
        const value = perEntity(entry[1], contextOf(entry));
        if (value === undefined) return;
        const checked = checkValue(computation, id, value);
        writer.add(id, checked);
        quality.add(checked);
      },
      gathers: true,
      isFull: () => writer.isFull(),
      flush: () => writer.flush(),
      async finish() {
        quality.end();
        return writer.finish();
      },
    };
  }
  if (work.shape !== 'reduce') throw new Error(`${computation.name} streams no dataset`);
  const { init, add, finish } = work.reduce;
  let accumulator: unknown;
  const run: Running = {
    ...base,
    visit(entry) {
      add(accumulator, entry[1], contextOf(entry));
    },
    gathers: false,
    isFull: () => false,
    flush: async () => {},
    async finish() {
      const value = await authored(computation, code, () => finish(accumulator, day));
      const checked = code.run(() => checkOutput(computation, value));
      return writeArtifact(checked, isKeyed(computation.output), sink);
    },
  };
  await guarded(run, async () => {
    accumulator = await authored(computation, code, () => init(day));
  });
  return run;
}

/** One context for all entities: a fresh object for each would be most of the garbage of a scan. */
function openContext({ context, inputs, beside = [] }: ScanCell) {
  const joined = beside.flatMap(({ at, key }) => (key === undefined ? [] : [{ at, key }]));
  const before = beside.find(({ key }) => key === undefined)?.at;
  const own: Record<string, unknown> = Object.fromEntries([
    ...Object.entries(inputs),
    // Its own, so that what is set later is no setter's, `__proto__` as well.
    ...joined.map(({ key }) => [key, undefined] as const),
  ]);
  const base = { ...context, inputs: own, id: '' };
  const each: typeof base & { before?: unknown } = before === undefined ? base : { ...base, before: undefined };
  return (entry: JoinedEntry): typeof each => {
    each.id = entry[0];
    if (before !== undefined) each.before = besideIn(entry, before);
    for (const { at, key } of joined) own[key] = besideIn(entry, at);
    return each;
  };
}

/** Visits a block. Answers a promise only when something must be let go on the way: a promise for each block would cost more. */
function visitBlock(run: Running, chunk: Chunk, start: number, end: number): Promise<void> | undefined {
  try {
    const at = run.code.run(() => visitEach(run, chunk, start, end));
    return run.isFull() ? flushAndGoOn(run, chunk, at, end) : undefined;
  } catch (thrown) {
    fail(run, thrown);
    return undefined;
  }
}

const flushAndGoOn = async (run: Running, chunk: Chunk, start: number, end: number): Promise<void> => {
  await guarded(run, async () => {
    for (let at = start; ;) {
      await run.flush();
      if (at === end) return;
      const from = at;
      at = run.code.run(() => visitEach(run, chunk, from, end));
      if (!run.isFull()) return;
    }
  });
};

/** Visits entities until the end, or until what was gathered should be let go. Answers where to go on. */
function visitEach({ visit, breaker, gathers, isFull }: Running, chunk: Chunk, start: number, end: number): number {
  let passed = 0;
  for (let at = start; at < end; at++) {
    const entry = chunk[at] as JoinedEntry;
    try {
      visit(entry);
    } catch (thrown) {
      if (codeOf(thrown) !== undefined || speaksOfMemory(toError(thrown).message)) throw thrown;
      if (passed > 0) breaker.passed(passed);
      passed = 0;
      breaker.failed(entry[0], thrown);
      continue;
    }
    passed++;
    if (gathers && isFull()) {
      breaker.passed(passed);
      return at + 1;
    }
  }
  if (passed > 0) breaker.passed(passed);
  return end;
}

async function guarded<T>(run: Running, step: () => Promise<T>): Promise<T | undefined> {
  if (run.failure !== undefined) return undefined;
  try {
    return await step();
  } catch (thrown) {
    fail(run, thrown);
    return undefined;
  }
}

/** A terminal error is the run's own; everything else is the scan's. */
function fail(run: Running, thrown: unknown): void {
  if (!(thrown instanceof TerminalError)) throw thrown;
  run.failure = thrown;
}

const overtime = (open: readonly Running[]): RetryableError =>
  new RetryableError(
    'OVERTIME',
    `${open.length} computations were not through with their entities in the time of one task: they are split over two`,
  );

function v8HeapShare(): number {
  const { used_heap_size: used, heap_size_limit: limit } = getHeapStatistics();
  return used / limit;
}
