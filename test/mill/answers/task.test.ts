/** One task, as it goes on and when it has ended: its attempts' memory, its cells, its room. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { TaskAnswer, taskAnswer } from '../../../src/mill/answers/task.ts';
import type { Task } from '../../../src/mill/model/task.ts';
import { messageFor } from '../../../src/mill/model/message.ts';
import { dispatch } from '../../../src/mill/steps/dispatch/dispatch.ts';
import { work } from '../../../src/mill/steps/work/work.ts';
import { asJson } from '../../support/as-json.ts';
import { DAYS, IMPORTS } from '../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../support/local-ports.ts';

let local: LocalPorts;
let ports: Ports;
beforeAll(async () => {
  local = await localPorts({
    'computations/sums.ts': `${IMPORTS}
export const sum = defineComputation({
  name: 'sum', category: 'tests', needs: { weather: document(weather), before: previous(z.number()) }, output: z.number(),
  compute: ({ weather, before }, { date }) => {
    if (date === '${DAYS[2]}') throw new Error('too cold');
    return weather.degrees + (before ?? 0);
  },
});`,
  });
  ports = local.open();
  await loadFixture(ports);
});
afterAll(() => local.close());

const answerFor = async (id: string) => asJson(TaskAnswer, await taskAnswer({ id }, ports));

test('a task before it is begun, and when it has ended', async () => {
  const { runId } = await dispatch({ from: DAYS[0], date: DAYS[3], dispatchId: 'day' }, ports);
  const [task] = await ports.ledger.tasksOf(runId ?? '');
  const { id } = task as Task;
  expect(await answerFor(id)).toEqual({
    task: expect.objectContaining({ id, runId, computation: 'sum', chained: true, status: 'PENDING' }) as unknown,
    attempts: [],
    tierMB: ports.tiers[0].memoryMB,
    cells: DAYS.map((date) => ({ computation: 'sum', date })),
    nextTier: ports.tiers[1]?.name,
  });
  await work(messageFor(task as Task), ports);
  const ended = await answerFor(id);
  expect(ended.task.status).toBe('FAILED');
  expect(ended.cells.map(({ status }) => status)).toEqual(['COMPLETED', 'COMPLETED', 'FAILED', 'NOT_TRIED']);
  expect(ended.cells[0]?.seconds).toBeGreaterThanOrEqual(0);
  expect(ended.cells[2]?.error?.message).toMatch(/too cold/);
  expect(ended.attempts).toMatchObject([{ number: 1, end: 'FAILED' }]);
  const [attempt] = ended.attempts;
  expect(attempt?.readings?.length).toBeGreaterThan(0);
  for (const [seconds, rssMB, heapMB] of attempt?.readings ?? []) {
    expect(seconds).toBeGreaterThanOrEqual(0);
    expect(rssMB).toBeGreaterThan(heapMB);
    expect(rssMB).toBeLessThanOrEqual(attempt?.peakRssMB ?? 0);
  }
});

test('what it is predicted to take is known once one like it ran', async () => {
  const { runId } = await dispatch({ from: DAYS[0], date: DAYS[3], dispatchId: 'next day' }, ports);
  const [task] = await ports.ledger.tasksOf(runId ?? '');
  const { predictedMB } = await answerFor(task?.id ?? '');
  expect(predictedMB).toBeGreaterThan(0);
});

test('of an attempt that goes on the last heartbeat has the readings; one of the attempt before has none', async () => {
  const readings = [2, 100, 50, 4, 120, 60];
  const asIf = async (lastHeartbeat: string) => {
    const stored = (await ports.ledger.tasksWith({ computation: 'sum', date: DAYS[0] })).at(-1) as Task;
    const { id } = stored;
    const [attempt] = stored.history ?? [];
    const {
      end: _,
      endedMs: __,
      readings: ___,
      ...open
    } = { ...attempt, startedMs: 5_000 } as NonNullable<typeof attempt>;
    const telemetry = { ...(stored.telemetry as NonNullable<Task['telemetry']>), lastHeartbeat, readings };
    const task: Task = { ...stored, status: 'IN_PROGRESS', history: [open], telemetry };
    return taskAnswer({ id }, { ...ports, tasks: { read: () => Promise.resolve(task) } });
  };
  const [on] = (await asIf(new Date(6_000).toISOString())).attempts;
  expect(on?.readings).toEqual([
    [2, 100, 50],
    [4, 120, 60],
  ]);
  const [before] = (await asIf(new Date(4_000).toISOString())).attempts;
  expect(before?.readings).toBeUndefined();
});

test('of a task that is not there', async () => {
  await expect(taskAnswer({ id: 'nothing' }, ports)).rejects.toMatchObject({ code: 'NOT_FOUND' });
});
