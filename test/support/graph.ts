/**
 * Graphs, tasks and runs in the language of the domain, with defaults so that a test shows only what matters.
 *
 * A line of a graph is `name: need need …`, in any order, each need one of
 * `other` (a dependency), `streamed OTHER` (one read entity by entity), `dataset X`, `joined X`, `document X`, `latest X`, `previous`, `history N` (its own) and `history X N` (of the computation
 * or document X).
 */
import { type CellKey, cellName } from '../../src/mill/model/cell.ts';
import type { Day } from '../../src/values/date.ts';
import { hashOf } from '../../src/values/hash.ts';
import {
  isChained,
  type Manifest,
  MANIFEST_VERSION,
  type ManifestComputation,
  type ManifestNeed,
} from '../../src/mill/model/manifest.ts';
import type { Run } from '../../src/mill/model/run.ts';
import type { Task, TaskCell } from '../../src/mill/model/task.ts';
import type { Fingerprint } from '../../src/mill/model/vector.ts';

/** What a fingerprint is made of; what is left out is at its first version. */
export interface Versions {
  readonly code?: Readonly<Record<string, string | number>>;
  readonly layer?: Readonly<Record<string, string | number>>;
  readonly infrastructure?: string | number;
  readonly epoch?: number;
}

/** The graph with everything at its first version. @throws {Error} on a line that does not parse, or a cycle. */
export const graph = (...lines: readonly string[]): Manifest => graphAt({}, ...lines);

/** The graph with the code, layers, infrastructure and epoch of `versions`. */
export function graphAt(versions: Versions, ...lines: readonly string[]): Manifest {
  const names = new Set(lines.map((line) => parseLine(line).name));
  const needs = new Map(lines.map((line) => [parseLine(line).name, parseNeeds(line, names)]));
  const passes = new Map<string, number>();
  const computations = [...needs].map(([name, of]): ManifestComputation => ({
    name,
    category: 'test',
    productLines: [],
    tags: [],
    pass: passOf(name, needs, passes, []),
    module: `${name}.ts`,
    exportName: name,
    line: 1,
    needs: of,
    shape: of.some(({ kind }) => kind === 'dataset') ? 'reduce' : 'compute',
    keyed: false,
    timeoutSeconds: 480,
    fingerprint: fingerprintAt(versions, name),
  }));
  computations.sort((a, b) => a.pass - b.pass || (a.name < b.name ? -1 : 1));
  const datasets = new Map<string, 'entities' | 'document'>();
  for (const need of [...needs.values()].flat()) {
    if (need.kind === 'dataset' || need.kind === 'joined') datasets.set(need.of, 'entities');
    if (need.kind === 'document' || need.kind === 'latest' || (need.kind === 'history' && need.source === 'document'))
      datasets.set(need.of, 'document');
  }
  return {
    version: MANIFEST_VERSION,
    passes: computations.at(-1)?.pass ?? 0,
    computations,
    datasets: [...datasets].map(([name, kind]) => ({
      name,
      kind,
      module: `${name}.ts`,
      exportName: name,
      loader: '0'.repeat(16),
    })),
  };
}

export const fingerprintAt = (versions: Versions, name: string): Fingerprint => ({
  code: hashOf(`code of ${name} ${versions.code?.[name] ?? 1}`),
  layer: hashOf(`layer of ${name} ${versions.layer?.[name] ?? 1}`),
  infrastructure: hashOf(`infrastructure ${versions.infrastructure ?? 1}`),
  epoch: versions.epoch ?? 1,
});

/** The day of a computation, of `a` unless said otherwise. */
export const aCell = (date: Day, computation = 'a'): CellKey => ({ computation, date });

/** A pending task of one cell; `days` makes it a chain, `cells` one of independent cells. Outcomes are by day of its computation, or by cell. */
export function aTask({
  days = ['2024-01-01'],
  outcomes = {},
  ...given
}: Partial<Task> & { readonly days?: readonly string[] } = {}): Task {
  const runId = given.runId ?? 'run-1';
  const computation = given.computation ?? 'a';
  return {
    id: `${runId}.${computation}.${days[0]}`,
    runId,
    dispatchId: 'dispatch-1',
    pass: 1,
    computation,
    cells: days.map((date) => aTaskCell(date, computation)),
    chained: days.length > 1,
    resources: 'standard',
    createdMs: 0,
    status: 'PENDING',
    attempts: 0,
    outcomes: Object.fromEntries(
      Object.entries(outcomes).map(([at, outcome]) => [
        at.includes('@') ? at : cellName(aCell(at, computation)),
        outcome,
      ]),
    ),
    ...given,
  };
}

/** A cell that never ran and reads nothing. */
export const aTaskCell = (date: Day, computation = 'a'): TaskCell => ({
  ...aCell(date, computation),
  fingerprint: hashOf('fingerprint'),
  reason: 'RUN: never ran',
  reads: {},
  inputs: {},
});

/** A published run of one task that is under way. */
export function aRun(given: Partial<Run> = {}): Run {
  const totalTasks = given.totalTasks ?? 1;
  return {
    id: 'run-1',
    dispatchId: 'dispatch-1',
    date: '2024-01-01',
    totalTasks,
    remainingTasks: totalTasks,
    cells: totalTasks,
    status: 'RUNNING',
    createdMs: 0,
    publishedMs: 0,
    ...given,
  };
}

/** The graph as text again, for failures that people read. */
export const printGraph = (manifest: Manifest): string =>
  manifest.computations
    .map(
      (computation) =>
        `  ${computation.name}: ${computation.needs.map(printNeed).join(' ')}  (pass ${computation.pass}${isChained(computation) ? ', chained' : ''})`,
    )
    .join('\n');

function printNeed(need: ManifestNeed): string {
  if (need.kind === 'previous') return 'previous';
  if (need.kind === 'own-history') return `history ${need.days}`;
  if (need.kind === 'history') return `${need.seed === true ? 'seed' : 'history'} ${need.of} ${need.days}`;
  return need.kind === 'dependency' ? need.of : `${need.kind} ${need.of}`;
}

function parseLine(line: string): { name: string; words: string[] } {
  const [, name, rest] = /^\s*([a-z][a-z0-9-]*)\s*:\s*(.*)$/.exec(line) ?? [];
  if (name === undefined || rest === undefined) throw new Error(`"${line}" is not "name: need need …"`);
  return { name, words: rest.split(/\s+/).filter((word) => word !== '') };
}

function parseNeeds(line: string, names: ReadonlySet<string>): ManifestNeed[] {
  const { words } = parseLine(line);
  const needs: ManifestNeed[] = [];
  const next = (): string => {
    const word = words.shift();
    if (word === undefined) throw new Error(`"${line}" ends in the middle of a need`);
    return word;
  };
  const days = (word: string): number => {
    if (!/^[1-9]\d*$/.test(word)) throw new Error(`"${line}": "${word}" is no number of days`);
    return Number(word);
  };
  while (words.length > 0) {
    const word = next();
    if (word === 'previous') needs.push({ kind: 'previous', key: 'previous' });
    else if (word === 'dataset' || word === 'joined' || word === 'document' || word === 'latest') {
      const of = next();
      needs.push({ kind: word, key: of, of });
    } else if (word === 'seed') {
      const of = next();
      const source = names.has(of) ? 'computation' : 'document';
      needs.push({ kind: 'history', key: 'previous', of, source, days: days(next()), seed: true });
    } else if (word === 'history') {
      const first = next();
      if (/^\d/.test(first)) needs.push({ kind: 'own-history', key: 'history', days: days(first) });
      else {
        const source = names.has(first) ? 'computation' : 'document';
        needs.push({ kind: 'history', key: `history-of-${first}`, of: first, source, days: days(next()) });
      }
    } else if (word === 'streamed') {
      const of = next();
      needs.push({ kind: 'dependency', key: of, of, streamed: true });
    } else if (names.has(word)) needs.push({ kind: 'dependency', key: word, of: word });
    else throw new Error(`"${line}" reads "${word}", which no line makes`);
  }
  return needs;
}

function passOf(
  name: string,
  needs: ReadonlyMap<string, readonly ManifestNeed[]>,
  passes: Map<string, number>,
  path: readonly string[],
): number {
  const known = passes.get(name);
  if (known !== undefined) return known;
  if (path.includes(name)) throw new Error(`a cycle: ${[...path, name].join(' -> ')}`);
  const upstream = (needs.get(name) ?? []).flatMap((need) =>
    need.kind === 'dependency' || (need.kind === 'history' && need.source === 'computation') ? [need.of] : [],
  );
  const pass = 1 + Math.max(0, ...upstream.map((of) => passOf(of, needs, passes, [...path, name])));
  passes.set(name, pass);
  return pass;
}
