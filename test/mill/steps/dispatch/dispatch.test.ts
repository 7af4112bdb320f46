/** What dispatch sends, and when; test/hazards has what must never happen to it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messageFor } from '../../../../src/mill/model/message.ts';
import type { DispatchAnswer } from '../../../../src/mill/steps/dispatch/request.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { DAYS, weatherCsv } from '../../../support/fixture-project.ts';
import { loadFixture } from '../../../support/local-ports.ts';
import { CELLS_OF_FIRST_PASS, type WaveBench, waveBench } from '../../../support/wave-bench.ts';

describe('dispatch', () => {
  let bench: WaveBench;
  beforeEach(async () => {
    bench = await waveBench();
  });
  afterEach(() => bench.close());

  test('an old run that ends late does not bring back what a newer one has made anew', async () => {
    const ports = bench.open();
    await bench.ask(ports, 'a');
    const [late, ...others] = [
      ...bench.sent.filter(({ computation }) => computation === 'pages'),
      ...bench.sent.filter(({ computation }) => computation === 'warmth'),
    ];
    bench.sent.splice(0);
    if (late === undefined) throw new Error('nothing was sent');
    for (const message of others) await work(message, ports);
    // Warmer weather comes in, and another workflow makes it again, while one task of the first run is still open.
    bench.local.project.write({ 'weather.csv': weatherCsv((index) => 20 + index) });
    await loadFixture(ports);
    await bench.ask(ports, 'b', 1, 'another day');
    expect(bench.sent.map(({ computation }) => computation)).toEqual(DAYS.map(() => 'warmth'));
    await bench.workAll(ports);
    await bench.ask(ports, 'c', 2, 'another day');
    bench.sent.splice(0);
    await work(late, ports);
    // Only its reader is left to run.
    expect(await bench.ask(ports, 'd', 1, 'another day')).toMatchObject({
      dispatched: 1,
      pass: 2,
      outcomes: { SKIP: CELLS_OF_FIRST_PASS, RUN: 1, BLOCKED: DAYS.length - 1 },
    });
  });

  test('a reader waits while what it reads is being made, and runs once it is there', async () => {
    const ports = bench.open();
    await bench.ask(ports, 'a');
    const early = await bench.ask(ports, 'b', 2);
    expect(early.dispatched).toBe(0);
    expect(early.outcomes.BLOCKED).toBe(DAYS.length);
    await bench.workAll(ports);
    expect((await bench.ask(ports, 'c', 2)).dispatched).toBe(DAYS.length);
    expect(messageFor((await ports.planning.load()).open.flatMap(({ tasks }) => tasks)[0] ?? never())).toMatchObject({
      action: 'RUN_COMPUTATION_DATE',
      computation: 'both',
      pass: 2,
      resources: 'standard',
    });
  });

  test('goes on to the first pass that has something to run, until none has', async () => {
    const ports = bench.open();
    const answers: DispatchAnswer[] = [];
    for (const id of ['first', 'second', 'third']) {
      answers.push(await bench.ask(ports, id, answers.at(-1)?.pass ?? 1));
      await bench.workAll(ports);
    }
    // The end of the first pass, as the end of all, is found by the dispatch that goes on from there.
    expect(answers).toMatchObject([
      { pass: 1, dispatched: CELLS_OF_FIRST_PASS },
      { pass: 2, dispatched: DAYS.length },
      { dispatched: 0, inFlight: 0 },
    ]);
    expect(await bench.ask(bench.open(), 'later')).toMatchObject({ dispatched: 0, inFlight: 0 });
  });
});

const never = (): never => {
  throw new Error('there is no task');
};
