/** A night that would come to more than the project allows is refused, whole, before anything of it is claimed. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { overLimits, RunLimits } from '../../../../src/mill/model/run-limits.ts';
import { DAYS } from '../../../support/fixture-project.ts';
import { CELLS_OF_FIRST_PASS, type WaveBench, waveBench } from '../../../support/wave-bench.ts';

/** The second pass is certain too: nothing was ever made. */
const CELLS = CELLS_OF_FIRST_PASS + DAYS.length;

let bench: WaveBench;
beforeEach(async () => {
  bench = await waveBench();
});
afterEach(() => bench.close());

test('by cells, counted over the whole night', async () => {
  const ports = { ...bench.open(), limits: { cellsPerRun: CELLS - 1 } };
  await expect(bench.ask(ports, 'a')).rejects.toMatchObject({
    code: 'OVER_LIMIT',
    message: expect.stringMatching(
      new RegExp(`^${CELLS} cells would run, and limits.cellsPerRun is ${CELLS - 1}. Nothing was claimed`),
    ) as string,
  });
  expect(bench.sent).toEqual([]);
  expect(await bench.claimed()).toEqual([]);
  const enough = await bench.ask({ ...ports, limits: { cellsPerRun: CELLS } }, 'b');
  expect(enough.dispatched).toBe(CELLS_OF_FIRST_PASS);
});

test('by dollars, as plan estimates them', async () => {
  const ports = bench.open();
  await expect(bench.ask({ ...ports, limits: { dollarsPerRun: 1e-6 } }, 'a')).rejects.toThrow(
    /that would cost about \$0\.0\d+, and limits\.dollarsPerRun is \$0\.000001/,
  );
  expect((await bench.ask({ ...ports, limits: { dollarsPerRun: 1 } }, 'b')).dispatched).toBe(CELLS_OF_FIRST_PASS);
});

test('where the night begins: what its first pass made is not held against its second', async () => {
  const ports = bench.open();
  await bench.ask(ports, 'a');
  await bench.workAll(ports);
  const second = await bench.ask({ ...ports, limits: { cellsPerRun: 1 } }, 'b', 2);
  expect(second.dispatched).toBe(DAYS.length);
});

test('once a night: a second wave of its first pass is not asked again', async () => {
  const ports = bench.open();
  await bench.ask(ports, 'a');
  await bench.workAll(ports);
  // What the first wave made is new to the second pass, which is certain now.
  const again = await bench.ask({ ...ports, limits: { cellsPerRun: 1 } }, 'b', 1);
  expect(again.pass).toBe(2);
  expect(again.dispatched).toBe(DAYS.length);
});

test('what is at its limit is not over it, and what has none is never', () => {
  const night = (cells: number, dollars: number) => ({
    certain: { cells, dollars: dollars / 2 },
    pipeline: { dollars: dollars / 2 },
  });
  expect(overLimits({}, night(1e9, 1e9))).toEqual([]);
  expect(overLimits({ cellsPerRun: 5, dollarsPerRun: 1 }, night(5, 1))).toEqual([]);
  expect(overLimits({ cellsPerRun: 5, dollarsPerRun: 1 }, night(6, 2))).toHaveLength(2);
});

test.each([{ cellsPerRun: 0 }, { cellsPerRun: 1.5 }, { dollarsPerRun: -1 }, { cells: 5 }])(
  '%o is no limit',
  (limits) => {
    expect(RunLimits.safeParse(limits).success).toBe(false);
  },
);
