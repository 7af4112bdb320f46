/** Hazard 3: tasks counted that were never claimed, or claimed and never published. Claim and count are one commit; unsent messages are published again. */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ZOMBIE_MINUTES } from '../../src/mill/lifecycle/limits.ts';
import { hashOf } from '../../src/values/hash.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { reconcile } from '../../src/mill/steps/mend/reconcile.ts';
import { work } from '../../src/mill/steps/work/work.ts';
import { DAYS } from '../support/fixture-project.ts';
import { loadFixture } from '../support/local-ports.ts';
import { mortal } from '../support/mortal.ts';
import { later } from '../support/task-bench.ts';
import { CELLS_OF_FIRST_PASS, type WaveBench, waveBench } from '../support/wave-bench.ts';

const LATER_MS = 60_000;

describe('hazard 3: tasks are counted that were never claimed, or claimed and never published', () => {
  let bench: WaveBench;
  beforeEach(async () => {
    bench = await waveBench();
  });
  afterEach(() => bench.close());

  test('two dispatchers at once claim each cell once', async () => {
    // Two requests to one process, and one to another.
    const shared = bench.open();
    const answers = await Promise.all([bench.ask(shared, 'a'), bench.ask(shared, 'b'), bench.ask(bench.open(), 'c')]);
    const cells = await bench.claimed();
    expect(new Set(cells).size).toBe(cells.length);
    expect(cells).toHaveLength(CELLS_OF_FIRST_PASS);
    expect(answers.reduce((sum, { dispatched }) => sum + dispatched, 0)).toBe(CELLS_OF_FIRST_PASS);
    expect(bench.sent.map(({ taskId }) => taskId).toSorted()).toEqual(
      [...new Set(bench.sent.map(({ taskId }) => taskId))].toSorted(),
    );
    // Who came too late is told that the cells are on their way, so that its workflow waits for them.
    for (const answer of answers.filter(({ dispatched }) => dispatched === 0))
      expect(answer.inFlight).toBe(CELLS_OF_FIRST_PASS);
  });

  test('the same callback URL again gives the same run', async () => {
    const ports = bench.open();
    const first = await bench.ask(ports, 'a');
    const at = await Promise.all([bench.ask(bench.open(), 'a'), bench.ask(bench.open(), 'a')]);
    for (const again of at) expect(again).toMatchObject({ runId: first.runId, dispatched: first.dispatched });
    expect(first.runId).toBe(`run-${hashOf(bench.local.callbackUrl('a'))}`);
    expect(await bench.claimed()).toHaveLength(CELLS_OF_FIRST_PASS);

    // Its answer was lost, and meanwhile the run has ended and its outcomes are in the book.
    await bench.workAll(ports);
    await bench.ask(ports, 'b', 2);
    expect((await ports.planning.load()).open.map(({ run }) => run.id)).not.toContain(first.runId);
    await ports.rootData.writeMark('weather', { file: 'weather.csv', hash: '', through: DAYS[0] });
    bench.local.project.write({ 'weather.csv': `date,degrees\n${DAYS[0]},99\n` });
    await loadFixture(ports);
    expect(await bench.ask(ports, 'a')).toMatchObject({ runId: first.runId, dispatched: first.dispatched });
  });

  test('a run that was claimed and never published is published by the reconciler', async () => {
    const ports = bench.open();
    const dead = { ...ports, queue: { publish: () => Promise.reject(new Error('the process died here')) } };
    await expect(bench.ask(dead, 'a')).rejects.toThrow('the process died here');
    const [claimed] = (await ports.planning.load()).open;
    expect(claimed?.run).toMatchObject({ totalTasks: CELLS_OF_FIRST_PASS, remainingTasks: CELLS_OF_FIRST_PASS });
    expect(claimed?.tasks).toHaveLength(CELLS_OF_FIRST_PASS);
    expect(claimed?.run.publishedMs).toBeUndefined();

    // A dispatcher that is still at it is not disturbed; one that is surely dead is stood in for.
    expect((await reconcile(ports)).republished).toBe(0);
    const clock = later(LATER_MS);
    expect(await reconcile({ ...ports, clock })).toMatchObject({ republished: 1, miscounted: [] });
    expect(bench.sent.map(({ taskId }) => taskId).toSorted()).toEqual(claimed?.tasks.map(({ id }) => id).toSorted());
    expect((await reconcile({ ...ports, clock })).republished).toBe(0);

    await bench.workAll(ports);
    const run = await ports.runs.read(claimed?.run.id ?? '');
    expect(run).toMatchObject({ remainingTasks: 0, status: 'COMPLETED' });
  });

  test('a task whose message is gone is offered again', async () => {
    const ports = bench.open();
    await dispatch({ date: DAYS.at(-1) ?? DAYS[0], from: DAYS[0] }, ports);
    const tasks = bench.sent.length;
    expect((await reconcile(ports)).revived).toBe(0);
    const clock = later((ZOMBIE_MINUTES * 60 + 1) * 1_000);
    expect((await reconcile({ ...ports, clock })).revived).toBe(tasks);
    expect(bench.sent.length).toBe(2 * tasks);
    // Also by a clock that has gone back since.
    expect((await reconcile({ ...ports, clock: later(-(ZOMBIE_MINUTES * 60 + 60) * 1_000) })).revived).toBe(tasks);
    for (const message of bench.sent) await work(message, ports);
    expect((await reconcile({ ...ports, clock })).revived).toBe(0);
  });

  test('a dispatcher that died between claim and publish is stood in for by the next same request', async () => {
    const ports = bench.open();
    const dead = { ...ports, queue: { publish: () => Promise.reject(new Error('the process died here')) } };
    await expect(bench.ask(dead, 'a')).rejects.toThrow('the process died here');
    expect(await bench.ask(bench.open(), 'a')).toMatchObject({ dispatched: CELLS_OF_FIRST_PASS });
    expect(bench.sent).toHaveLength(CELLS_OF_FIRST_PASS);
  });

  test('a dispatcher that dies at any of its calls leaves nothing half done, whoever stands in for it', async () => {
    const { manifest } = bench.open();
    for (const when of ['before', 'after'] as const) {
      for (let at = 1, done = false; !done; at++) {
        // What was made for the death before was made in another epoch, so that all is claimed anew.
        const computations = manifest.computations.map((one) => ({
          ...one,
          fingerprint: { ...one.fingerprint, epoch: 100 * at + (when === 'before' ? 1 : 2) },
        }));
        const open = () => ({ ...bench.open(), manifest: { ...manifest, computations } });
        const id = `${when}-${at}`;
        const dying = mortal(open(), { at, when });
        const last = await Promise.race([dying.died, bench.ask(dying.ports, id).then(() => undefined)]);
        if (at % 2 === 0) await reconcile({ ...open(), clock: later(LATER_MS) });
        const { runId } = await bench.ask(open(), id);
        expect(new Set(bench.sent.map(({ taskId }) => taskId)).size).toBe(CELLS_OF_FIRST_PASS);
        const cells = await bench.claimed();
        expect({ last, cells: new Set(cells).size }).toEqual({ last, cells: cells.length });
        await bench.workAll(open());
        expect(await open().runs.read(runId ?? '')).toMatchObject({
          totalTasks: CELLS_OF_FIRST_PASS,
          remainingTasks: 0,
          status: 'COMPLETED',
        });
        await reconcile({ ...open(), clock: later(LATER_MS) });
        expect(await bench.claimed()).toEqual([]);
        done = last === undefined;
        expect(at).toBeLessThan(50);
      }
    }
  });

  test('nothing is counted that was not claimed: a plan made on an old state is refused whole', async () => {
    const ports = bench.open();
    const other = bench.open();
    const stale = await ports.planning.load();
    const staleToo = await other.planning.load();
    const answer = await bench.ask(other, 'a');
    const [task] = (await other.planning.load()).open.flatMap(({ tasks }) => tasks);
    if (task === undefined || answer.runId === null) throw new Error('nothing was claimed');
    const run = await other.runs.read(answer.runId);
    if (run === undefined) throw new Error('the run is not there');
    const claim = { run: { ...run, id: 'late' }, tasks: [{ ...task, id: 'late', runId: 'late' }] };
    expect(await ports.planning.commit(stale, { settled: [], closedRuns: [], claim })).toBeUndefined();
    // The process that moved it on itself refuses too.
    expect(await other.planning.commit(staleToo, { settled: [], closedRuns: [], claim })).toBeUndefined();
    expect(await ports.runs.read('late')).toBeUndefined();
    expect(await ports.tasks.read('late')).toBeUndefined();
  });
});
