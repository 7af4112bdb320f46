/** Errors of any length: what is stored and carried on is bounded, and nothing is lost because of one. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { MESSAGE_CHARACTERS } from '../../../../src/errors.ts';
import { ENTITY_MESSAGE_CHARACTERS } from '../../../../src/mill/execution/limits.ts';
import { dayReport, NAMED_CELLS } from '../../../../src/mill/steps/mend/day-report.ts';
import { DAYS, IMPORTS, VISITORS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { runDay } from '../../../support/run-day.ts';

/** Twice what a document holds. */
const HUGE = 2_000_000;

/** More than a report names. */
const MANY = 8;

const COMPUTATIONS = {
  'computations/long.ts': `${IMPORTS}
const long = (index: number) => defineComputation({
  name: 'long-' + index, category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => { throw new Error('degrees ' + weather.degrees + ' ' + 'x'.repeat(${HUGE})); },
});
${Array.from({ length: MANY }, (_, index) => `export const long${index} = long(${index});`).join('\n')}
export const mostly = defineComputation({
  name: 'mostly', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ user, pages }) => { if (user === 'user-7') throw new Error('y'.repeat(${HUGE})); return pages; },
});`,
};

let local: LocalPorts;
beforeAll(async () => {
  local = await localPorts(COMPUTATIONS);
  const ports = local.open();
  await loadFixture(ports);
  await runDay({ from: DAYS[0], date: DAYS[3] }, ports, 'night');
});
afterAll(() => local.close());

test('a cell that throws megabytes fails with its own error, cut', async () => {
  const [cell] = await local.open().cells.read([{ computation: 'long-0', date: DAYS[1] }]);
  expect(cell).toMatchObject({ status: 'FAILED', error: { code: 'COMPUTE_FAILED' } });
  expect(cell?.error?.message).toMatch(/^long-0: Error: degrees 11 x+ … \d+ characters are left out here/);
  expect(cell?.error?.message.length).toBeLessThan(MESSAGE_CHARACTERS + 100);
});

test('a good result with one bad entity is kept', async () => {
  const [cell] = await local.open().cells.read([{ computation: 'mostly', date: DAYS[1] }]);
  expect(cell).toMatchObject({ status: 'COMPLETED', record: { entities: VISITORS, failedEntities: 1 } });
  const [error] = cell?.record?.errors ?? [];
  expect(error?.message.length).toBeLessThan(ENTITY_MESSAGE_CHARACTERS + 300);
});

test('what the reconciler answers with passes through the workflow, however many failed, and how', async () => {
  const day = await dayReport({ date: DAYS[3], from: DAYS[0], dispatchId: 'night' }, local.open());
  expect(day.failed).toBe(MANY * DAYS.length);
  expect(day.failures.length).toBeLessThanOrEqual(NAMED_CELLS);
  // Workflows' variables hold 512 KiB: https://cloud.google.com/workflows/quotas#resource_limit
  expect(JSON.stringify(day).length).toBeLessThan(64 * 1_024);
});
