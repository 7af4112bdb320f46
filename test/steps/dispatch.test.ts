/** Claims: every cell once, whoever asks and however often, and every claim published in the end. */
import { afterEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../src/compose.ts';
import { ZOMBIE_MINUTES } from '../../src/lifecycle/limits.ts';
import { cellName } from '../../src/model/cell.ts';
import { hashOf } from '../../src/model/hash.ts';
import { messageFor, type TaskMessage } from '../../src/model/message.ts';
import { dispatch, type DispatchAnswer } from '../../src/steps/dispatch.ts';
import { reconcile } from '../../src/steps/reconcile.ts';
import { work } from '../../src/steps/work.ts';
import { DAYS, IMPORTS, weatherCsv } from '../support/fixture-project.ts';
import { loadFixture, localPorts, type LocalPorts } from '../support/local-ports.ts';

const COMPUTATIONS = {
  'computations/sums.ts': `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'traffic', needs: { visits: dataset(visits) }, output: z.number(),
  reduce: { init: () => ({ pages: 0 }), add: (sum, { pages }) => void (sum.pages += pages), finish: (sum) => sum.pages },
});
export const warmth = defineComputation({
  name: 'warmth', category: 'traffic', needs: { weather: document(weather) }, output: z.number(),
  compute: ({ weather }) => weather.degrees,
});
export const both = defineComputation({
  name: 'both', category: 'traffic', needs: { pages: dependency(pages), warmth: dependency(warmth) }, output: z.number(),
  compute: ({ pages, warmth }) => pages * warmth,
});`,
};

const CELLS_OF_FIRST_PASS = 2 * DAYS.length;
const LATER_MS = 60_000;

const cellsOf = async (ports: Ports): Promise<string[]> =>
  (await ports.planning.load()).open.flatMap(({ tasks }) => tasks.flatMap(({ cells }) => cells.map(cellName)));

describe('dispatch', () => {
  let local: LocalPorts;
  let sent: TaskMessage[];
  afterEach(() => local.close());

  /** Ports of one more process, whose publishing is noted down. */
  const open = (): Ports => {
    const ports = local.open();
    const queue = {
      publish: async (messages: readonly TaskMessage[]) => {
        await ports.queue.publish(messages);
        sent.push(...messages);
      },
    };
    return { ...ports, queue };
  };
  const start = async (): Promise<Ports> => {
    sent = [];
    local = await localPorts(COMPUTATIONS);
    const ports = open();
    await loadFixture(ports);
    return ports;
  };
  const day = { date: DAYS[3], from: DAYS[0] };
  const ask = (ports: Ports, id: string, pass = 1): Promise<DispatchAnswer> =>
    dispatch({ ...day, pass, callbackUrl: local.callbackUrl(id), dispatchId: 'day' }, ports);
  const workAll = async (ports: Ports): Promise<void> => {
    for (const message of sent.splice(0)) await work(message, ports);
  };

  test('hazard 3: two dispatchers at once claim each cell once', async () => {
    const ports = await start();
    // Two requests to one process, and one to another.
    const shared = open();
    const answers = await Promise.all([ask(shared, 'a'), ask(shared, 'b'), ask(open(), 'c')]);
    const cells = await cellsOf(ports);
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells).toHaveLength(CELLS_OF_FIRST_PASS);
    expect(answers.reduce((sum, { dispatched }) => sum + dispatched, 0)).toBe(CELLS_OF_FIRST_PASS);
    expect(sent.map(({ taskId }) => taskId).toSorted()).toEqual(
      [...new Set(sent.map(({ taskId }) => taskId))].toSorted(),
    );
    // Who came too late is told that the cells are on their way, so that its workflow waits for them.
    for (const answer of answers.filter(({ dispatched }) => dispatched === 0))
      expect(answer.inFlight).toBe(CELLS_OF_FIRST_PASS);
  });

  test('hazard 3: the same callback URL again gives the same run', async () => {
    const ports = await start();
    const first = await ask(ports, 'a');
    const at = await Promise.all([ask(open(), 'a'), ask(open(), 'a')]);
    for (const again of at) expect(again).toMatchObject({ runId: first.runId, dispatched: first.dispatched });
    expect(first.runId).toBe(`run-${hashOf(local.callbackUrl('a'))}`);
    expect(await cellsOf(ports)).toHaveLength(CELLS_OF_FIRST_PASS);

    // Its answer was lost, and meanwhile the run has ended and its outcomes are in the book.
    await workAll(ports);
    await ask(ports, 'b', 2);
    expect((await ports.planning.load()).open.map(({ run }) => run.id)).not.toContain(first.runId);
    await ports.rootData.writeMark('weather', { file: 'weather.csv', hash: '', through: DAYS[0] });
    local.project.write({ 'weather.csv': `date,degrees\n${DAYS[0]},99\n` });
    await loadFixture(ports);
    expect(await ask(ports, 'a')).toMatchObject({ runId: first.runId, dispatched: first.dispatched });
  });

  test('hazard 3: a run that was claimed and never published is published by the reconciler', async () => {
    const ports = await start();
    const dead = { ...ports, queue: { publish: () => Promise.reject(new Error('the process died here')) } };
    await expect(ask(dead, 'a')).rejects.toThrow('the process died here');
    const [claimed] = (await ports.planning.load()).open;
    expect(claimed?.run).toMatchObject({ totalTasks: CELLS_OF_FIRST_PASS, remainingTasks: CELLS_OF_FIRST_PASS });
    expect(claimed?.tasks).toHaveLength(CELLS_OF_FIRST_PASS);
    expect(claimed?.run.publishedMs).toBeUndefined();

    // A dispatcher that is still at it is not disturbed; one that is surely dead is stood in for.
    expect((await reconcile(ports)).republished).toBe(0);
    const clock = { now: () => Date.now() + LATER_MS };
    expect(await reconcile({ ...ports, clock })).toMatchObject({ republished: 1, miscounted: [] });
    expect(sent.map(({ taskId }) => taskId).toSorted()).toEqual(claimed?.tasks.map(({ id }) => id).toSorted());
    expect((await reconcile({ ...ports, clock })).republished).toBe(0);

    await workAll(ports);
    const run = await ports.runs.read(claimed?.run.id ?? '');
    expect(run).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
  });

  test('hazard 3: a task whose message is gone is offered again', async () => {
    const ports = await start();
    await dispatch({ date: DAYS.at(-1) ?? DAYS[0], from: DAYS[0] }, ports);
    const tasks = sent.length;
    expect((await reconcile(ports)).revived).toBe(0);
    const clock = { now: () => Date.now() + (ZOMBIE_MINUTES * 60 + 1) * 1_000 };
    expect((await reconcile({ ...ports, clock })).revived).toBe(tasks);
    expect(sent.length).toBe(2 * tasks);
    for (const message of sent) await work(message, ports);
    expect((await reconcile({ ...ports, clock })).revived).toBe(0);
  });

  test('hazard 3: a dispatcher that died between claim and publish is stood in for by the next same request', async () => {
    const ports = await start();
    const dead = { ...ports, queue: { publish: () => Promise.reject(new Error('the process died here')) } };
    await expect(ask(dead, 'a')).rejects.toThrow('the process died here');
    expect(await ask(open(), 'a')).toMatchObject({ dispatched: CELLS_OF_FIRST_PASS });
    expect(sent).toHaveLength(CELLS_OF_FIRST_PASS);
  });

  test('nothing is counted that was not claimed: a plan made on an old state is refused whole', async () => {
    const ports = await start();
    const other = open();
    const stale = await ports.planning.load();
    const staleToo = await other.planning.load();
    const answer = await ask(other, 'a');
    const [task] = (await other.planning.load()).open.flatMap(({ tasks }) => tasks);
    if (task === undefined || answer.runId === null) throw new Error('nothing was claimed');
    const run = await other.runs.read(answer.runId);
    if (run === undefined) throw new Error('the run is not there');
    const claim = { run: { ...run, id: 'late' }, tasks: [{ ...task, id: 'late', runId: 'late' }] };
    expect(await ports.planning.commit(stale, { settled: [], closedRuns: [], claim })).toBe(false);
    // The process that moved it on itself refuses too.
    expect(await other.planning.commit(staleToo, { settled: [], closedRuns: [], claim })).toBe(false);
    expect(await ports.runs.read('late')).toBeUndefined();
    expect(await ports.tasks.read('late')).toBeUndefined();
  });

  test.each(['https://example.com/callbacks/1', 'http://workflowexecutions.googleapis.com/v1/x'])(
    'hazard 11: a run is not even begun for the callback URL %s',
    async (callbackUrl) => {
      const ports = await start();
      await expect(dispatch({ ...day, pass: 1, callbackUrl }, ports)).rejects.toThrow(
        expect.objectContaining({ name: 'UserError', code: 'BAD_ARGUMENT' }),
      );
      expect(await cellsOf(ports)).toEqual([]);
    },
  );

  test('an old run that ends late does not bring back what a newer one has made anew', async () => {
    const ports = await start();
    await ask(ports, 'a');
    const [late, ...others] = [
      ...sent.filter(({ computation }) => computation === 'pages'),
      ...sent.filter(({ computation }) => computation === 'warmth'),
    ];
    sent.splice(0);
    if (late === undefined) throw new Error('nothing was sent');
    for (const message of others) await work(message, ports);
    // Warmer weather comes in, and another workflow makes it again, while one task of the first run is still open.
    local.project.write({ 'weather.csv': weatherCsv((index) => 20 + index) });
    await loadFixture(ports);
    const another = { ...day, dispatchId: 'another day' };
    await dispatch({ ...another, pass: 1, callbackUrl: local.callbackUrl('b') }, ports);
    expect(sent.map(({ computation }) => computation)).toEqual(DAYS.map(() => 'warmth'));
    await workAll(ports);
    await dispatch({ ...another, pass: 2, callbackUrl: local.callbackUrl('c') }, ports);
    sent.splice(0);
    await work(late, ports);
    expect(await dispatch({ ...another, pass: 1, callbackUrl: local.callbackUrl('d') }, ports)).toMatchObject({
      dispatched: 0,
      outcomes: { SKIP: CELLS_OF_FIRST_PASS },
    });
  });

  test('a reader waits while what it reads is being made, and runs once it is there', async () => {
    const ports = await start();
    await ask(ports, 'a');
    const early = await ask(ports, 'b', 2);
    expect(early.dispatched).toBe(0);
    expect(early.outcomes.BLOCKED).toBe(DAYS.length);
    await workAll(ports);
    expect((await ask(ports, 'c', 2)).dispatched).toBe(DAYS.length);
    expect(messageFor((await ports.planning.load()).open.flatMap(({ tasks }) => tasks)[0] ?? never())).toMatchObject({
      action: 'RUN_COMPUTATION_DATE',
      computation: 'both',
      pass: 2,
      resources: 'standard',
    });
  });

  test('says that nothing is left to run in any pass, once that is so', async () => {
    const ports = await start();
    const quiet: boolean[] = [];
    for (const pass of [1, 1, 2, 2]) {
      quiet.push((await ask(ports, `made-${pass}-${quiet.length}`, pass)).quiet);
      await workAll(ports);
    }
    expect(quiet.slice(0, 3)).toEqual([false, false, false]);
    // The last dispatch took in what the one before had made; from then on there is no news.
    await ask(ports, 'takes-in', 2);
    expect(await ask(open(), 'later')).toMatchObject({ dispatched: 0, quiet: true });
  });
});

const never = (): never => {
  throw new Error('there is no task');
};
