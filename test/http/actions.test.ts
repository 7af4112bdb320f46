/** Actions over HTTP: who may, what they take, and what is answered, on the real stores. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { View } from '../../src/compose-view.ts';
import { httpListener } from '../../src/http/listener.ts';
import { actionRoutes } from '../../src/http/routes/mill/actions.ts';
import { fileMemory } from '../../src/mill/sources/file-memory.ts';
import { coverage, sourceDays } from '../../src/mill/sources/read-source.ts';
import { deadLettersAnswer } from '../../src/mill/answers/dead-letters.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { DAYS } from '../support/fixture-project.ts';
import { giveUp } from '../support/give-up.ts';
import { type LocalWorkflow, localWorkflow } from '../support/local-workflow.ts';
import { type WaveBench, waveBench } from '../support/wave-bench.ts';
import { makeDoors, serve, type Serving } from './serving.ts';

const [FIRST] = DAYS;
const Problem = z.object({ status: z.number(), code: z.string(), detail: z.string() });
const Listed = z.object({ actions: z.array(z.looseObject({ what: z.string(), by: z.string(), target: z.string() })) });

describe('an action over HTTP', () => {
  let bench: WaveBench;
  let workflow: LocalWorkflow;
  let serving: Serving;
  let view: View;
  beforeAll(async () => {
    bench = await waveBench();
    workflow = await localWorkflow();
    const own = bench.open();
    const ports = {
      ...own,
      pipeline: workflow.pipeline,
      coverage,
      fileMemory: fileMemory(),
      sourceDays,
      simulate: false,
      date: undefined,
      prices: { name: 'tests', table: own.prices },
    };
    view = { ports, ask: async (make) => ({ answer: await make(ports), sequence: 1 }) };
    serving = await serve(
      httpListener(
        actionRoutes(() => view),
        makeDoors([]),
      ),
    );
  });
  afterAll(async () => {
    await serving[Symbol.asyncDispose]();
    await bench.close();
  });

  const HEADERS = { authorization: 'Bearer admin ada', 'content-type': 'application/json' };
  const OWN = { ...HEADERS, 'sec-fetch-site': 'same-origin' };
  const post = async (path: string, body: unknown, headers: Record<string, string> = OWN) => {
    const { status, bytes } = await serving.send('POST', path, headers, JSON.stringify(body));
    return { status, body: JSON.parse(bytes.toString()) as Record<string, unknown> };
  };
  const refused = async (...asked: Parameters<typeof post>) => Problem.parse((await post(...asked)).body);
  const listed = async () => {
    const { bytes } = await serving.send('GET', '/api/mill/actions?limit=50', { authorization: 'Bearer viewer' });
    return Listed.parse(JSON.parse(bytes.toString())).actions;
  };
  const deadLetter = async (computation: string, date: string): Promise<string> => {
    const { runId } = await dispatch(
      { from: date, date, only: [{ computation, date }], runId: `http-${computation}-${date}` },
      view.ports as never,
    );
    const [task] = await view.ports.ledger.tasksOf(runId ?? '');
    await giveUp(task?.id ?? '', () => bench.open());
    return task?.id ?? '';
  };

  test('is for our own page alone, for who may, and for a reason', async () => {
    expect(await refused('/api/mill/pause', { reason: 'why not' }, HEADERS)).toMatchObject({ code: 'CROSS_SITE' });
    const other = { ...OWN, 'sec-fetch-site': 'cross-site' };
    expect(await refused('/api/mill/pause', { reason: 'why not' }, other)).toMatchObject({ status: 403 });
    const viewer = { ...OWN, authorization: 'Bearer viewer' };
    expect(await refused('/api/mill/pause', { reason: 'why not' }, viewer)).toMatchObject({ code: 'FORBIDDEN' });
    for (const reason of [undefined, '', '   ', 'x'.repeat(501), 7])
      expect(await refused('/api/mill/pause', { reason })).toMatchObject({ status: 400 });
    expect(await listed()).toEqual([]);
  });

  test('pauses and resumes, by its subject; what was done before is a conflict that says so', async () => {
    const paused = await post('/api/mill/pause', { computation: 'warmth', reason: '  it is wrong ' });
    expect(paused).toMatchObject({ status: 200, body: { paused: { warmth: { by: 'ada', because: 'it is wrong' } } } });
    expect(await refused('/api/mill/pause', { computation: 'warmth', reason: 'again' })).toMatchObject({
      status: 409,
      code: 'ALREADY_DONE',
      detail: expect.stringContaining('was paused before: by ada') as string,
    });
    expect(await post('/api/mill/resume', { computation: 'warmth', reason: 'mended' })).toMatchObject({ status: 200 });
    expect(await refused('/api/mill/resume', { computation: 'warmth', reason: 'mended' })).toMatchObject({
      status: 409,
    });
    expect(await refused('/api/mill/pause', { computation: 'nobody', reason: 'x' })).toMatchObject({ status: 404 });
    const everything = await post('/api/mill/pause', { reason: 'a holiday' });
    expect(everything).toMatchObject({ status: 200, body: { paused: { '*': { by: 'ada' } } } });
    expect(await post('/api/mill/resume', { reason: 'it is over' })).toMatchObject({ status: 200 });
    expect((await listed())[0]).toMatchObject({ what: 'resume', target: '*', by: 'ada' });
  });

  test('starts no day whose data lies in a file that was not loaded, and says who loads it', async () => {
    const { rootData } = view.ports;
    const mark = await rootData.readMark('visits');
    if (mark === undefined) throw new Error('the dataset has no mark');
    await rootData.writeMark('visits', { ...mark, through: DAYS[2] });
    expect(await refused('/api/mill/runs', { date: DAYS[3], reason: 'late data' })).toMatchObject({
      status: 409,
      detail: expect.stringContaining(`1 day of visits (${DAYS[3]} … ${DAYS[3]}) is in the project's files`) as string,
    });
    await rootData.writeMark('visits', mark);
  });

  test('starts a day for what is selected', async () => {
    const started = await post('/api/mill/runs', { date: FIRST, select: '+both', reason: 'late data' });
    expect(started).toMatchObject({ status: 200, body: { text: expect.any(String) as string } });
    const { computations } = z
      .object({ computations: z.array(z.string()) })
      .parse(await workflow.argumentOf(String(started.body['dispatchId'])));
    expect(computations.toSorted()).toEqual(['both', 'pages', 'warmth']);
    expect(await refused('/api/mill/runs', { date: FIRST, select: 'nobody', reason: 'x' })).toMatchObject({
      status: 404,
    });
    expect(await refused('/api/mill/runs', { date: '2024-13-01', reason: 'x' })).toMatchObject({ status: 400 });
    expect(await refused('/api/mill/runs', { date: '9999-12-31', reason: 'x' })).toMatchObject({ code: 'BAD_DATE' });
  });

  test('retries a cell, with what reads it', async () => {
    const retried = await post(`/api/mill/cells/warmth/${FIRST}/retry`, { reason: 'the day was corrected' });
    expect(retried).toMatchObject({ status: 200, body: { cell: `warmth@${FIRST}` } });
    expect(await workflow.argumentOf(String(retried.body['dispatchId']))).toMatchObject({
      computations: ['warmth', 'both'],
    });
    expect(await refused(`/api/mill/cells/nobody/${FIRST}/retry`, { reason: 'x' })).toMatchObject({ status: 404 });
    expect(await refused('/api/mill/cells/warmth/tomorrow/retry', { reason: 'x' })).toMatchObject({
      code: 'BAD_DATE',
    });
  });

  test('replays and drops dead letters, and cancels runs, each once', async () => {
    const id = await deadLetter('pages', DAYS[1]);
    const replayed = await post(`/api/mill/dead-letters/${id}/replay`, { reason: 'mended' });
    expect(replayed).toMatchObject({ status: 200, body: { taskId: id, status: 'REPLAYED' } });
    expect(await refused(`/api/mill/dead-letters/${id}/replay`, { reason: 'mended' })).toMatchObject({
      code: 'ALREADY_DONE',
      detail: expect.stringContaining('was replayed before') as string,
    });
    expect(await refused(`/api/mill/dead-letters/${id}/drop`, { reason: 'x' })).toMatchObject({ status: 409 });
    const run = String(replayed.body['runId']);
    expect(await post(`/api/mill/runs/${run}/cancel`, { reason: 'x' })).toMatchObject({ body: { runs: [run] } });
    expect(await refused(`/api/mill/runs/${run}/cancel`, { reason: 'x' })).toMatchObject({ status: 409 });
  });

  test('replays what failed alike, after a preview that takes no reason and changes nothing', async () => {
    const ids = [await deadLetter('warmth', DAYS[2]), await deadLetter('pages', DAYS[2])].toSorted();
    const { deadLetters } = await deadLettersAnswer({ computation: undefined, date: DAYS[2] }, view.ports);
    const [fingerprint = '', ...others] = new Set(deadLetters.map((letter) => letter.fingerprint ?? ''));
    expect(others).toEqual([]);
    const path = '/api/mill/dead-letters/replay-alike';
    const before = await listed();
    const preview = await post(path, { fingerprint, dryRun: true });
    const Letters = z.object({ letters: z.array(z.object({ taskId: z.string(), status: z.string() })) });
    const found = Letters.parse(preview.body).letters;
    expect(found.map(({ taskId }) => taskId).toSorted()).toEqual(ids);
    expect(await listed()).toEqual(before);
    expect(await refused(path, { fingerprint })).toMatchObject({ status: 400 });
    const { letters } = Letters.parse((await post(path, { fingerprint, reason: 'mended' })).body);
    expect(letters.map(({ status }) => status)).toEqual(['REPLAYED', 'REPLAYED']);
    expect(await refused(path, { fingerprint, reason: 'mended' })).toMatchObject({ status: 404 });
  });

  test.each([
    ['/api/mill/runs/nobody/cancel', 404],
    ['/api/mill/runs/a%2Fb/cancel', 404],
    ['/api/mill/runs/__x__/cancel', 404],
    ['/api/mill/dead-letters/nobody/replay', 404],
    ['/api/mill/dead-letters/%2F/drop', 404],
    [`/api/mill/cells/__proto__/${FIRST}/retry`, 404],
  ])('POST %s, which is nothing, is answered with %i', async (path, status) => {
    expect(await refused(path, { reason: 'x' })).toMatchObject({ status });
  });
});
