/** The timeline of a dispatch: waves, tasks, who reads whom, and the critical path. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Ports } from '../../../src/compose.ts';
import { criticalPath, TimelineAnswer, timelineAnswer } from '../../../src/mill/answers/timeline.ts';
import { readersOf } from '../../../src/mill/answers/task-reads.ts';
import { encodeWindow } from '../../../src/mill/model/window.ts';
import { asJson } from '../../support/as-json.ts';
import { DAYS, IMPORTS } from '../../support/fixture-project.ts';
import { aTask, aTaskCell } from '../../support/graph.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../support/local-ports.ts';
import { runDay } from '../../support/run-day.ts';

type Row = TimelineAnswer['tasks'][number];

describe('the timeline of a day', () => {
  let local: LocalPorts;
  let ports: Ports;
  beforeAll(async () => {
    local = await localPorts({
      'computations/sums.ts': `${IMPORTS}
export const warmth = defineComputation({
  name: 'warmth', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});
export const sum = defineComputation({
  name: 'sum', category: 'tests', needs: { warmth: dependency(warmth), before: previous(z.number()) }, output: z.number(),
  compute: ({ warmth, before }) => warmth + (before ?? 0),
});`,
    });
    ports = local.open();
    await loadFixture(ports);
    await runDay({ from: DAYS[0], date: DAYS[3] }, ports, 'day');
  });
  afterAll(() => local.close());

  test('has every wave of the dispatch, and each of its tasks with its attempts', async () => {
    const waves = await ports.ledger.runsOf('day');
    expect(waves.length).toBeGreaterThan(1);
    const [first] = waves;
    const answer = asJson(TimelineAnswer, await timelineAnswer({ id: first?.id ?? '' }, ports));
    expect(answer.run.id).toBe(first?.id);
    expect(answer.runs.map(({ id }) => id)).toEqual(waves.map(({ id }) => id));
    expect(answer.left).toBe(0);
    expect(answer.tasks).toHaveLength(waves.reduce((sum, { totalTasks }) => sum + totalTasks, 0));
    for (const task of answer.tasks) expect(task.attempts).toMatchObject([{ end: 'COMPLETED', tier: 'standard' }]);
    // All ran in this process, which began with the first of them.
    const attempts = answer.tasks.flatMap((task) => task.attempts);
    expect(attempts.filter(({ coldStart }) => coldStart === true)).toHaveLength(1);
  });

  test('says which tasks made what a task reads, and ends its critical path with the last', async () => {
    const [first] = await ports.ledger.runsOf('day');
    const { tasks, critical } = await timelineAnswer({ id: first?.id ?? '' }, ports);
    const warm = tasks.filter(({ computation }) => computation === 'warmth').map(({ id }) => id);
    const sums = tasks.filter(({ computation }) => computation === 'sum');
    expect(new Set(sums.flatMap(({ reads }) => reads))).toEqual(new Set(warm));
    const last = [...tasks].sort((a, b) => (a.attempts[0]?.endedMs ?? 0) - (b.attempts[0]?.endedMs ?? 0)).at(-1);
    expect(critical.at(-1)).toBe(last?.id);
    expect(warm).toContain(critical[0]);
  });

  test('of a run that is not there', async () => {
    await expect(timelineAnswer({ id: 'nothing' }, ports)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('a task reads', () => {
  const day = '2024-01-05';
  const made = ['2024-01-03', '2024-01-04', '2024-01-05'].map((date) =>
    aTask({ id: `b ${date}`, computation: 'b', cells: [aTaskCell(date, 'b')] }),
  );
  const reader = (cell: Partial<ReturnType<typeof aTaskCell>>) => {
    const task = aTask({ id: 'reader', computation: 'a', cells: [{ ...aTaskCell(day, 'a'), ...cell }] });
    return readersOf([...made, task]).get('reader');
  };

  test('the same day of a dependency', () => {
    expect(reader({ inputs: { 'dependency:b': '0'.repeat(16), 'dataset:b': '0'.repeat(16) } })).toEqual([`b ${day}`]);
    expect(reader({ inputs: { 'dependency:other': '0'.repeat(16) } })).toEqual([]);
  });

  test('the days of a history that have a value', () => {
    const window = encodeWindow(['2024-01-03'], day, 30);
    expect(reader({ reads: { 'history:b:30': window } })).toEqual(['b 2024-01-03']);
    expect(reader({ reads: { 'seed:b:30': window } })).toEqual(['b 2024-01-03']);
    expect(reader({ reads: { 'history:30': window } })).toEqual([]);
  });

  test('its own day before, of another task', () => {
    const before = aTask({ id: 'before', cells: [aTaskCell('2024-01-04')] });
    const after = aTask({ id: 'after', cells: [{ ...aTaskCell(day), reads: { previous: '2024-01-04' } }] });
    expect(readersOf([before, after]).get('after')).toEqual(['before']);
    const chain = { ...after, cells: [...before.cells, ...after.cells] };
    expect(readersOf([chain]).get('after')).toEqual([]);
  });
});

describe('the critical path', () => {
  const row = (id: string, createdMs: number, endedMs: number | undefined, reads: string[] = []): Row => ({
    id,
    computation: id,
    status: endedMs === undefined ? 'IN_PROGRESS' : 'COMPLETED',
    createdMs,
    cells: 1,
    tier: 'standard',
    attempts: [{ startedMs: createdMs, endedMs, worker: 'w', tier: 'standard' }],
    reads,
  });

  test('goes back from the last task to what it read, the latest first', () => {
    const rows = [row('a', 0, 10), row('b', 0, 30), row('c', 40, 50, ['a', 'b']), row('d', 40, 45, ['a'])];
    expect(criticalPath(rows)).toEqual(['b', 'c']);
  });

  test('goes on with the wave before where a task reads nothing of the dispatch', () => {
    const rows = [row('a', 0, 10), row('b', 0, 30), row('c', 40, 50), row('d', 60, 70, ['c'])];
    expect(criticalPath(rows)).toEqual(['b', 'c', 'd']);
  });

  test('ends with what is under way', () => {
    expect(criticalPath([row('a', 0, 10), row('b', 20, undefined, ['a'])])).toEqual(['a', 'b']);
    expect(criticalPath([])).toEqual([]);
  });

  test('ends, whatever is read and whenever things end', () => {
    const rows = [row('a', 0, 10, ['b', 'a']), row('b', 0, 10, ['a'])];
    expect(criticalPath(rows)).toHaveLength(1);
  });
});
