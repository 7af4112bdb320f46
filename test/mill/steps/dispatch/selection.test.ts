/** A dispatch of some computations: theirs are made as far as what they read is there, all else stays as it is. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import { survey } from '../../../../src/mill/steps/dispatch/survey.ts';
import { DAYS, IMPORTS } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';
import { runDay } from '../../../support/run-day.ts';

const plain = (name: string, needs: string, read: string): string => `
export const ${name} = defineComputation({
  name: '${name}', category: 'tests', needs: { in: ${needs} }, output: z.number(), compute: (all) => ${read},
});`;
const COMPUTATIONS = {
  'computations/all.ts': `${IMPORTS}${plain('warmth', 'document(weather)', 'all.in.degrees')}
${plain('comfort', 'dependency(warmth)', 'all.in * 2')}${plain('mood', 'dependency(comfort)', 'all.in + 1')}
${plain('frost', 'document(weather)', '-all.in.degrees')}`,
};

let local: LocalPorts;
let ports: Ports;
const days = { from: DAYS[0] ?? '', date: DAYS.at(-1) ?? '' };
beforeAll(async () => {
  local = await localPorts(COMPUTATIONS);
  ports = local.open();
  await loadFixture(ports);
});
afterAll(() => local.close());

/** How many days of each are made. */
async function made(): Promise<Record<string, number>> {
  const { plan } = await survey({ from: days.from, to: days.date }, ports);
  return Object.fromEntries(plan.computations.map((name) => [name, plan.counts([name]).SKIP]));
}

test('what reads an unselected computation waits for it, and is made with it', async () => {
  await runDay(days, ports, 'one', ['warmth', 'mood']);
  expect(await made()).toEqual({ warmth: DAYS.length, comfort: 0, mood: 0, frost: 0 });
  await runDay(days, ports, 'two', ['comfort', 'mood']);
  expect(await made()).toEqual({ warmth: DAYS.length, comfort: DAYS.length, mood: DAYS.length, frost: 0 });
});

test('nobody is on watch for a few computations', async () => {
  const request = { ...days, pass: 1, callbackUrl: local.callbackUrl('selection'), computations: ['warmth'] };
  const { outcomes, ...answer } = await dispatch(request, ports);
  expect(answer).toMatchObject({ dispatched: 0, inFlight: 0, pass: 1 });
  expect(outcomes).toMatchObject({ SKIP: DAYS.length, RUN: 0 });
});

test('a name that the manifest does not have is refused', async () => {
  await expect(dispatch({ ...days, computations: ['warmht'] }, ports)).rejects.toThrow(
    'There is no computation "warmht" in the manifest that is deployed.',
  );
});
