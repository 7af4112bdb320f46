/** What dispatch sends, and when; test/hazards has what must never happen to it. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { messageFor } from '../../../../src/mill/model/message.ts';
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
    expect(await bench.ask(ports, 'd', 1, 'another day')).toMatchObject({
      dispatched: 0,
      outcomes: { SKIP: CELLS_OF_FIRST_PASS },
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

  test('says that nothing is left to run in any pass, once that is so', async () => {
    const ports = bench.open();
    const quiet: boolean[] = [];
    for (const pass of [1, 1, 2, 2]) {
      quiet.push((await bench.ask(ports, `made-${pass}-${quiet.length}`, pass)).quiet);
      await bench.workAll(ports);
    }
    expect(quiet.slice(0, 3)).toEqual([false, false, false]);
    // The last dispatch took in what the one before had made; from then on there is no news.
    await bench.ask(ports, 'takes-in', 2);
    expect(await bench.ask(bench.open(), 'later')).toMatchObject({ dispatched: 0, quiet: true });
  });
});

const never = (): never => {
  throw new Error('there is no task');
};
