/** Days that nobody thought of: empty ones, ends of years, the edges of numbers. */
import { expect, test } from 'vitest';
import { fabricatedDays, runDay } from '../../../src/testing/index.ts';
import { ALL } from './all-computations.ts';

test.each(ALL.map((computation) => [computation.name, computation] as const))(
  '%s has a result on each of them',
  async (_, computation) => {
    const failed: string[] = [];
    const days = fabricatedDays(computation);
    for (const { date, given } of days) {
      try {
        await runDay(computation, date, given);
      } catch (thrown) {
        failed.push(`${date}: ${String(thrown)}`);
      }
    }
    expect(days).toHaveLength(240);
    expect(failed).toEqual([]);
  },
);
