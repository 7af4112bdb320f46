/** docs/guides/test-a-computation.md: its tests, with what Node's own runner says of them. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { type Installed, project } from '../../support/guide/guide-project.ts';

const IMPORTS = `
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fabricatedDays, runDay, runDays } from 'daymill/testing';
import { recordDay } from '../src/computations/record-day.ts';
import { weeklyAverage } from '../src/computations/weekly-average.ts';
void [fabricatedDays, runDay, runDays, recordDay, weeklyAverage];
`;

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => project(installed, folder),
  fragments: {
    'const records = await runDays': (code) => ({
      path: 'test/days.test.ts',
      text: `${IMPORTS}
const day = (revenue: number) => ({ today: { orders: 1, revenue, bestSeller: 'latte' } });
test('days after each other', async () => {
  ${code}
  assert.deepEqual(records.map(({ date }) => date), ['2026-05-01', '2026-05-02', '2026-05-03']);
});`,
    }),
    'of fabricatedDays(weeklyAverage)': (code) => ({
      path: 'test/any-day.test.ts',
      text: `${IMPORTS}
test('days that nobody thought of', async () => {
  ${code}
});`,
    }),
  },
});
