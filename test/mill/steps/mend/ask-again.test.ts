/** Cells that are asked for again: noted in the plan, kept through crashes, and gone once a later claim has settled them. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { toOrdinal } from '../../../../src/values/date.ts';
import { daySpan } from '../../../../src/mill/planning/day-set.ts';
import { askAgain } from '../../../../src/mill/steps/mend/ask-again.ts';
import { cancel } from '../../../../src/mill/steps/mend/cancel.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { DAYS } from '../../../support/fixture-project.ts';
import { runDay } from '../../../support/run-day.ts';
import { type WaveBench, waveBench } from '../../../support/wave-bench.ts';

const DAY = daySpan(toOrdinal(DAYS[1]), toOrdinal(DAYS[1]));

describe('a cell that is asked for', () => {
  let bench: WaveBench;
  let ports: Ports;
  beforeEach(async () => {
    bench = await waveBench();
    ports = open();
    await runDay({ from: DAYS[0], date: DAYS[3] }, ports, 'first');
  });
  afterEach(() => bench.close());
  const ask = () => askAgain({ days: new Map([['warmth', DAY]]), by: 'ada' }, ports);
  const noted = async () => (await ports.planning.load()).standings.get('warmth')?.again;
  // No skip is audited: the tests count tasks.
  const open = (): Ports => ({ ...bench.open(), audit: { share: 0, most: 0, nightly: 0 } });
  const night = (dispatchId: string) => runDay({ from: DAYS[0], date: DAYS[3] }, open(), dispatchId);

  test('runs once, however often it was asked for, and what reads it is cut off', async () => {
    await ask();
    await ask();
    expect(await night('second')).toBe(1);
    expect(await noted()).toBeUndefined();
    expect(await night('third')).toBe(0);
    const [stored] = await ports.cells.read([{ computation: 'warmth', date: DAYS[1] }]);
    expect(stored?.record?.because).toEqual({ why: 'ASKED', by: 'ada', atMs: expect.any(Number) as number });
  });

  test('is still asked for after a dispatcher that died before it claimed it, and after a run that was cancelled', async () => {
    await ask();
    const planning = { ...ports.planning, commit: () => Promise.reject(new Error('died')) };
    await expect(bench.ask({ ...ports, planning }, 'dies')).rejects.toThrow('died');
    expect(await noted()).toHaveLength(1);
    await bench.ask(ports, 'a');
    bench.sent.splice(0);
    const [open] = (await ports.planning.load()).open;
    await cancel(open?.run.id ?? '', ports);
    expect(await noted()).toHaveLength(1);
    expect(await night('second')).toBe(1);
    expect(await noted()).toBeUndefined();
  });

  test('while it is being made, runs once more: what is under way was claimed before', async () => {
    await ask();
    await bench.ask(ports, 'a');
    await ask();
    for (const message of bench.sent.splice(0)) await work(message, ports);
    expect(await night('second')).toBe(1);
    expect(await noted()).toBeUndefined();
  });
});
