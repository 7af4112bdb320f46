/** Failures by mistake: cells, days, what is parked for it, and what waits behind it. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { FailuresAnswer, failuresAnswer } from '../../../src/mill/answers/failures.ts';
import { failureFingerprint } from '../../../src/mill/model/alike-failures.ts';
import { indexRootData } from '../../../src/mill/steps/load/index-root-data.ts';
import { daysFrom } from '../../../src/values/date.ts';
import { asJson } from '../../support/as-json.ts';
import { IMPORTS } from '../../support/fixture-project.ts';
import { loadFiles, localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

const DAYS = daysFrom('2024-03-01', '2024-03-08');
const [FIRST = '', SECOND = ''] = DAYS;
const LAST = DAYS.at(-1) ?? '';

/** `cold` fails on every day, `icy` on the second, `odd` on the last. */
const PROJECT = {
  'computations/weather.ts': `${IMPORTS}
const needs = { weather: document(weather) };
const failing = (when: (date: string) => boolean, message: (degrees: number) => string) =>
  ({ weather }: { weather: { degrees: number } }, { date }: { date: string }) => {
    if (when(date)) throw new Error(message(weather.degrees));
    return weather.degrees;
  };
const tooWarm = (degrees: number) => 'too warm: ' + degrees;
export const cold = defineComputation({
  name: 'cold', category: 'tests', needs, output: z.number(), compute: failing(() => true, tooWarm),
});
export const icy = defineComputation({
  name: 'icy', category: 'tests', needs, output: z.number(), compute: failing((date) => date === '${SECOND}', tooWarm),
});
export const odd = defineComputation({
  name: 'odd', category: 'tests', needs, output: z.number(), compute: failing((date) => date === '${LAST}', () => 'odd'),
});
export const reader = defineComputation({
  name: 'reader', category: 'tests', needs: { cold: dependency(cold) }, output: z.number(), compute: ({ cold }) => cold,
});
export const readersReader = defineComputation({
  name: 'readers-reader', category: 'tests', needs: { reader: dependency(reader), odd: dependency(odd) }, output: z.number(),
  compute: ({ reader }) => reader,
});`,
};

let local: LocalPorts;
let ports: Ports;
beforeAll(async () => {
  local = await localPorts(PROJECT);
  local.project.write({
    'weather.csv': ['date,degrees', ...DAYS.map((day, index) => `${day},${index}`), ''].join('\n'),
  });
  ports = local.open();
  await loadFiles(LAST, ports);
  await indexRootData(ports);
  await runDay({ from: FIRST, date: LAST }, ports, 'first');
});
afterAll(() => local.close());

test('failures that are the same mistake are one group', async () => {
  const { groups, left } = asJson(FailuresAnswer, await failuresAnswer({ from: FIRST, date: LAST }, ports));
  expect(left).toBe(0);
  const [cold] = groups;
  expect(groups.map(({ computations }) => computations)).toEqual([['cold'], ['icy'], ['odd']]);
  expect(cold).toMatchObject({ code: 'COMPUTE_FAILED', cells: cold?.dates.length, last: cold?.dates.at(-1) });
  expect(cold?.message).toMatch(/too warm: \d/);
  expect(cold?.fingerprint).toBe(failureFingerprint({ code: 'COMPUTE_FAILED', message: cold?.message ?? '' }));
  expect(groups[1]).toMatchObject({ first: SECOND, last: SECOND, cells: 1, dates: [SECOND], parked: 0 });
  expect(new Set(groups.map(({ fingerprint }) => fingerprint)).size).toBe(3);
});

test('what a mistake keeps from being made is counted: parked days, and cells that read it', async () => {
  const [cold, icy, odd] = (await failuresAnswer({ from: FIRST, date: LAST }, ports)).groups;
  // All of its days failed alike in one wave: the next dispatch tries one.
  expect(cold?.cells).toBe(DAYS.length);
  expect(cold?.parked).toBe(DAYS.length - 1);
  // reader and readers-reader of each of its days; of odd's day readers-reader alone.
  expect(cold?.consequences).toBe(2 * DAYS.length);
  expect(icy?.consequences).toBe(0);
  expect(odd?.consequences).toBe(1);
});

test('its example is the newest, with the task that made it', async () => {
  const { groups } = await failuresAnswer({ from: FIRST, date: LAST }, ports);
  for (const { example, last } of groups) {
    expect(example.date).toBe(last);
    const task = await ports.tasks.read(example.taskId ?? '');
    const { computation, date } = example;
    expect(task?.cells).toContainEqual(expect.objectContaining({ computation, date }));
  }
});

test('of the days that are asked for', async () => {
  const { groups } = await failuresAnswer({ from: SECOND, date: SECOND }, ports);
  expect(groups).toMatchObject([
    { cells: 1, dates: [SECOND], computations: ['cold'] },
    { cells: 1, dates: [SECOND], computations: ['icy'] },
  ]);
});
