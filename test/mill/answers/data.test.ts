/** Root data by day, and audits by computation, of a real project's state. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { auditsAnswer } from '../../../src/mill/answers/audits.ts';
import { dataAnswer } from '../../../src/mill/answers/data.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { addDays } from '../../../src/values/date.ts';
import { DAYS, VISITORS } from '../../support/fixture-project.ts';
import { type WaveBench, waveBench } from '../../support/wave-bench.ts';

let bench: WaveBench;
beforeAll(async () => {
  bench = await waveBench();
});
afterAll(() => bench.close());

test('days are told as they are, with their rows; outside of them nothing is', async () => {
  const ports = { ...bench.open(), simulate: false, coverage, sourceDays };
  const { datasets } = await dataAnswer({ from: addDays(DAYS[0], -3), date: addDays(DAYS[3], 3) }, ports);
  expect(datasets.map(({ dataset }) => dataset).sort()).toEqual(['visits', 'weather']);
  const visits = datasets.find(({ dataset }) => dataset === 'visits')?.days ?? [];
  expect(visits.map(({ date }) => date)).toEqual([...DAYS]);
  expect(visits.every(({ state }) => state === 'there')).toBe(true);
  expect(visits.map(({ rows }) => rows)).toEqual(DAYS.map(() => VISITORS));
});

test('computations whose skips were checked are told with what can be said of the rest', async () => {
  const ports = bench.open();
  expect(await auditsAnswer(ports)).toEqual({ computations: [] });
  const [first] = ports.manifest.computations;
  const standings = new Map([[first?.name, { audits: { checked: 59, wrong: 0, since: DAYS[0] } }]]);
  const planning = { load: async () => ({ ...(await ports.planning.load()), standings }) };
  const { computations } = await auditsAnswer({ manifest: ports.manifest, planning: planning as never });
  expect(computations).toMatchObject([{ computation: first?.name, checked: 59, wrong: 0, since: DAYS[0] }]);
  // Of 59 without a fault, 95 % sure: not more than one in twenty. https://en.wikipedia.org/wiki/Rule_of_three_(statistics)
  expect(computations[0]?.atMost).toBeCloseTo(0.05, 2);
});
