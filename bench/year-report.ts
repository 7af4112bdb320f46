/** What a year of nights came to: tables in Markdown, and whether what should be flat is. */
import { medianOf } from '../src/computations/statistics/quantile.ts';
import type { Census } from './year-census.ts';
import type { ProcessMemory } from './year-process.ts';
import { type Happening, isCrowded } from './year-project.ts';

export interface Night {
  readonly night: number;
  readonly happening: Happening | undefined;
  readonly cells: number;
  readonly seconds: number;
  /** Of the workflow alone, without loading data. */
  readonly reads: number;
  readonly writes: number;
  readonly rpcs: number;
}

export interface Checkpoint {
  readonly night: number;
  readonly census: Census;
  readonly memory: ReadonlyMap<string, ProcessMemory>;
  /** Of a second run in the same night, which finds nothing to do. */
  readonly idleReads: number;
}

/** Collections that hold what was loaded and what was made of it, or one document for it. */
const DATA: ReadonlySet<string> = new Set([
  'datasets/{…}/days',
  'datasets/{…}/days/{…}/shards',
  'results/{…}/days',
  'results/{…}/days/{…}/shards',
  'sharded',
]);

/** Collections whose documents end by a TTL: flat once the first have. */
const ENDING: ReadonlySet<string> = new Set([
  'computation_audit_ledger',
  'computation_runs',
  'computation_runs/{…}/counters',
]);

/** After 400 days: as many as people did. */
const OF_PEOPLE = 'actions';

/** Documents end after 90 days, and a night's worth of them is swept a day later. */
const STEADY_FROM = 100;

/** More is growth, in a part of the median, from the first to the last of the steady nights. */
const FLAT = 0.1;

const MB = 1_048_576;

export function* reportYear(nights: readonly Night[], checkpoints: readonly Checkpoint[]): Generator<string> {
  yield* nightTable(nights, checkpoints);
  yield '';
  yield* documentTable(checkpoints);
  yield '';
  yield* memoryTable(checkpoints);
  yield '';
  yield* verdicts(nights, checkpoints);
}

/** But for its data nothing has changed, nor the night before: what failed is tried again in the next. */
const isQuiet = (night: Night, nights: readonly Night[]): boolean =>
  [0, 1].every((back) => nights[night.night - 1 - back]?.happening === undefined) && !isCrowded(night.night);

function* nightTable(nights: readonly Night[], checkpoints: readonly Checkpoint[]): Generator<string> {
  yield '| nights | cells | quiet nights: cells | reads | writes | RPCs | s | reads of a run with nothing to do |';
  yield '|---|--:|--:|--:|--:|--:|--:|--:|';
  let from = 1;
  for (const { night, idleReads } of checkpoints) {
    const some = nights.slice(from - 1, night);
    const quiet = some.filter((each) => isQuiet(each, nights));
    const of = (what: (night: Night) => number): number => medianOf(quiet.map(what)) ?? NaN;
    const cells = some.reduce((sum, each) => sum + each.cells, 0);
    const figures = [
      of((each) => each.cells),
      of((each) => each.reads),
      of((each) => each.writes),
      of((each) => each.rpcs),
    ];
    yield `| ${from}–${night} | ${cells} | ${figures.join(' | ')} | ${of((each) => each.seconds).toFixed(1)} | ${idleReads} |`;
    from = night + 1;
  }
}

const collectionsOf = (checkpoints: readonly Checkpoint[]): string[] =>
  [...new Set(checkpoints.flatMap(({ census }) => [...census.collections.keys()]))].sort();

const documentsIn = ({ census }: Checkpoint, name: string): number => census.collections.get(name)?.documents ?? 0;

function* documentTable(checkpoints: readonly Checkpoint[]): Generator<string> {
  const shown = checkpoints.filter((_, index) => index % 3 === 2 || index === checkpoints.length - 1);
  yield `| documents after night | ${shown.map(({ night }) => night).join(' | ')} | kB at the end | largest, kB |`;
  yield `|---|${'--:|'.repeat(shown.length + 2)}`;
  for (const name of collectionsOf(checkpoints)) {
    const { bytes = 0, largest = 0 } = checkpoints.at(-1)?.census.collections.get(name) ?? {};
    const counts = shown.map((each) => documentsIn(each, name)).join(' | ');
    yield `| \`${name}\`${DATA.has(name) ? ' (data)' : ''} | ${counts} | ${(bytes / 1_024).toFixed(0)} | ${(largest / 1_024).toFixed(1)} |`;
  }
  for (const name of checkpoints.at(-1)?.census.others.keys() ?? [])
    yield `| rows of ${name} | ${shown.map(({ census }) => census.others.get(name)).join(' | ')} | | |`;
  yield `| the state file, MB | ${shown.map(({ census }) => (census.fileBytes / MB).toFixed(1)).join(' | ')} | | |`;
}

function* memoryTable(checkpoints: readonly Checkpoint[]): Generator<string> {
  const names = [...new Set(checkpoints.flatMap(({ memory }) => [...memory.keys()]))];
  yield `| after night | ${names.join(' | ')} |`;
  yield `|--:|${'--:|'.repeat(names.length)}`;
  for (const { night, memory } of checkpoints) {
    const cells = names.map((name) => {
      const found = memory.get(name);
      return found === undefined
        ? ''
        : `${found.heapMB.toFixed(0)} + ${found.buffersMB.toFixed(0)} of ${found.residentMB.toFixed(0)}`;
    });
    yield `| ${night} | ${cells.join(' | ')} |`;
  }
}

type Points = readonly (readonly [night: number, value: number])[];

function* verdicts(nights: readonly Night[], checkpoints: readonly Checkpoint[]): Generator<string> {
  const last = nights.length;
  // A short year never gets where documents end.
  const isLong = last > 2 * STEADY_FROM;
  const from = isLong ? STEADY_FROM : Math.floor(last / 3);
  const quiet = nights.filter((each) => each.night > from && isQuiet(each, nights));
  const looks = checkpoints.filter(({ night }) => night > from);
  const calm = checkpoints.filter(({ night }) => night > last / 2);
  const flat: (readonly [string, Points])[] = [
    ['reads of a quiet night', quiet.map(({ night, reads }) => [night, reads])],
    ['writes of a quiet night', quiet.map(({ night, writes }) => [night, writes])],
    ['RPCs of a quiet night', quiet.map(({ night, rpcs }) => [night, rpcs])],
    ['reads of a run with nothing to do', looks.map(({ night, idleReads }) => [night, idleReads])],
    ...collectionsOf(checkpoints)
      .filter((name) => !DATA.has(name) && name !== OF_PEOPLE && (isLong || !ENDING.has(name)))
      .map(
        (name) =>
          [`documents in ${name}`, looks.map((each) => [each.night, documentsIn(each, name)] as const)] as const,
      ),
    ...[...(calm.at(-1)?.memory.keys() ?? [])].map(
      (name) =>
        [
          `heap and buffers of ${name}, MB`,
          calm.map(({ night, memory }) => {
            const found = memory.get(name);
            return [night, found === undefined ? NaN : found.heapMB + found.buffersMB] as const;
          }),
        ] as const,
    ),
  ];
  yield `From night ${from} (memory: from ${Math.ceil(last / 2)}) to ${last}, by the median of all slopes:\n`;
  yield '| what should be flat | median | a hundred nights more | in all | |';
  yield '|---|--:|--:|--:|---|';
  for (const [name, all] of flat) {
    const points = all.filter(([, value]) => Number.isFinite(value));
    const { middle, slope } = fit(points);
    const grown = (slope * ((points.at(-1)?.[0] ?? 0) - (points[0]?.[0] ?? 0))) / (middle || 1);
    yield `| ${name} | ${middle.toFixed(1)} | ${(slope * 100).toFixed(1)} | ${(grown * 100).toFixed(0)} % | ${grown > FLAT ? 'GROWS' : 'flat'} |`;
  }
}

/** By Theil and Sen: a night in which many places of shards are due to be looked at does not bend it. */
function fit(points: Points): { readonly middle: number; readonly slope: number } {
  const slopes = points.flatMap(([night, value], index) =>
    points.slice(index + 1).map(([later, next]) => (next - value) / (later - night)),
  );
  return { middle: medianOf(points.map(([, value]) => value)) ?? NaN, slope: medianOf(slopes) ?? 0 };
}
