/** Root data by day: there, waiting, pending, missing. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { DataAnswer, dataAnswer } from '../../../src/mill/answers/data.ts';
import { daySetOfDays } from '../../../src/mill/planning/day-set.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { daysFrom } from '../../../src/values/date.ts';
import { asJson } from '../../support/as-json.ts';
import { loadFiles, localPorts, type LocalPorts } from '../../support/local-ports.ts';

const DAYS = daysFrom('2024-03-01', '2024-03-06');
const [D1 = '', D2 = '', D3 = '', D4 = '', D5 = '', D6 = ''] = DAYS;

/** Every day has data, of which the second has less than a whole day's; the fourth has none, the fifth and sixth are loaded later. */
const PROJECT = {
  'computations/shops.ts': `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset } from 'daymill';
export const sales = defineDataset({
  name: 'sales', entity: z.object({ total: z.number() }), complete: { minimumCount: 2 }, expected: 'daily',
  source: { file: 'sales.csv', format: 'csv', dateColumn: 'date', parse: ({ total }) => ({ total: Number(total) }) },
});
export const turnover = defineComputation({
  name: 'turnover', category: 'tests', needs: { sales: dataset(sales) }, output: z.number(),
  reduce: { init: () => ({ sum: 0 }), add: (all, { total }) => void (all.sum += total), finish: ({ sum }) => sum },
});`,
  'sales.csv': [
    'date,total',
    ...[D1, D2, D3, D5, D6].flatMap((day) => Array.from({ length: day === D2 ? 1 : 3 }, (_, at) => `${day},${at}`)),
    '',
  ].join('\n'),
};

let local: LocalPorts;
let ports: Ports;
beforeAll(async () => {
  local = await localPorts(PROJECT);
  ports = local.open();
  await loadFiles(D3, ports);
  await indexRootData(ports);
});
afterAll(() => local.close());

const answerFor = async (from: string, date: string) =>
  asJson(DataAnswer, await dataAnswer({ from, date }, { ...ports, simulate: false, coverage, sourceDays }));

test('each day is in one state, with its rows once it is loaded', async () => {
  const { datasets } = await answerFor(D1, D6);
  const days = datasets.find(({ dataset }) => dataset === 'sales')?.days ?? [];
  expect(days.map(({ date, state }) => [date, state])).toEqual([
    [D1, 'there'],
    [D2, 'waiting'],
    [D3, 'there'],
    [D4, 'missing'],
    [D5, 'pending'],
    [D6, 'pending'],
  ]);
  expect(days.map(({ rows }) => rows)).toEqual([3, 1, 3, undefined, undefined, undefined]);
  expect(days[1]?.waitsFor).toBe('1 of at least 2');
  for (const { loadedMs } of days.slice(0, 3)) expect(Math.abs(Date.now() - (loadedMs ?? 0))).toBeLessThan(600_000);
});

test('of the days that are asked for', async () => {
  const { datasets } = await answerFor(D2, D3);
  expect(datasets.find(({ dataset }) => dataset === 'sales')?.days.map(({ date }) => date)).toEqual([D2, D3]);
});

test('a day that a worker found to be another waits for the indexer', async () => {
  const snapshot = await ports.planning.load();
  const standing = snapshot.datasets.get('sales');
  if (standing === undefined) throw new Error('sales was indexed');
  const datasets = new Map(snapshot.datasets).set('sales', { ...standing, doubted: daySetOfDays([D1]) });
  const planning = { ...ports.planning, load: () => Promise.resolve({ ...snapshot, datasets }) };
  const answer = await dataAnswer(
    { from: D1, date: D1 },
    { ...ports, planning, simulate: false, coverage, sourceDays },
  );
  expect(answer.datasets.find(({ dataset }) => dataset === 'sales')?.days).toMatchObject([
    { date: D1, state: 'waiting', waitsFor: expect.stringMatching(/indexer/) as string },
  ]);
});
