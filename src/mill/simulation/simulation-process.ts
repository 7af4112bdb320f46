/** The sandbox from inside: loads author code between taps, runs it on fabricated days, and counts what ran. */
import { readFileSync, realpathSync } from 'node:fs';
import { Session } from 'node:inspector/promises';
import { constants, setPriority } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { toError } from '../../errors.ts';
import { guardImports } from '../manifest/import-guard.ts';
import { loadComputation } from '../manifest/load-definitions.ts';
import type { CodePiece } from '../model/code-piece.ts';
import { executionCounts, firstOneSidedLine, firstUncoveredLine, type ScriptCoverage } from './coverage.ts';
import { dayNameAt, fabricateDays } from './fabricate-days.ts';
import { changedIntrinsic, readIntrinsics } from './intrinsics.ts';
import { makeReal, simulate } from './simulate.ts';
import type {
  Observation,
  PlannedFiles,
  SandboxAnswer,
  Simulation,
  SimulationAnswer,
  SimulationJob,
} from './simulation-job.ts';
import { installTaps } from './taps.ts';

const [, , root = '.'] = process.argv;
const { channel } = process;
const send = process.send?.bind(process);
const exit = process.exit.bind(process);
process.on('disconnect', () => exit());
// Whoever works on the pipeline goes first.
setPriority(constants.priority.PRIORITY_BELOW_NORMAL);

const taps = installTaps();
const untouched = readIntrinsics();
const profiler = new Session();
profiler.connect();
await profiler.post('Profiler.enable');
await startCounting();

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
  let answer: SimulationAnswer;
  try {
    answer = await run(job);
  } catch (thrown) {
    answer = { kind: 'not-simulated', reason: toError(thrown).message };
  }
  const changed = changedIntrinsic(untouched, readIntrinsics());
  if (changed === undefined) return { answer, state: 'fine' };
  return trouble(`it changes ${changed}, which all code shares`);
}

async function run({ entry, pieces, literals, real = [] }: SimulationJob): Promise<SimulationAnswer> {
  const computation = await loadComputation(root, entry);
  for (const [url, report] of await takeCoverage()) loading.set(url, [...(loading.get(url) ?? []), report]);
  const observations: Observation[] = [];
  let missed: Missed = { uncovered: {}, oneSided: {} };
  let nondeterminism: string | undefined;
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
    const differs = differing === -1 ? undefined : `two runs on the same inputs differ (${dayNameAt(differing)})`;
    nondeterminism = usedBy(pieces) ?? differs;
  }
  const results: string[] = [];
  for (const day of real) results.push(await makeReal(computation, day));
  return { kind: 'simulated', results, observations, ...missed, nondeterminism };
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

/** Of all that code in this process used, what stands in these pieces. */
function usedBy(pieces: readonly CodePiece[]): string | undefined {
  const byPath = Map.groupBy(
    pieces.filter(({ kind }) => kind !== 'data'),
    pathOf,
  );
  const lines = new Map<string, readonly number[]>();
  const uses = taps.usesBy(({ path, line, column }) => {
    const own = byPath.get(path);
    if (own === undefined) return false;
    const starts = lines.get(path) ?? lineStarts(readFileSync(path, 'utf8'));
    lines.set(path, starts);
    const at = (starts[line - 1] ?? 0) + column - 1;
    return own.some(({ start, end }) => at >= start && at < end);
  });
  const shown = new Set(uses.map(({ what, path, line }) => `${what} at ${byPath.get(path)?.[0]?.module}:${line}`));
  const [first, ...others] = shown;
  return first === undefined ? undefined : `it uses ${[first, ...others.slice(0, 2)].join(', ')}`;
}

/** Offset of each line, by what the language takes for an end of one: https://tc39.es/ecma262/#sec-line-terminators */
const lineStarts = (source: string): number[] => [
  0,
  ...[...source.matchAll(/\r\n|[\n\r\u2028\u2029]/g)].map(({ 0: { length }, index }) => index + length),
];
