/** What tasks took, from a worker's telemetry to the next dispatcher's choice of a tier. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { memoryKey } from '../../../../src/mill/tiers/memory-book.ts';
import { tierRouter } from '../../../../src/mill/tiers/tier-router.ts';
import type { MemoryBook } from '../../../../src/mill/model/memory-book.ts';
import { messageFor } from '../../../../src/mill/model/message.ts';
import type { Task } from '../../../../src/mill/model/task.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import type { MemoryProbe } from '../../../../src/mill/ports/process.ts';
import { reconcile } from '../../../../src/mill/steps/mend/reconcile.ts';
import { work } from '../../../../src/mill/steps/work/work.ts';
import { DAYS, IMPORTS, VISITORS, visitsCsv } from '../../../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../../../support/local-ports.ts';

const COMPUTATIONS = {
  'computations/warmth.ts': `${IMPORTS}
export const warmth = defineComputation({
  name: 'warmth', category: 'tests', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});`,
};

const STREAMING = {
  'computations/pages.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ pages }) => pages,
});`,
};

describe('memory', () => {
  let local: LocalPorts;
  afterEach(() => local.close());

  /** A process that takes as much as it is told. */
  const taking = (mb: number): MemoryProbe => ({
    read: () => ({ rssMB: mb, heapUsedMB: 1 }),
    rssMB: () => mb,
    highestRssMB: () => mb,
    collectGarbage: () => {},
  });
  const bookOf = async (ports: Ports): Promise<MemoryBook> => ports.planning.memory(await ports.planning.load());
  const claim = async (ports: Ports, date: string): Promise<Task> => {
    const { runId } = await dispatch({ date, from: date }, ports);
    const open = (await ports.planning.load()).open.find(({ run }) => run.id === runId);
    const [task] = open?.tasks ?? [];
    if (task === undefined) throw new Error('nothing was claimed');
    return task;
  };
  const runOn = async (ports: Ports, task: Task, mb: number): Promise<void> =>
    work(messageFor(task), { ...ports, tier: task.resources, probe: taking(mb) });

  test('of a run is learned once, by the dispatcher that closes it, and seen by others', async () => {
    local = await localPorts(COMPUTATIONS);
    const ports = local.open();
    await loadFixture(ports);
    const first = await claim(ports, DAYS[0]);
    expect(first.resources).toBe('standard');
    await runOn(ports, first, 1_900);
    expect((await bookOf(ports)).size).toBe(0);
    // It got through, and would not have the next time: it starts where it fits, before it fails.
    const second = await claim(ports, DAYS[1]);
    expect(second.resources).toBe('high-mem');
    const other = local.open();
    const book = await bookOf(other);
    expect(book.get('warmth')).toMatchObject({ taken: [{ peakMB: 1_900 }], raised: { tier: 'high-mem' } });
    expect(book).toEqual(await bookOf(ports));
    // A night like the one before teaches nothing, and writes nothing.
    await runOn(ports, second, 1_910);
    expect((await claim(other, DAYS[2])).resources).toBe('high-mem');
    expect(await bookOf(other)).toBe(book);
  });

  test('of a run that nobody dispatches after is learned by the reconciler', async () => {
    local = await localPorts(COMPUTATIONS);
    const ports = local.open();
    await loadFixture(ports);
    await runOn(ports, await claim(ports, DAYS[0]), 700);
    expect((await reconcile(ports)).closed).toBe(1);
    expect((await bookOf(local.open())).get('warmth')?.taken).toMatchObject([{ peakMB: 700 }]);
  });

  test('is learned by how much there was to read, and a day of another size is judged by its own', async () => {
    local = await localPorts(STREAMING);
    // Of the third day only the first three visitors.
    const isLeftOut = (line: string): boolean => line.startsWith(DAYS[2]) && !/user-[012],/.test(line);
    const rows = visitsCsv().split('\n');
    local.project.write({ 'visits.csv': rows.filter((line) => !isLeftOut(line)).join('\n') });
    const ports = local.open();
    await loadFixture(ports);
    const first = await claim(ports, DAYS[0]);
    await runOn(ports, first, 1_900);
    const small = await claim(ports, DAYS[2]);
    expect([...(await bookOf(ports)).keys()]).toEqual([memoryKey('pages', VISITORS)]);
    // Nothing is known of so few: it is taken for as hungry as the next larger size, until it has shown what it takes.
    expect(small.resources).toBe('high-mem');
    await runOn(ports, small, 300);
    expect((await claim(ports, DAYS[1])).resources).toBe('high-mem');
    const book = await bookOf(ports);
    expect(new Set(book.keys())).toEqual(new Set([memoryKey('pages', VISITORS), memoryKey('pages', 3)]));
    const router = tierRouter(book, ports.tiers, Date.now());
    expect([router.tierOf('pages', 3), router.tierOf('pages', VISITORS)]).toEqual(['standard', 'high-mem']);
  });
});
