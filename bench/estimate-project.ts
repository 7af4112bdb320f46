/** A small project with one of each: a stream, documents, a chain, a history, an early cutoff, a fan; and random changes of it. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, type Day } from '../src/values/date.ts';
import { linkPackages } from '../test/support/link-packages.ts';

const FIRST: Day = '2024-01-01';
const DAYS = 40;
const VISITORS = 200;
const FAN = 4;

export interface EstimateProject {
  readonly root: string;
  /** Makes a random change; says which. */
  change(): string;
  remove(): void;
}

export function estimateProject(seed: number): EstimateProject {
  const root = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
  mkdirSync(join(root, 'computations'));
  linkPackages(root);
  const pick = chance(seed);
  const prices = Array.from({ length: DAYS }, (_, day) => 100 + day);
  const extra = Array.from({ length: DAYS }, () => 0);
  const versions = new Map<string, number>(Object.keys(COMPUTATIONS).map((name) => [name, 0]));
  let days = DAYS;
  const save = (): void => {
    const last = addDays(FIRST, days - 1);
    write(
      'package.json',
      JSON.stringify({ type: 'module', daymill: { computations: 'computations', from: FIRST, date: last } }),
    );
    const rows = (line: (day: number) => string[]): string =>
      prices
        .slice(0, days)
        .flatMap((_, day) => line(day))
        .join('\n');
    write('prices.csv', `date,close\n${rows((day) => [`${addDays(FIRST, day)},${prices[day]}`])}\n`);
    write(
      'visits.csv',
      `date,pages\n${rows((day) => Array.from({ length: VISITORS }, (_, who) => `${addDays(FIRST, day)},${(who % 7) + (extra[day] ?? 0)}`))}\n`,
    );
    write('computations/datasets.ts', DATASETS);
    for (const [name, code] of Object.entries(COMPUTATIONS))
      write(`computations/${name}.ts`, `${HEAD}${code(versions.get(name) ?? 0)}\n`);
  };
  save();
  const edits: readonly (() => string)[] = [
    () => {
      const day = pick(days);
      prices[day] = (prices[day] ?? 0) + 1;
      return `price of day ${day} corrected`;
    },
    () => {
      const day = pick(days);
      extra[day] = (extra[day] ?? 0) + 1;
      return `visits of day ${day} corrected`;
    },
    () => {
      const names = [...versions.keys()];
      const name = names[pick(names.length)] ?? '';
      versions.set(name, (versions.get(name) ?? 0) + 1);
      return `code of ${name} changed`;
    },
    () => {
      prices.push(150 + days);
      extra.push(0);
      days++;
      return 'a new day';
    },
  ];
  return {
    root,
    change() {
      const said = edits[pick(edits.length)]?.() ?? '';
      save();
      return said;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Numbers below `most`, from a linear congruence: the same for the same seed. */
function chance(seed: number): (most: number) => number {
  let state = seed;
  return (most) => {
    state = (state * 1_103_515_245 + 12_345) % 2 ** 31;
    return Math.floor((state / 2 ** 31) * most);
  };
}

const DATASETS = `import { z } from 'zod';
import { defineDataset, defineDocument } from 'daymill';
export const prices = defineDocument({ name: 'prices', document: z.object({ close: z.number() }),
  source: { file: 'prices.csv', format: 'csv', dateColumn: 'date', parse: ({ close }) => ({ close: Number(close) }) } });
export const visits = defineDataset({ name: 'visits', entity: z.object({ pages: z.number() }),
  source: { file: 'visits.csv', format: 'csv', dateColumn: 'date', parse: ({ pages }) => ({ pages: Number(pages) }) } });
`;

const HEAD = `import { z } from 'zod';
import { dataset, defineComputation, dependency, document, history, previous } from 'daymill';
import { prices, visits } from './datasets.ts';
`;

const computed = (name: string, needs: string, compute: string): string =>
  `export const ${name} = defineComputation({ name: '${name}', category: 'bench', output: z.number(), needs: { ${needs} }, compute: ${compute} });`;

/** By name: the module of a version, each of which gives other results. */
const COMPUTATIONS: Readonly<Record<string, (version: number) => string>> = {
  level: (version) => computed('level', 'prices: document(prices)', `({ prices }) => prices.close * 2 + ${version}`),
  sum: (version) =>
    computed(
      'sum',
      'prices: document(prices), before: previous()',
      `({ prices, before }) => (before ?? ${version}) + prices.close`,
    ),
  mean: (version) =>
    `import { level } from './level.ts';\n${computed('mean', 'level: history(level, 5)', `({ level }) => ${version} + level.length`)}`,
  // Stops nearly every change.
  high: (version) =>
    `import { level } from './level.ts';\n${computed('high', 'level: dependency(level)', `({ level }) => (level > 1_000_000 ? 1 : ${version})`)}`,
  ...Object.fromEntries(
    Array.from({ length: FAN }, (_, index) => [
      `fan${index}`,
      (version: number) =>
        `import { high } from './high.ts';\n${computed(`fan${index}`, 'high: dependency(high), prices: document(prices)', `({ high, prices }) => high + prices.close + ${version}`)}`,
    ]),
  ),
  pages: (version) =>
    `export const pages = defineComputation({ name: 'pages', category: 'bench', output: z.record(z.string(), z.number()), needs: { visits: dataset(visits) }, perEntity: ({ pages }) => pages + ${version} });`,
  crowd: (version) =>
    `export const crowd = defineComputation({ name: 'crowd', category: 'bench', output: z.number(), needs: { visits: dataset(visits) }, reduce: { init: () => ({ sum: ${version} }), add: (sum, { pages }) => void (sum.sum += pages), finish: ({ sum }) => sum } });`,
  both: (version) =>
    `import { crowd } from './crowd.ts';\nimport { sum } from './sum.ts';\n${computed('both', 'crowd: dependency(crowd), sum: dependency(sum)', `({ crowd, sum }) => crowd + sum + ${version}`)}`,
};
