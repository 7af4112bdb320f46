/** A project of no-op cells in a temporary folder, for measuring what a cell costs beside its own work. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { addDays, type Day } from '../src/values/date.ts';
import { linkPackages } from '../test/support/link-packages.ts';

/** `fan`: independent computations, and one that reads them all. `layers`: each reads one of the layer before. `scans`: over one dataset. */
export type Shape = 'fan' | 'layers' | 'scans';

/** Computations and days of a shape; `fan` has one computation more, which reads all the others. */
export interface Size {
  readonly computations: number;
  readonly days: number;
}

export const LAYERS = 5;
export const FIRST_DAY: Day = '2020-01-01';

export interface CellsProject {
  readonly root: string;
  remove(): void;
}

/** Its root data has `days` days, from FIRST_DAY on. */
export function cellsProject(shape: Shape, { computations }: Size, days: number): CellsProject {
  const root = mkdtempSync(join(tmpdir(), 'daymill-bench-'));
  const write = (file: string, text: string): void => writeFileSync(join(root, file), text);
  mkdirSync(join(root, 'computations'));
  linkPackages(root);
  write(
    'package.json',
    JSON.stringify({ type: 'module', daymill: { computations: 'computations', from: FIRST_DAY, date: FIRST_DAY } }),
  );
  const rows = Array.from({ length: days }, (_, day) => `${addDays(FIRST_DAY, day)},${day}`);
  write('ticks.csv', `date,value\n${rows.join('\n')}\n`);
  write('computations/cells.ts', [HEAD, ...definitions(shape, computations)].join('\n'));
  return { root, remove: () => rmSync(root, { recursive: true, force: true }) };
}

const SOURCE = `source: { file: 'ticks.csv', format: 'csv', dateColumn: 'date', parse: ({ value }) => ({ value: Number(value) }) }`;

const HEAD = `import { z } from 'zod';
import { dataset, defineComputation, defineDataset, defineDocument, dependency, document } from 'daymill';
export const tick = defineDocument({ name: 'tick', document: z.object({ value: z.number() }), ${SOURCE} });
export const ticks = defineDataset({ name: 'ticks', entity: z.object({ value: z.number() }), ${SOURCE} });`;

function definitions(shape: Shape, computations: number): string[] {
  const each = (make: (index: number) => string): string[] => Array.from({ length: computations }, (_, at) => make(at));
  if (shape === 'fan') {
    const names = each((at) => `c${at}`);
    return [
      ...names.map((name) => computed(name, 'tick: document(tick)', '({ tick }) => tick.value')),
      computed(
        'all',
        names.map((name) => `${name}: dependency(${name})`).join(', '),
        '(values) => Object.keys(values).length',
      ),
    ];
  }
  if (shape === 'scans') {
    return each(
      (at) =>
        `export const c${at} = defineComputation({ name: 'c${at}', category: 'bench', output: z.number(), needs: { ticks: dataset(ticks) },
  reduce: { init: () => ({ sum: 0 }), add: (sum, { value }) => void (sum.sum += value), finish: ({ sum }) => sum } });`,
    );
  }
  const width = computations / LAYERS;
  return each((at) =>
    at < width
      ? computed(`c${at}`, 'tick: document(tick)', '({ tick }) => tick.value')
      : computed(`c${at}`, `before: dependency(c${at - width})`, '({ before }) => before'),
  );
}

const computed = (name: string, needs: string, compute: string): string =>
  `export const ${name} = defineComputation({ name: '${name}', category: 'bench', output: z.number(), needs: { ${needs} }, compute: ${compute} });`;
