/**
 * No-op cells end to end: what a cell costs in time, in processor time and in Firestore operations, fused and not, what the barrier between
 * two passes consists of, and what the same cells cost other engines, and no engine.
 */
import { availableParallelism, cpus, loadavg } from 'node:os';
import { join } from 'node:path';
import { askedProcess } from './asked-process.ts';
import { LAYERS, type Size } from './cells-project.ts';
import { type Barrier, type CellsCase, type CellsRound, measureCells, OWN_PROCESS } from './daymill-cells.ts';
import { type Contender, inTurns, type Timing } from './in-turns.ts';
import { OUR_DURABILITY, OUR_FIRESTORE } from './peer-servers.ts';
import { startPeers, versionOf } from './peers.ts';

/** More lanes than a wave has cells: each is a task and a message of its own. */
const UNFUSED = 100_000;

/** Of the shapes that peers make, too. */
const SIZE: Size = { computations: 50, days: 100 };
/** A day of as many computations as one scan feeds. */
const SCANS: Size = { computations: 100, days: 50 };
/** Tasks of one cell each are slow: fewer will do, over two waves. */
const FAN_UNFUSED: Size = { computations: 50, days: 10 };
const NARROW: Size = { computations: LAYERS, days: 1 };

const ROUNDS = 5;

type Rounds = readonly (readonly [name: string, rounds: readonly CellsRound[]])[];

/** Prints tables in Markdown. `quick` runs each case once. */
export async function benchCells({ quick }: { readonly quick: boolean }): Promise<void> {
  // Google's clients would look for their metadata server for seconds.
  process.env['METADATA_SERVER_DETECTION'] = 'none';
  const rounds = quick ? 1 : ROUNDS;
  print(
    `${cpus()[0]?.model}, ${availableParallelism()} cores, Node ${process.version}; load when it began: ${loadOfNow()}. ` +
      `Medians of ${rounds} rounds.\n`,
  );
  const fan = await compare('fan', rounds);
  const layers = await compare('layers', rounds);
  const own: Rounds = [
    ['fan of 5,000 and 100 that read it, fused', fan.daymill],
    ['five layers of 1,000, fused', layers.daymill],
    ['100 computations over one dataset, 50 days, fused', await measureCells({ shape: 'scans', size: SCANS, rounds })],
    [
      'fan of 500 and 10, a task a cell',
      await measureCells({ shape: 'fan', size: FAN_UNFUSED, lanes: UNFUSED, rounds }),
    ],
  ];
  const narrow = await measureCells({ shape: 'layers', size: NARROW, rounds: quick ? 2 : 5 });
  printOperations(own);
  printProcessors(own);
  printBarriers([
    ['five layers of one cell', narrow],
    ['five layers of 1,000', layers.daymill],
  ]);
  print('\n| engine | versions | what it has answered survives by | bytes stored of a cell: fan, layers |');
  print('|---|---|---|--:|');
  for (const [{ name, versions, durability }, timings] of fan.all) {
    const inLayers = [...layers.all].find(([one]) => one.name === name)?.[1] ?? [];
    print(`| ${name} | ${versions} | ${durability} | ${whole(bytesOf(timings))}, ${whole(bytesOf(inLayers))} |`);
  }
  printComparison('fan of 5,000 and 100 that read it', fan);
  printComparison('five layers of 1,000', layers);
  print(`\nLoad when it ended: ${loadOfNow()}.`);
}

interface Comparison {
  readonly daymill: readonly CellsRound[];
  /** Daymill first. */
  readonly all: ReadonlyMap<Contender, readonly Timing[]>;
}

async function compare(shape: 'fan' | 'layers', rounds: number): Promise<Comparison> {
  const { computations, days } = SIZE;
  const daymill = await startDaymill({ shape, size: SIZE, rounds });
  const peers = await startPeers({ shape, computations, days: 1 + rounds * days }, print);
  const all = await inTurns([daymill, ...peers], { rounds, days }, print);
  return { all, daymill: (all.get(daymill) ?? []) as CellsRound[] };
}

/** In a process of its own, as its peers are. */
async function startDaymill(what: CellsCase): Promise<Contender<CellsRound>> {
  const asked = await askedProcess<CellsRound>(join(import.meta.dirname, 'daymill-process.ts'), what);
  return {
    name: 'Daymill, fused',
    versions: `${versionOf('@google-cloud/firestore')}, ${OUR_FIRESTORE}`,
    durability: OUR_DURABILITY,
    server: [OWN_PROCESS],
    round: (first, days) => asked.ask({ first, days }),
    close: () => asked.close(),
  };
}

function printOperations(all: Rounds): void {
  print('| Daymill, a day of the workflow | cells/s | tasks | waves | reads a cell | writes a cell | RPCs a cell |');
  print('|---|--:|--:|--:|--:|--:|--:|');
  for (const [name, rounds] of all) {
    const per = (count: (round: CellsRound) => number): string =>
      median(rounds.map((one) => count(one) / one.cells)).toFixed(2);
    const [first] = rounds;
    print(
      `| ${name} | ${whole(median(rounds.map(rateOf)))} | ${first?.tasks} | ${first?.waves} | ${per(({ reads }) => reads)} | ${per(({ writes }) => writes)} | ${per(({ rpcs }) => rpcs)} |`,
    );
  }
}

/** Microseconds a cell, of the median round of each process by itself. */
function printProcessors(all: Rounds): void {
  const processes = [...new Set(all.flatMap(([, rounds]) => rounds.flatMap((one) => [...one.processor.keys()])))];
  print(`\n| processor time a cell, µs | all | ${processes.join(' | ')} |`);
  print(`|---|${'--:|'.repeat(processes.length + 1)}`);
  for (const [name, rounds] of all) {
    const each = processes.map((one) => whole(median(rounds.map((round) => microsOf(round, [one])))));
    print(`| ${name} | ${whole(median(rounds.map((round) => microsOf(round))))} | ${each.join(' | ')} |`);
  }
}

function printBarriers(all: Rounds): void {
  print('\n| barrier, ms | in all | count-down | callback, workflow, plan | claim, publish, lease |');
  print('|---|--:|--:|--:|--:|');
  for (const [name, rounds] of all) {
    const part = (of: keyof Barrier): string =>
      whole(median(rounds.flatMap(({ barriers }) => barriers.map((one) => one[of]))));
    print(`| ${name} | ${part('total')} | ${part('countDown')} | ${part('plan')} | ${part('start')} |`);
  }
}

/** Ratios are of rounds that followed each other; above 1 where Daymill takes less than the row. */
function printComparison(shape: string, { all, daymill }: Comparison): void {
  print(
    `\n| ${shape} | cells/s | row : Daymill, wall | processor time a cell, µs | of it server | row : Daymill, processor |`,
  );
  print('|---|--:|--:|--:|--:|--:|');
  for (const [{ name, server }, timings] of all) {
    const cell = (of: (timing: Timing) => number): string => whole(median(timings.map(of)));
    const ratio = (of: (timing: Timing) => number): string =>
      median(timings.map((timing, round) => of(timing) / of(daymill[round] as Timing))).toFixed(2);
    print(
      `| ${name} | ${cell(rateOf)} | ${ratio((one) => one.seconds / one.cells)} | ${cell((one) => microsOf(one))} | ${cell((one) => microsOf(one, server))} | ${ratio((one) => microsOf(one))} |`,
    );
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`);
const loadOfNow = (): string => (loadavg()[0] ?? NaN).toFixed(1);
const whole = (count: number): string => Math.round(count).toLocaleString('en-US');
const median = (all: readonly number[]): number => all.toSorted((a, b) => a - b)[Math.floor(all.length / 2)] ?? NaN;
const rateOf = ({ cells, seconds }: Timing): number => cells / seconds;
const bytesOf = (timings: readonly Timing[]): number => median(timings.map(({ bytes }) => bytes ?? NaN));

/** Of a cell, of all processes unless they are named. */
const microsOf = ({ processor, cells }: Timing, names: readonly string[] = [...processor.keys()]): number =>
  (1_000 * names.reduce((sum, name) => sum + (processor.get(name) ?? 0), 0)) / cells;
