/** One project's days on the command line, in order: planned, run, looked at, changed, broken. Real processes throughout. */
import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExplainAnswer } from '../../src/mill/answers/explain.ts';
import { PlanAnswer } from '../../src/mill/answers/plan.ts';
import { ReportAnswer } from '../../src/mill/answers/report.ts';
import { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { GraphAnswer } from '../../src/mill/answers/graph.ts';
import { AttemptsAnswer } from '../../src/mill/answers/attempts.ts';
import { DeadLettersAnswer } from '../../src/mill/answers/dead-letters.ts';
import { DiffAnswer } from '../../src/mill/answers/diff.ts';
import { ResultsAnswer } from '../../src/mill/answers/results.ts';
import { RunAnswer } from '../../src/mill/answers/run.ts';
import { RunsAnswer } from '../../src/mill/answers/runs.ts';
import { asJson } from '../support/as-json.ts';
import { notedProcesses } from '../support/noted-processes.ts';
import { daymill } from './start-daymill.ts';
import { type ShopProject, shopProject } from './shop-project.ts';

const NONE = { RUN: 0, RERUN: 0, SKIP: 0, STABLE: 0, BLOCKED: 0, FAILED_DEPENDENCY: 0, IMPOSSIBLE: 0 };

/** What it takes to ask Firestore, and to be it. */
const STORE = ['@google-cloud/firestore', '@grpc/grpc-js', '@grpc/proto-loader', 'google-auth-library', 'p-limit'];

describe('a project of four computations over four days', () => {
  let project: ShopProject;
  const run = (...args: string[]) => daymill(project, args);
  beforeAll(() => {
    project = shopProject({ simulate: true });
  });
  afterAll(() => project.remove());

  test('is planned before anything was loaded, as the run will be, and without making a file', async () => {
    const { code, json } = await run('plan', '--json');
    const plan = asJson(PlanAnswer, json());
    expect(code).toBe(0);
    expect(plan.cells).toEqual({ ...NONE, RUN: 14, IMPOSSIBLE: 2 });
    expect(plan.loads).toEqual([
      { dataset: 'orders', days: 4, first: '2024-01-01', last: '2024-01-04', from: 'file', again: false },
      { dataset: 'rates', days: 3, first: '2024-01-01', last: '2024-01-04', from: 'file', again: false },
    ]);
    expect(plan.groups.filter(({ computation }) => computation === 'in-euros')).toMatchObject([
      {
        outcome: 'RUN',
        days: 3,
        stretches: [
          { from: '2024-01-01', to: '2024-01-02' },
          { from: '2024-01-04', to: '2024-01-04' },
        ],
      },
      { outcome: 'IMPOSSIBLE', text: 'NO_DATA rates', stretches: [{ from: '2024-01-03', to: '2024-01-03' }] },
    ]);
    expect(plan.cost).toMatchObject({
      prices: 'us-central1',
      certain: { cells: 14 },
      saved: { unchanged: { cells: 0 } },
    });
    expect(plan.cost.computations.every(({ guess }) => guess)).toBe(true);
    expect(existsSync(project.home)).toBe(false);
  });

  test('says that a cell never ran, and that its data is still to be loaded', async () => {
    const { code, stdout } = await run('explain', 'shop-day', '2024-01-02');
    expect(code).toBe(0);
    expect(stdout).toContain('it has never run');
    expect(stdout).toContain('2 days of orders (2024-01-01 … 2024-01-02) are in the file and not loaded yet');
  });

  test('runs, and prints the summary that programs read as its last line', async () => {
    const { code, json, stderr } = await run('run', '--json');
    expect(stderr).toBe('');
    const summary = asJson(RunSummary, json());
    expect(code).toBe(0);
    expect(summary).toEqual({
      date: '2024-01-04',
      runs: 4,
      cells: { ...NONE, RUN: 14, IMPOSSIBLE: 2 },
      completed: 14,
      failed: 0,
      failedEntities: 0,
      seconds: expect.any(Number) as number,
      firestore: {
        reads: expect.any(Number) as number,
        writes: expect.any(Number) as number,
        deletes: 0,
        rpcs: expect.any(Number) as number,
      },
      dollars: expect.closeTo(0.0013, 3) as number,
    });
  });

  test('runs nothing the second time, and says so to people', async () => {
    const { code, stdout } = await run('run');
    expect(code).toBe(0);
    const reasons = [
      'impossible: NO_DATA rates: 1 cell of in-euros',
      'impossible: they read what is impossible: 1 cell of best-day',
    ];
    const [verdict, ...others] = stdout.trim().split('\n').reverse();
    expect(verdict).toMatch(
      /^Nothing ran\. 2024-01-04: 14 up to date, 2 impossible; [\d.]+ s, \$0\.\d+ \(\d+ reads, \d+ writes?\)$/,
    );
    expect(others.reverse()).toEqual([...reasons, '']);
    const planned = await run('plan');
    for (const reason of reasons) expect(planned.stdout).toContain(reason);
    expect(planned.stdout).toContain('nothing would run; 14 up to date, 2 impossible.');
  });

  test('takes a process to find that there is nothing to run, which loads the store and the workflow', async () => {
    const { answer, processes, packages } = await notedProcesses((env) => daymill(project, ['run'], env));
    expect(answer.stdout).toContain('Nothing ran.');
    expect(processes).toEqual([['run']]);
    expect(packages).toEqual([...STORE, 'yaml', 'zod']);
  });

  test('takes a process to plan that, which loads the store alone', async () => {
    const { answer, processes, packages } = await notedProcesses((env) => daymill(project, ['plan'], env));
    expect(answer.stdout).toContain('nothing would run');
    expect(processes).toEqual([['plan']]);
    expect(packages).toEqual([...STORE, 'zod']);
  });

  test('reports how each day stands, and that it adds up', async () => {
    const { code, stdout } = await run('report');
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        'date                     impossible  up to date  in all',
        '2024-01-01 … 2024-01-02                       4       4',
        '2024-01-03                        2           2       4',
        '2024-01-04                                    4       4',
        '',
        '16 cells on 4 days: each is counted once.',
        '',
      ].join('\n'),
    );
  });

  test('gives one entity, a whole day and a table of its results', async () => {
    const one = await run('results', 'shop-day', '2024-01-01', '--entity', 'south', '--json');
    expect(asJson(ResultsAnswer, one.json())).toEqual({
      computation: 'shop-day',
      date: '2024-01-01',
      entity: 'south',
      hash: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      value: { amount: 20, orders: 1 },
      upToDate: true,
      now: { outcome: 'SKIP', text: 'nothing that it reads has changed' },
      distrust: null,
    });
    const whole = await run('results', 'shopDay', '2024-01-01', '--json');
    expect(whole.json()).toMatchObject({
      computation: 'shop-day',
      value: { north: { amount: 10, orders: 1 }, south: { amount: 20, orders: 1 } },
    });
    const { stdout } = await run('results', 'shop-day', '2024-01-01', '--limit', '1');
    expect(stdout).toBe(
      'shop-day@2024-01-01, 2 entities\nentity  amount  orders\nnorth       10       1\n… and 1 more: --limit 0 shows all, --entity ID one.\n',
    );
  });

  test('says why there is no result', async () => {
    const impossible = await run('results', 'best-day', '2024-01-03', '--json');
    expect(impossible.code).toBe(1);
    expect(asJson(ResultsAnswer, impossible.json())).toMatchObject({
      missing: { outcome: 'IMPOSSIBLE', text: 'UPSTREAM in-euros' },
    });
    const notYet = await run('results', 'best-day', '2024-01-05');
    expect(notYet.code).toBe(1);
    expect(notYet.stderr).toContain('Make it with: daymill run --date 2024-01-05');
    const nobody = await run('results', 'shop-day', '2024-01-01', '--entity', 'souht', '--json');
    expect(nobody.code).toBe(1);
    expect(asJson(ResultsAnswer, nobody.json())).toMatchObject({ missing: { outcome: 'NO_ENTITY' } });
    expect(nobody.stderr).toContain('Did you mean "south"?');
  });

  test('explains a cell that is up to date by its last run and an equal vector', async () => {
    const { json } = await run('explain', 'best-day', '2024-01-04', '--json');
    const explained = asJson(ExplainAnswer, json());
    expect(explained.last).toMatchObject({ status: 'COMPLETED', reason: 'RUN: never ran', attempt: 1, error: null });
    expect(explained.now).toMatchObject({ outcome: 'SKIP', text: 'nothing that it reads has changed' });
    expect(explained.vector.map(({ part }) => part)).toEqual([
      'code',
      'layer',
      'infrastructure',
      'epoch',
      'dependency:in-euros',
      'previous',
    ]);
    expect(explained.vector.every(({ same }) => same === true)).toBe(true);
    expect(explained.causes).toEqual([]);
  });

  test('explains an impossible cell down to the day that its file does not have', async () => {
    const { json } = await run('explain', 'best-day', '2024-01-03', '--json');
    expect(asJson(ExplainAnswer, json()).causes).toEqual([
      { depth: 1, subject: 'in-euros@2024-01-03', text: 'IMPOSSIBLE: NO_DATA rates' },
      {
        depth: 2,
        subject: 'dataset rates',
        text: 'no data for 2024-01-03: data/rates.csv holds 2024-01-01 … 2024-01-05, and has nothing on this day',
      },
    ]);
  });

  test('plans a changed computation as certain and its readers as conditional, and explains the chain', async () => {
    project.edit('computations/total-day.ts', 'return { amount };', 'return { amount: amount + 1 };');
    const { stdout } = await run('plan');
    expect(stdout).toMatch(/total-day +rerun +4 +2024-01-01 … 2024-01-04 +changed: code/);
    expect(stdout).toMatch(
      /in-euros +rerun\? +3 +2024-01-01 … 2024-01-04, 2 stretches +if dependency:total-day changes/,
    );
    expect(stdout).toContain('Up to date: 4 cells of 1 computation;');
    expect(stdout).toContain('4 cells would run and up to 6 more (rerun?)');
    const selected = await run('plan', '--select', 'state:changed', '--json');
    expect(asJson(PlanAnswer, selected.json()).groups.map(({ computation }) => computation)).toEqual(['total-day']);
    expect(stdout).toMatch(/total-day +standard +4 +\d+ +\d+ +0 +[\d.]+ s +\$0\.\d+\n/);
    expect(stdout).toMatch(/in-euros\? +standard +3 /);
    const report = await run('report', '--days', '2', '--select', 'state:changed+', '--json');
    expect(asJson(ReportAnswer, report.json())).toMatchObject({
      days: [
        { date: '2024-01-03', rerun: 1, impossible: 2, conditional: 0 },
        { date: '2024-01-04', rerun: 3, conditional: 2 },
      ],
      expected: 6,
      counted: 6,
    });
    const { json } = await run('explain', 'in-euros', '2024-01-02', '--json');
    expect(asJson(ExplainAnswer, json()).causes).toEqual([
      { depth: 1, subject: 'total-day@2024-01-02', text: 'RERUN: changed: code' },
      { depth: 2, subject: 'code', text: 'its own code is another than when it ran' },
      { depth: 3, subject: 'simulation', text: expect.stringMatching(/^DIFFERENT: it does something else on /u) },
    ]);
  });

  test('shows what the change would do to a result before it runs, and draws what it is about', async () => {
    const { code, stdout } = await run('diff', 'total-day', '2024-01-02');
    expect(code).toBe(0);
    expect(stdout).toContain('A run would: rerun, changed: code');
    expect(stdout).toMatch(/~ +amount +30 +31 +\+1\n/);
    const drawn = await run('graph', '--select', 'state:changed', '--json');
    expect(asJson(GraphAnswer, drawn.json()).nodes.map(({ name }) => name)).toEqual(['total-day']);
  });

  test('runs what changed and what follows, and explains afterwards why it did', async () => {
    const ran = await run('run', '--json');
    expect(asJson(RunSummary, ran.json())).toMatchObject({
      cells: { ...NONE, RERUN: 10, SKIP: 4, IMPOSSIBLE: 2 },
      completed: 10,
    });
    const { json } = await run('explain', 'in-euros', '2024-01-02', '--json');
    const { last, now, causes } = asJson(ExplainAnswer, json());
    expect(now.outcome).toBe('SKIP');
    expect(last?.reason).toMatch(/^RERUN: /);
    expect(causes[0]?.subject).toBe('total-day@2024-01-02');
    expect(causes[0]?.text).toMatch(/^ran .* RERUN: changed: code$/);
    expect(causes[1]?.subject).toBe('code');
  });

  test('ends with 1 when a day fails, names it, and explains what waits for it', async () => {
    project.edit(
      'computations/total-day.ts',
      'return { amount: amount + 1 };',
      "if (date === '2024-01-02') throw new Error('the till is stuck'); return { amount: amount + 2 };",
    );
    const ran = await run('run');
    expect(ran.code).toBe(1);
    expect(ran.stderr).toMatch(/total-day@2024-01-02.*COMPUTE_FAILED: .*the till is stuck/);
    expect(ran.stdout).toMatch(/ 2 {2}total-day +3 +1/);
    expect(ran.stdout.trim().split('\n').at(-1)).toMatch(
      /^Failed\. 2024-01-04: \d+ cells ran, 1 failed, 3 upstream failed, 4 up to date, 2 impossible; /,
    );
    const failed = await run('explain', 'total-day', '2024-01-02', '--json');
    expect(asJson(ExplainAnswer, failed.json()).last).toMatchObject({
      status: 'FAILED',
      error: { code: 'COMPUTE_FAILED' },
    });
    const reader = await run('explain', 'in-euros', '2024-01-02', '--json');
    expect(asJson(ExplainAnswer, reader.json()).causes).toEqual([
      { depth: 1, subject: 'total-day@2024-01-02', text: 'RERUN: failed before: COMPUTE_FAILED' },
      { depth: 2, subject: 'COMPUTE_FAILED', text: expect.stringContaining('the till is stuck') as string },
    ]);
    const old = await run('results', 'total-day', '2024-01-02');
    expect(old.code).toBe(0);
    expect(old.stdout).toContain('total-day@2024-01-02');
    expect(old.stderr).toMatch(/This result is old: .*COMPUTE_FAILED: .*the till is stuck/);
    const behind = await run('results', 'in-euros', '2024-01-02', '--json');
    expect(behind.code).toBe(0);
    expect(behind.json()).toMatchObject({ value: 93, upToDate: false });
    expect(behind.stderr).toMatch(/This result (is not|may not be) up to date\. /);
  });

  test.each([
    { args: ['diff', 'in-euros', '2024-01-01'], answer: { after: { preview: true } }, schema: DiffAnswer },
    { args: ['diff', 'shop-day', '2024-01-01', '--with', '2024-01-02'], answer: { before: {} }, schema: DiffAnswer },
    { args: ['diff', 'total-day', '2024-01-02'], answer: { error: { code: 'COMPUTE_FAILED' } }, schema: DiffAnswer },
    { args: ['diff', 'best-day', '2024-01-03'], answer: { missing: { outcome: 'IMPOSSIBLE' } }, schema: DiffAnswer },
    { args: ['attempts', 'total-day', '2024-01-02'], answer: { tasks: [{}, {}, {}] }, schema: AttemptsAnswer },
    { args: ['dead-letters'], answer: { deadLetters: [] }, schema: DeadLettersAnswer },
  ])('answers $args as its schema says, with no member more', async ({ args, answer, schema }) => {
    const { json } = await run(...args, '--json');
    expect(asJson<unknown>(schema, json())).toMatchObject(answer);
  });

  test('lists its runs, and shows one of them, as their schemas say', async () => {
    const { runs } = asJson(RunsAnswer, (await run('runs', '--json')).json());
    expect(runs.every(({ state, callback }) => state === 'COMPLETED' && callback === 'answered')).toBe(true);
    const shown = await run('run', 'show', runs[0]?.id ?? '', '--json');
    const { run: one, slowest } = asJson(RunAnswer, shown.json());
    expect(one.id).toBe(runs[0]?.id);
    expect(slowest.length).toBeGreaterThan(0);
  });

  test('draws its graph and shows its manifest', async () => {
    const drawn = await run('graph', '--select', '+in-euros', '--format', 'dot');
    expect(drawn.stdout).toContain('"computation:total-day" -> "computation:in-euros"');
    expect(drawn.stdout).not.toContain('best-day');
    const shown = await run('manifest', '--out', 'dist/manifest.json');
    expect(shown.stdout).toMatch(/ 4 {2}best-day +totals/);
    expect(existsSync(`${project.root}/dist/manifest.json`)).toBe(true);
  });

  test('has left no process behind', () => {
    expect(project.processes()).toEqual([]);
  });
});
