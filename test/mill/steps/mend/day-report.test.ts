/** What a day leaves undone, as the workflow's last answer has it. */
import { afterEach, expect, test } from 'vitest';
import type { TaskMessage } from '../../../../src/mill/model/message.ts';
import { dayReport } from '../../../../src/mill/steps/mend/day-report.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';

let local: LocalPorts;
afterEach(() => local.close());

test('names what failed, says what a sweep would try again, and counts what waits', async () => {
  local = await localPorts({
    'computations/some.ts': `${IMPORTS}
export const broken = defineComputation({
  name: 'broken', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }, { date }) => { if (date === '${DAYS[1]}') throw new Error('no such day'); return weather.degrees; },
});
export const reader = defineComputation({
  name: 'reader', category: 'tests', needs: { broken: dependency(broken) }, output: z.number(), compute: ({ broken }) => broken,
});`,
  });
  const sent: TaskMessage[] = [];
  const ports = {
    ...local.open(),
    queue: { publish: async (messages: readonly TaskMessage[]) => void sent.push(...messages) },
  };
  await loadFixture(ports);
  const day = { date: DAYS[3], from: DAYS[0], dispatchId: 'day' };
  for (const [pass, id] of [
    [1, 'a'],
    [2, 'b'],
    [2, 'c'],
  ] as const) {
    await dispatch({ ...day, pass, callbackUrl: local.callbackUrl(id) }, ports);
    for (const message of sent.splice(0)) await work(message, ports);
  }
  expect(await dayReport(day, ports)).toMatchObject({
    failed: 1,
    retryable: 0,
    waiting: 1,
    outcomes: { SKIP: 2 * DAYS.length - 2, BLOCKED: 1, FAILED_DEPENDENCY: 1 },
    failures: [{ cell: `broken@${DAYS[1]}`, code: 'COMPUTE_FAILED', message: expect.stringContaining('no such day') }],
  });
});
