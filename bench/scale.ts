/**
 * `npm run bench -- scale`: nights of 1, 10, 100 and 1,000 times a base, and of what issue 17 asks for, against the platform's published limits;
 * then the meter. Each night is simulated in a process of its own with the heap that a deployed dispatch has. See docs/scale.md.
 */
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { heapOf } from '../src/deploy/services.ts';
import { meterTables } from './scale-meter.ts';
import type { NightFigures } from './scale-figures.ts';
import type { NightKind, NightOptions } from './scale-night.ts';
import type { Size } from './scale-world.ts';

/** Of cells ten times as many a step; entities grow beside them. The last has the sizes of the issue: 333 times the cells. */
const SIZES: Readonly<Record<string, Size>> = {
  '1': { computations: 30, days: 365, entities: 10_000 },
  '10': { computations: 100, days: 1_095, entities: 30_000 },
  '100': { computations: 300, days: 3_650, entities: 100_000 },
  '333': { computations: 1_000, days: 3_650, entities: 1_000_000 },
  '1,000': { computations: 3_000, days: 3_650, entities: 1_000_000 },
};

/** Whose nights lose their instances: larger ones lose as many, and find as many again. */
const LOST = new Set(['1', '10', '100']);

const KINDS: Readonly<Record<NightKind, string>> = {
  healthy: 'a new day',
  nothing: 'from nothing',
  root: 'code at the root',
  lost: 'the same, instances lost',
};

/** Waves of a pass that are simulated. */
const WAVES = 2;
const MORE_LANES = 400;

/** Of the dispatch service: src/deploy/services.ts. */
const DISPATCH_MB = 1_024;

interface Row {
  readonly factor: string;
  readonly options: NightOptions;
  /** Undefined where the dispatcher ran out of memory. */
  readonly figures: NightFigures | undefined;
}

export function benchScale({ quick }: { readonly quick: boolean }): Promise<void> {
  const factors = quick ? ['1', '10'] : Object.keys(SIZES);
  const asked = (Object.keys(KINDS) as NightKind[]).flatMap((kind) =>
    factors
      .filter((factor) => kind !== 'lost' || LOST.has(factor))
      .map((factor) => ({ factor, options: { kind, size: SIZES[factor] as Size, waves: WAVES } })),
  );
  const wider = quick
    ? []
    : ['100', '333'].map((factor) => ({
        factor,
        options: { kind: 'nothing', size: SIZES[factor] as Size, waves: WAVES, lanes: MORE_LANES } as const,
      }));
  const rows = [...asked, ...wider].map(({ factor, options }): Row => ({ factor, options, figures: nightOf(options) }));
  table('Nights', NIGHT, rows);
  table('Documents, and what holds them', STORE, rows);
  table('What is reached', REACHED, rows);
  for (const [title, lines] of meterTables()) print(`\n${title}\n\n${lines.join('\n')}\n`);
  return Promise.resolve();
}

function nightOf(options: NightOptions): NightFigures | undefined {
  const heap = `--max-old-space-size=${heapOf({ memoryMB: DISPATCH_MB })}`;
  const child = spawnSync(
    process.execPath,
    [heap, join(import.meta.dirname, 'scale-case.ts'), JSON.stringify(options)],
    {
      encoding: 'utf8',
      maxBuffer: 64 * 1_048_576,
    },
  );
  if (child.status === 0) return JSON.parse(child.stdout) as NightFigures;
  if (/heap out of memory/.test(child.stderr)) return undefined;
  throw new Error(`a night of ${JSON.stringify(options)} ended with ${child.status}: ${child.stderr}`);
}

type Column = readonly [title: string, of: (figures: NightFigures) => string];

const NIGHT: readonly Column[] = [
  ['cells', ({ cells }) => count(cells)],
  ['tasks', ({ tasks }) => count(tasks)],
  ['waves', ({ waves, simulatedWaves }) => `${count(waves)} (${simulatedWaves})`],
  ['takes', ({ seconds }) => duration(seconds)],
  ['tasks a minute', ({ tasks, seconds }) => count((tasks / seconds) * 60)],
  ['longest wave', ({ waveSeconds }) => duration(waveSeconds)],
  ['longest dispatch, s', ({ dispatchSeconds }) => dispatchSeconds.toFixed(1)],
  ['dispatcher, MB', ({ residentMB }) => count(residentMB)],
  ['instances', ({ peakInstances }) => count(peakInstances)],
  ['worker hours', ({ workerHours }) => workerHours.toFixed(2)],
  ['dollars', ({ dollars }) => dollars.toFixed(dollars < 1 ? 4 : 2)],
];

const STORE: readonly Column[] = [
  ['reads', ({ reads }) => count(reads)],
  ['writes', ({ writes }) => count(writes)],
  ['state, kB', ({ stateBytes, pages }) => `${(stateBytes / 1_000).toFixed(1)} (${pages})`],
  ['book of a year, kB', ({ bookBytes }) => (bookBytes / 1_000).toFixed(1)],
  ['largest commit, MB', ({ commitBytes }) => (commitBytes / 1e6).toFixed(2)],
  ['settled ahead', ({ ahead }) => count(ahead)],
  ['hottest, writes a second', ({ rates }) => hottest(rates)],
  ['counter', ({ rates }) => rates.counter?.sustained.toFixed(2) ?? '–'],
  ['planner/state', ({ rates }) => rates['planner/state']?.sustained.toFixed(2) ?? '–'],
  ['workflow steps', ({ steps }) => count(steps)],
  ['Pub/Sub', ({ pubsubShare }) => `${(pubsubShare * 100).toFixed(2)} %`],
  ['429s', ({ refused }) => count(refused)],
];

const REACHED: readonly Column[] = [
  [
    'limits, in the order in which they are reached',
    ({ reached }) => reached.map(([limit, second]) => `${limit} (${duration(second)})`).join('; ') || 'none',
  ],
];

function hottest(rates: NightFigures['rates']): string {
  const [most] = Object.entries(rates).sort(([, a], [, b]) => b.sustained - a.sustained);
  return most === undefined ? '–' : `${most[1].sustained.toFixed(2)} ${most[0]}`;
}

function table(title: string, columns: readonly Column[], rows: readonly Row[]): void {
  print(
    `\n${title}\n\n| night | times |${columns.map(([name]) => ` ${name} |`).join('')}\n|---|--:|${'--:|'.repeat(columns.length)}\n`,
  );
  for (const { factor, options, figures } of rows) {
    const name = `${KINDS[options.kind]}${options.lanes === undefined ? '' : `, ${options.lanes} lanes`}`;
    const cells =
      figures === undefined
        ? columns.map((_, at) => (at === 0 ? 'the dispatcher runs out of memory' : ''))
        : columns.map(([, of]) => of(figures));
    print(`| ${[name, factor, ...cells].join(' | ')} |\n`);
  }
}

const count = (value: number): string => Math.round(value).toLocaleString('en');

function duration(seconds: number): string {
  if (seconds < 120) return `${seconds.toFixed(0)} s`;
  return seconds < 7_200 ? `${(seconds / 60).toFixed(0)} min` : `${(seconds / 3_600).toFixed(1)} h`;
}

const print = (text: string): void => void process.stdout.write(text);
