/** A few storms over the whole local cloud, with real processes; `npm run chaos` has as many as one likes. */
import { afterEach, beforeAll, describe, expect, onTestFailed, test } from 'vitest';
import { type RoundResult, runSeed, type SeedResult } from './run-seed.ts';
import { describeKill } from './schedule.ts';

const CELLS = 48;

/** The first dies of almost everything: see `npm run chaos -- --seed N --rounds 1 --cells 56`. */
const SEEDS = [3, 8];

describe.skipIf(process.platform !== 'linux')('a day in a storm', () => {
  let calm: readonly RoundResult[];
  let result: SeedResult | undefined;
  beforeAll(async () => {
    const { rounds, wrongs } = await runSeed({ seed: undefined, rounds: 1, cells: CELLS });
    if (wrongs.length > 0) throw new Error(`the calm run is wrong: ${wrongs.join('; ')}`);
    calm = rounds;
  });
  afterEach(() => {
    result = undefined;
  });

  test.each(SEEDS)('ends as a calm one, seed %d', async (seed) => {
    onTestFailed(() => {
      const kills = result?.schedules.flatMap((schedule) => schedule.kills.map(describeKill)) ?? [];
      process.stderr.write(
        `It was to suffer ${kills.join('; ')}.\nAgain, with all that happened: npm run chaos -- --seed ${seed} --rounds 1 --cells ${CELLS} --trace\n`,
      );
    });
    result = await runSeed({ seed, rounds: 1, cells: CELLS, calm });
    expect(result.wrongs).toEqual([]);
  });
});
