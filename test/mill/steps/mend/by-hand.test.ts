/** What people do is done, and on record with who, why and what came of it, on the real stores. */
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Ports } from '../../../../src/compose.ts';
import { toOrdinal } from '../../../../src/values/date.ts';
import { ALL } from '../../../../src/mill/model/control.ts';
import { failureFingerprint } from '../../../../src/mill/model/alike-failures.ts';
import { daySpan } from '../../../../src/mill/planning/day-set.ts';
import {
  cancelByHand,
  dropByHand,
  replayAlikeByHand,
  replayByHand,
  rerunByHand,
  retryByHand,
  runByHand,
} from '../../../../src/mill/steps/mend/by-hand.ts';
import { pause, resume } from '../../../../src/mill/steps/mend/pause.ts';
import { reconcile } from '../../../../src/mill/steps/mend/reconcile.ts';
import { alikeLetters } from '../../../../src/mill/steps/mend/replay-alike.ts';
import { dispatch } from '../../../../src/mill/steps/dispatch/dispatch.ts';
import { DAYS } from '../../../support/fixture-project.ts';
import { giveUp } from '../../../support/give-up.ts';
import { type LocalWorkflow, localWorkflow } from '../../../support/local-workflow.ts';
import { type WaveBench, waveBench } from '../../../support/wave-bench.ts';

const ADA = { by: 'ada', reason: 'the rates were wrong' } as const;
const [FIRST, SECOND] = DAYS;

describe('an action', () => {
  let bench: WaveBench;
  let workflow: LocalWorkflow;
  let ports: Ports;
  beforeAll(async () => {
    bench = await waveBench();
    workflow = await localWorkflow();
  });
  afterAll(() => bench.close());
  beforeEach(() => {
    ports = { ...bench.open(), pipeline: workflow.pipeline };
  });
  const newest = async () => (await ports.actions.newest(1))[0];
  const claim = async (computation: string, date: string): Promise<{ runId: string; taskId: string }> => {
    const asked = { from: date, date, only: [{ computation, date }], runId: `by-hand-${Math.random()}` };
    const { runId } = await dispatch(asked, ports);
    const [task] = await ports.ledger.tasksOf(runId ?? '');
    return { runId: runId ?? '', taskId: task?.id ?? '' };
  };

  test('pause is on record with what it came to, also when it changed nothing', async () => {
    expect(await pause('warmth', ADA, ports)).toMatchObject({
      changed: true,
      report: { paused: { warmth: { by: 'ada', because: ADA.reason } } },
    });
    expect(await newest()).toMatchObject({ ...ADA, what: 'pause', target: 'warmth', outcome: { status: 'done' } });

    const again = await pause('warmth', { by: 'bob', reason: 'me too' }, ports);
    expect(again).toMatchObject({ changed: false, report: { paused: { warmth: { by: 'ada' } } } });
    expect(again.text).toContain('was paused before: by ada');
    expect(await newest()).toMatchObject({ by: 'bob', outcome: { status: 'nothing', text: again.text } });

    expect(await resume('warmth', ADA, ports)).toMatchObject({ changed: true, report: { paused: {} } });
    expect(await resume('warmth', ADA, ports)).toMatchObject({ changed: false });
    expect((await ports.actions.newest(10)).map(({ what }) => what)).toEqual(['resume', 'resume', 'pause', 'pause']);
  });

  test('one of all that are paused together cannot be resumed alone, and nothing is on record of it', async () => {
    await pause(ALL, ADA, ports);
    const before = await ports.actions.newest(100);
    await expect(resume('warmth', ADA, ports)).rejects.toThrow(expect.objectContaining({ code: 'BAD_ARGUMENT' }));
    expect(await ports.actions.newest(100)).toEqual(before);
    expect(await resume(ALL, ADA, ports)).toMatchObject({ changed: true, report: { paused: {} } });
  });

  test('a day is started with the functions of the workflow and the days that were asked for', async () => {
    const asked = { from: FIRST, date: SECOND, computations: ['both'] };
    const { report, changed } = await runByHand(asked, ADA, ports);
    expect(changed).toBe(true);
    expect(await workflow.argumentOf(report.dispatchId)).toEqual({ ...asked, functions: { index: 'http://index' } });
    expect(await newest()).toMatchObject({ ...ADA, what: 'run', target: `${FIRST} … ${SECOND}: both` });
  });

  test('a day that is not over, or of a computation that is not there, is refused, and that is on record', async () => {
    await expect(runByHand({ from: FIRST, date: '9999-12-31' }, ADA, ports)).rejects.toThrow(/not over yet/);
    expect(await newest()).toMatchObject({
      what: 'run',
      outcome: { status: 'refused', text: expect.stringContaining('not over yet') as string },
    });
    const unknown = runByHand({ from: FIRST, date: FIRST, computations: ['nobody'] }, ADA, ports);
    await expect(unknown).rejects.toThrow(expect.objectContaining({ code: 'UNKNOWN_COMPUTATION' }));
  });

  test('trouble of ours is on record as such', async () => {
    const pipeline = { start: () => Promise.reject(new Error('the network is gone')) };
    await expect(runByHand({ from: FIRST, date: FIRST }, ADA, { ...ports, pipeline })).rejects.toThrow('network');
    expect(await newest()).toMatchObject({ outcome: { status: 'failed', text: 'the network is gone' } });
  });

  test('what cannot be noted is not done', async () => {
    const started: unknown[] = [];
    const pipeline = { start: (asked: unknown) => Promise.resolve(started.push(asked)) };
    const actions = { ...ports.actions, begin: () => Promise.reject(new Error('nothing is written')) };
    const deaf = { ...ports, actions, pipeline } as unknown as Ports;
    await expect(runByHand({ from: FIRST, date: FIRST }, ADA, deaf)).rejects.toThrow('nothing is written');
    expect(started).toEqual([]);
  });

  test('what was done stays done where its end cannot be noted', async () => {
    const actions = { ...ports.actions, end: () => Promise.reject(new Error('nothing is written')) };
    const acted = await runByHand({ from: FIRST, date: FIRST }, ADA, { ...ports, actions });
    expect(acted.changed).toBe(true);
    expect(await newest()).toMatchObject({ what: 'run', outcome: { status: 'under way', text: '' } });
  });

  test('a retry notes the cell and starts its day for it and what reads it', async () => {
    const cell = { computation: 'warmth', date: SECOND } as const;
    const { report } = await retryByHand({ cell, computations: ['warmth', 'both'] }, ADA, ports);
    expect(report).toMatchObject({ cell: `warmth@${SECOND}`, waits: '' });
    expect(await workflow.argumentOf(report.dispatchId ?? '')).toMatchObject({
      date: SECOND,
      computations: ['warmth', 'both'],
    });
    expect((await ports.planning.load()).standings.get('warmth')?.again).toHaveLength(1);
    expect(await newest()).toMatchObject({ ...ADA, what: 'retry', target: `warmth@${SECOND}` });
  });

  test('a retry where no day can be started is noted for the next', async () => {
    const cell = { computation: 'warmth', date: FIRST } as const;
    const { pipeline } = bench.open();
    const { report, text } = await retryByHand({ cell, computations: ['warmth'] }, ADA, { ...ports, pipeline });
    expect(report.dispatchId).toBeNull();
    expect(text).toContain('the next run makes it');
    expect((await ports.planning.load()).standings.get('warmth')?.again?.length).toBeGreaterThan(0);
  });

  test('a retry of what is being made, or cannot be made, is refused', async () => {
    const { runId } = await claim('pages', FIRST);
    const retried = retryByHand({ cell: { computation: 'pages', date: FIRST }, computations: [] }, ADA, ports);
    await expect(retried).rejects.toThrow(/is being made now, by the task .* of the run/);
    await cancelByHand(runId, ADA, ports);
    const early = retryByHand({ cell: { computation: 'pages', date: '1999-01-01' }, computations: [] }, ADA, ports);
    await expect(early).rejects.toThrow(/cannot be made|before/);
  });

  test('a run is cancelled once', async () => {
    const { runId } = await claim('pages', SECOND);
    expect(await cancelByHand(runId, ADA, ports)).toMatchObject({ changed: true, report: { runs: [runId], tasks: 1 } });
    const again = await cancelByHand(runId, ADA, ports);
    expect(again).toMatchObject({ changed: false, report: { runs: [] } });
    expect(await newest()).toMatchObject({ what: 'cancel', target: runId, outcome: { status: 'nothing' } });
    await expect(cancelByHand('nobody', ADA, ports)).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('a dead letter is replayed once, and dropped once', async () => {
    const first = await claim('pages', FIRST);
    await giveUp(first.taskId, () => bench.open());
    const replayed = await replayByHand(first.taskId, ADA, ports);
    expect(replayed).toMatchObject({ changed: true, report: { status: 'REPLAYED' } });
    const again = await replayByHand(first.taskId, ADA, ports);
    expect(again).toMatchObject({ changed: false, report: replayed.report });
    expect(again.text).toContain(`was replayed before, by the run ${replayed.report.runId}`);
    expect(await dropByHand(first.taskId, ADA, ports)).toMatchObject({ changed: false });
    await cancelByHand(replayed.report.runId ?? '', ADA, ports);

    const second = await claim('pages', SECOND);
    await giveUp(second.taskId, () => bench.open());
    expect(await dropByHand(second.taskId, ADA, ports)).toMatchObject({ changed: true, report: { status: 'DROPPED' } });
    expect(await dropByHand(second.taskId, ADA, ports)).toMatchObject({ changed: false });
    expect(await replayByHand(second.taskId, ADA, ports)).toMatchObject({ changed: false });
    await reconcile(ports);
  });

  test('all letters of an error are replayed together, after a look at them that changes nothing', async () => {
    const letters = [await claim('warmth', FIRST), await claim('warmth', SECOND)];
    for (const { taskId } of letters) await giveUp(taskId, () => bench.open());
    const other = await claim('pages', DAYS[2]);
    await giveUp(other.taskId, () => bench.open(), 'another mistake');
    const fingerprint = failureFingerprint({ code: 'TIMEOUT', message: 'it held its worker' });
    const ids = letters.map(({ taskId }) => taskId).toSorted();
    const preview = await alikeLetters(fingerprint, ports);
    expect(preview.letters.map(({ taskId }) => taskId).toSorted()).toEqual(ids);
    expect(await ports.ledger.deadLetters()).toHaveLength(3);

    const { report, text, changed } = await replayAlikeByHand(fingerprint, ADA, ports);
    expect(report.letters.map(({ status }) => status)).toEqual(['REPLAYED', 'REPLAYED']);
    expect({ text, changed }).toEqual({ text: '2 replayed.', changed: true });
    expect((await ports.ledger.deadLetters()).map(({ id }) => id)).toEqual([other.taskId]);
    const none = replayAlikeByHand(fingerprint, ADA, ports);
    await expect(none).rejects.toThrow(expect.objectContaining({ code: 'NOT_FOUND' }));
  });

  test('cells that are asked for again are on record with how many there are', async () => {
    const days = new Map([['both', daySpan(toOrdinal(FIRST), toOrdinal(SECOND))]]);
    await rerunByHand({ days, target: 'both' }, ADA, ports);
    expect(await newest()).toMatchObject({ what: 'rerun', target: 'both', outcome: { text: '2 cells noted.' } });
  });
});
