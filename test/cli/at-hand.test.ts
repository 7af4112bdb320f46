/** The functions that plan, asked in this process: they answer what a process of theirs would, and leave to one what takes its time. */
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type AtHandOptions, functionsAtHand } from '../../src/cli/local/at-hand.ts';
import type { LogEntry } from '../../src/cli/local/log-entry.ts';
import type { Ports } from '../../src/compose.ts';
import { DAYS, IMPORTS } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';

const COMPUTATIONS = {
  'computations/heat.ts': `${IMPORTS}
export const heat = defineComputation({
  name: 'heat', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});`,
};

let local: LocalPorts;
let ports: Ports;
beforeAll(async () => {
  local = await localPorts(COMPUTATIONS);
  ports = local.open();
  await loadFixture(ports);
});
afterAll(() => local.close());

const said: LogEntry[] = [];
let order: string[] = [];
afterEach(() => {
  said.length = 0;
  order = [];
});

function opened(level: AtHandOptions['level'] = 'info') {
  const ready = () => Promise.resolve(void order.push('ready'));
  const atHand = functionsAtHand({ level, ready, onLog: (entry) => void said.push(entry) });
  const publish: Ports['queue']['publish'] = (messages) =>
    Promise.resolve(void order.push(`${messages.length} messages`));
  atHand.open({ ...ports, queue: { publish } });
  return atHand.functions;
}

const post = (body: unknown) => ({ method: 'POST', path: '/', body });

test('answers, and says what a process of its own would print', async () => {
  const answer = await opened()['index']?.(post({ date: DAYS[0] }));
  expect(answer).toMatchObject({ status: 200, value: { passes: 1, changed: {} } });
  expect(said).toMatchObject([{ source: 'index', event: 'indexed', severity: 'INFO' }]);
});

test('says no more than it was told to', async () => {
  await opened('warn')['index']?.(post({ date: DAYS[0] }));
  expect(said).toEqual([]);
});

test('refuses what nobody should send, and says so', async () => {
  const answer = await opened()['dispatch']?.(post({ date: '2024-02-30' }));
  expect(answer).toMatchObject({ status: 400, value: { error: { code: 'BAD_ARGUMENT' } } });
  expect(said).toMatchObject([{ source: 'dispatch', event: 'request.failed', severity: 'ERROR' }]);
});

test('leaves simulating to a process, with nothing done', async () => {
  expect(await opened()['preflight']?.(post({}))).toBeUndefined();
  expect(await ports.registry.index()).toEqual(new Map());
  // What is new has nothing to be compared with: that is an answer.
  const answer = await opened()['preflight']?.(post({ changedOnly: true }));
  expect(answer).toMatchObject({ status: 200, value: { simulated: 0, left: 1 } });
});

test('publishes nothing before there is somebody to take it', async () => {
  const answer = await opened()['dispatch']?.(post({ date: DAYS[0], from: DAYS[0], pass: 1 }));
  expect(answer).toMatchObject({ status: 200, value: { dispatched: 1 } });
  expect(order).toEqual(['ready', '1 messages']);
  expect(said.map(({ event }) => event)).toContain('dispatched');
});

test('is not asked before it was opened', async () => {
  const { functions } = functionsAtHand({ level: 'silent', ready: () => Promise.resolve(), onLog: () => {} });
  expect(await functions['index']?.(post({}))).toMatchObject({ status: 503 });
});
