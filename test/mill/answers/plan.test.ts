/** What a plan says beyond its cells. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { planAnswer } from '../../../src/mill/answers/plan.ts';
import { PRICE_TABLES } from '../../../src/mill/model/price-table.ts';
import type { RunLimits } from '../../../src/mill/model/run-limits.ts';
import { coverage, sourceDays } from '../../../src/mill/sources/read-source.ts';
import { DAYS } from '../../support/fixture-project.ts';
import { CELLS_OF_FIRST_PASS, type WaveBench, waveBench } from '../../support/wave-bench.ts';

let bench: WaveBench;
beforeAll(async () => {
  bench = await waveBench();
});
afterAll(() => bench.close());

const plan = (limits: RunLimits, select = '*') =>
  planAnswer(
    { date: DAYS[3], from: DAYS[0], select },
    {
      ...bench.open(),
      simulate: false,
      limits,
      prices: { name: 'us-central1', table: PRICE_TABLES['us-central1'] },
      coverage,
      sourceDays,
    },
  );

test('a plan says which limits a run would be refused by, and one that is within them does not', async () => {
  const cells = CELLS_OF_FIRST_PASS + DAYS.length;
  expect((await plan({ cellsPerRun: cells })).overLimits).toEqual([]);
  expect((await plan({ cellsPerRun: cells - 1, dollarsPerRun: 1e-6 })).overLimits).toEqual([
    `${cells} cells would run, and limits.cellsPerRun is ${cells - 1}`,
    expect.stringMatching(/^that would cost about \$/) as string,
  ]);
});

test('of what is selected alone', async () => {
  expect((await plan({ cellsPerRun: DAYS.length }, 'warmth')).overLimits).toEqual([]);
});
