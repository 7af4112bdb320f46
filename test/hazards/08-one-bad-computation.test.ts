/**
 * Hazard 8: one bad computation burns the queue. What would fail again is not tried again, a breaker stops a cell that fails for
 * many of its entities, and what kills its worker has three attempts and is set aside.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { MAX_ATTEMPTS } from '../../src/mill/lifecycle/limits.ts';
import { messageFor } from '../../src/mill/model/message.ts';
import type { Task } from '../../src/mill/model/task.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';
import { steady } from '../support/steady.ts';

const COMPUTATIONS = {
  'computations/bad.ts': `${IMPORTS}
export const throwing = defineComputation({
  name: 'throwing', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: () => { throw new Error('always'); },
});
let tried = 0;
export const spoiling = defineComputation({
  name: 'spoiling', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => { if (pages >= 0) throw new Error('entity ' + ++tried); return pages; },
});
export const fine = defineComputation({
  name: 'fine', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
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

const claim = async (names: readonly string[]): Promise<Task[]> => {
  const only = names.flatMap((computation) => DAYS.map((date) => ({ computation, date })));
  const { runId } = await dispatch({ from: DAYS[0], date: DAYS[3], only }, ports);
  return ports.ledger.tasksOf(runId ?? '');
};
const historyOf = async ({ id }: Task) => (await ports.tasks.read(id))?.history ?? [];

test('hazard 8: cells that fail by their own fault have one attempt each, however often their messages come', async () => {
  const tasks = await claim(['throwing', 'spoiling', 'fine']);
  for (const task of tasks) {
    await work(messageFor(task), ports);
    await work(messageFor(task), ports);
  }
  for (const task of tasks) expect(await historyOf(task)).toHaveLength(1);
  const stored = await ports.cells.read(
    ['throwing', 'spoiling', 'fine'].map((computation) => ({ computation, date: DAYS[2] })),
  );
  expect(stored.map((cell) => cell?.error?.code)).toEqual(['COMPUTE_FAILED', 'QUALITY_CIRCUIT_BREAKER', undefined]);
  // A failed cell is looked at with explain; nothing was given up.
  expect(await ports.ledger.deadLetters()).toEqual([]);
});

test('hazard 8: a task that kills its workers has three attempts, is acknowledged and set aside, once', async () => {
  const fresh = local.open();
  const computations = fresh.manifest.computations.map((computation) => ({
    ...computation,
    fingerprint: { ...computation.fingerprint, epoch: 2 },
  }));
  ports = { ...fresh, manifest: { ...fresh.manifest, computations } };
  const [task] = await claim(['fine']);
  if (task === undefined) throw new Error('nothing was claimed');
  let nowMs = Date.now();
  const deliver = async (): Promise<'acknowledged' | 'died'> => {
    const dying = Promise.withResolvers<'died'>();
    const current = await ports.tasks.read(task.id);
    const killed: Ports = {
      ...ports,
      tier: current?.resources ?? 'standard',
      clock: steady(() => nowMs),
      heartbeatMs: 3_600_000,
      artifacts: {
        ...ports.artifacts,
        recall: () => undefined,
        read: () => {
          dying.resolve('died');
          return new Promise(() => {});
        },
      },
    };
    const ended = await Promise.race([
      work(messageFor(current ?? task), killed).then(() => 'acknowledged' as const),
      dying.promise,
    ]);
    nowMs += 60_000;
    return ended;
  };
  let deaths = 0;
  // As many deliveries as Pub/Sub likes; those that move it to a larger tier are acknowledged too.
  for (let delivery = 0; delivery < 3 * MAX_ATTEMPTS; delivery++) if ((await deliver()) === 'died') deaths++;
  expect(deaths).toBe(MAX_ATTEMPTS);
  const letters = await ports.ledger.deadLetters();
  expect(letters.map(({ id }) => id)).toEqual([task.id]);
  expect(letters[0]).toMatchObject({ status: 'FAILED', lastError: { code: 'ATTEMPTS_EXHAUSTED' } });
  expect((await historyOf(task)).map(({ end }) => end)).toEqual(['DIED', 'DIED', 'DIED']);
});
