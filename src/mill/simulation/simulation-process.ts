/** The sandbox from inside: loads author code between taps, runs it on fabricated days, and counts what ran. */
import { readFileSync, realpathSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { constants, setPriority } from 'node:os';
import { join, relative, sep } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toError } from '../../errors.ts';
import { guardImports } from '../manifest/import-guard.ts';
import { loadComputation } from '../manifest/load-definitions.ts';
import type { CodePiece } from '../model/code-piece.ts';
import { executionCounts, firstOneSidedLine, firstUncoveredLine, type ScriptCoverage } from './coverage.ts';
import { dayNameAt, fabricateDays } from './fabricate-days.ts';
import { changedIntrinsic, readIntrinsics } from './intrinsics.ts';
import { makeReal, simulate } from './simulate.ts';
import type { Observation, PlannedFiles, SandboxAnswer, Simulation, SimulationJob } from './simulation-job.ts';
import type { Frame } from './stack.ts';
import { installTaps, type StrayUse } from './taps.ts';

const [, , root = '.'] = process.argv;
const realRoot = realpathSync(root);
const { channel } = process;
const send = process.send?.bind(process);
const exit = process.exit.bind(process);
process.on('disconnect', () => exit());
// Whoever works on the pipeline goes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const profiler = new Session();
profiler.connect();
await profiler.post('Profiler.enable');
await startCounting();
const taps = installTaps();
const untouched = readIntrinsics();

/** Reports by URL of what ran while modules were loaded: it runs once a process, for whoever comes first. */
const loading = new Map<string, ScriptCoverage[]>();

process.on('message', (message: PlannedFiles | SimulationJob) => {
  if ('files' in message) guardImports(root, message.files);
  else begin(message);
});
function begin(job: SimulationJob): void {
  // With nothing left to wait for, a promise that never settles ends the event loop.
  channel?.unref();
  void answer(job).then(reply);
}
process.on('beforeExit', () => reply(trouble('it waits for what never comes')));
process.on('uncaughtException', (thrown) => reply(trouble(`it broke its simulation: ${toError(thrown).message}`)));
send?.({});

function trouble(reason: string): SandboxAnswer {
  return { answer: { kind: 'not-simulated', reason }, state: 'spoilt' };
}

function reply(answer: SandboxAnswer): void {
  channel?.ref();
  send?.(answer);
}

async function answer(job: SimulationJob): Promise<SandboxAnswer> {
  let answer: SandboxAnswer;
  try {
    answer = await run(job);
  } catch (thrown) {
    answer = { answer: { kind: 'not-simulated', reason: toError(thrown).message }, state: 'fine' };
  }
  const changed = changedIntrinsic(untouched, readIntrinsics());
  return changed === undefined ? answer : trouble(`it changes ${changed}, which all code shares`);
}

async function run({ entry, pieces, literals, real = [] }: SimulationJob): Promise<SandboxAnswer> {
  const computation = await loadComputation(root, entry);
  taps.watch();
  for (const [url, report] of await takeCoverage()) loading.set(url, [...(loading.get(url) ?? []), report]);
  const observations: Observation[] = [];
  let missed: Missed = { uncovered: {}, oneSided: {} };
  let differs: string | undefined;
  for (const [index, own] of literals.entries()) {
    const fabricated = fabricateDays(computation, own);
    if (index === 0) {
      await takeCoverage();
      await startCounting();
    }
    const days = await simulate(computation, fabricated);
    observations.push({ inputs: fabricated.hash, days: days.join('') });
    if (index > 0) continue;
    missed = missedIn(pieces, await takeCoverage());
    const again = await simulate(computation, fabricated);
    const differing = days.findIndex((hash, at) => hash !== again[at]);
    if (differing !== -1) differs = `two runs on the same inputs differ (${dayNameAt(differing)})`;
  }
  const results: string[] = [];
  for (const day of real) results.push(await makeReal(computation, day));
  const owned = within(pieces);
  const own = usesBy(owned);
  const stray = own === undefined ? strayUse(owned) : undefined;
  const simulated = {
    kind: 'simulated',
    results,
    observations,
    ...missed,
    nondeterminism: own ?? stray ?? differs,
  } as const;
  // Whose it is, is only known where nobody came before.
  return { answer: simulated, state: stray === undefined ? 'fine' : 'spoilt' };
}

/** Again before each simulation: optimized code does not count its calls, and starting takes optimized code away. */
async function startCounting(): Promise<void> {
  await profiler.post('Profiler.startPreciseCoverage', { callCount: true, detailed: true });
}

/** Since the last time, by URL. */
async function takeCoverage(): Promise<Map<string, ScriptCoverage>> {
  const { result } = await profiler.post('Profiler.takePreciseCoverage');
  return new Map(result.map((script) => [script.url, script]));
}

type Missed = Pick<Simulation, 'uncovered' | 'oneSided'>;

function missedIn(pieces: readonly CodePiece[], simulating: ReadonlyMap<string, ScriptCoverage>): Missed {
  const uncovered: Record<number, number> = {};
  const oneSided: Record<number, number> = {};
  const scripts = new Map<string, { source: string; counts: Float64Array }>();
  for (const [index, piece] of pieces.entries()) {
    if (piece.kind === 'data') continue;
    let script = scripts.get(piece.module);
    if (script === undefined) {
      const path = pathOf(piece);
      const url = pathToFileURL(path).href;
      const source = readFileSync(path, 'utf8');
      const reports = [
        ...(loading.get(url) ?? []),
        ...(simulating.has(url) ? [simulating.get(url) as ScriptCoverage] : []),
      ];
      script = { source, counts: executionCounts(source.length, reports) };
      scripts.set(piece.module, script);
    }
    const line = firstUncoveredLine(piece, script.counts, script.source);
    if (line !== undefined) uncovered[index] = line;
    const oneSidedLine = firstOneSidedLine(piece, script.counts, script.source);
    if (oneSidedLine !== undefined) oneSided[index] = oneSidedLine;
  }
  return { uncovered, oneSided };
}

/** Node names modules by their real paths. */
const pathOf = (piece: CodePiece): string => realpathSync(join(root, piece.module));

/** Whether a place is in one of these pieces. */
function within(pieces: readonly CodePiece[]): (frame: Frame) => boolean {
  const byPath = Map.groupBy(
    pieces.filter(({ kind }) => kind !== 'data'),
    pathOf,
  );
  const lines = new Map<string, readonly number[]>();
  return ({ path, line, column }) => {
    const own = byPath.get(path);
    if (own === undefined) return false;
    const starts = lines.get(path) ?? lineStarts(readFileSync(path, 'utf8'));
    lines.set(path, starts);
    const at = (starts[line - 1] ?? 0) + column - 1;
    return own.some(({ start, end }) => at >= start && at < end);
  };
}

/** Of all that code in this process used, what stands in the computation's own. */
function usesBy(owned: (frame: Frame) => boolean): string | undefined {
  const [first, ...others] = new Set(taps.usesBy(owned).map(placed));
  return first === undefined ? undefined : `it uses ${[first, ...others.slice(0, 2)].join(', ')}`;
}

/** What was used while it was simulated, and by no other code that there is to blame. */
function strayUse(owned: (frame: Frame) => boolean): string | undefined {
  const stray = taps.strayUse(owned);
  return stray === undefined ? undefined : `it leads to ${placed(stray)}`;
}

const placed = ({ what, path, line }: StrayUse): string =>
  path === undefined
    ? `${what}, which Node calls`
    : `${what} at ${relative(realRoot, path).split(sep).join('/')}:${line}`;

/** Offset of each line, by what the language takes for an end of one: https://tc39.es/ecma262/#sec-line-terminators */
const lineStarts = (source: string): number[] => [
  0,
  ...[...source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)].map(({ 0: { length }, index }) => index + length),
];
