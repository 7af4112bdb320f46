/** `daymill rerun` on the command line: real processes, on one project. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ExplainAnswer } from '../../src/mill/answers/explain.ts';
import { PlanAnswer } from '../../src/mill/answers/plan.ts';
import { RerunAnswer } from '../../src/mill/answers/rerun.ts';
import { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { asJson } from '../support/as-json.ts';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill } from './start-daymill.ts';

const NONE = { RUN: 0, RERUN: 0, SKIP: 0, STABLE: 0, BLOCKED: 0, FAILED_DEPENDENCY: 0, IMPOSSIBLE: 0 };

describe('a project that ran, of which cells are asked for again', () => {
  let project: ShopProject;
  const run = (...args: string[]) => daymill(project, args);
  beforeAll(async () => {
    project = shopProject();
    // A function that nothing of Daymill calls, so that a test can change it where no fingerprint looks.
    project.edit('computations/best-day.ts', 'Math.max(today,', 'Math.max(Math.hypot(today),');
    await run('run');
  });
  afterAll(() => project.remove());

  test('one cell with the same result: it alone runs, said and priced before', async () => {
    const { code, stdout } = await run('rerun', 'total-day', '--date', '2024-01-02', '--by', 'ada');
    expect(code).toBe(0);
    expect(stdout).toContain('Asked for: 1 cell of 1 computation, 2024-01-02.');
    expect(stdout).toMatch(/1 cell will run and up to 3 more \(rerun\?\) if what they read turns out different/);
    expect(stdout.indexOf('in all')).toBeLessThan(stdout.indexOf('pass 3'));
    expect(stdout).toMatch(/Done\. 2024-01-04: 1 cell ran, 13 up to date, 2 impossible; /);
    const { last, now } = asJson(ExplainAnswer, (await run('explain', 'total-day', '2024-01-02', '--json')).json());
    expect(last?.reason).toMatch(/^RERUN: asked for by ada on \d{4}-/);
    expect(now.outcome).toBe('SKIP');
  });

  test('a computation with all that it reads, over several days, without what is impossible', async () => {
    const { code, json } = await run('rerun', '+in-euros', '--from', '2024-01-02', '--date', '2024-01-04', '--json');
    expect(code).toBe(0);
    expect(asJson(RerunAnswer, json())).toMatchObject({
      asked: { cells: 8, impossible: 1 },
      cells: { ...NONE, RERUN: 8, SKIP: 6, IMPOSSIBLE: 2 },
      completed: 8,
    });
  });

  test('what reads a result that turned out different runs too, on all days that follow', async () => {
    project.write('changed.cjs', 'Math.hypot = (length) => length + 1000;');
    process.env['NODE_OPTIONS'] = `--require ${project.root}/changed.cjs`;
    const ran = await run('rerun', 'best-day', '--date', '2024-01-02', '--json');
    delete process.env['NODE_OPTIONS'];
    // The third day is impossible; the fourth reads the second, and the first reads nothing of it.
    expect(asJson(RerunAnswer, ran.json())).toMatchObject({ cells: { ...NONE, RERUN: 2, SKIP: 12, IMPOSSIBLE: 2 } });
    const { last } = asJson(ExplainAnswer, (await run('explain', 'best-day', '2024-01-04', '--json')).json());
    expect(last?.reason).toMatch(/^RERUN: (changed: previous|previous changed)$/);
  });

  test('what is paused stays asked for: the plan says so, and it runs once it is resumed', async () => {
    await run('pause', 'in-euros');
    const held = await run('rerun', 'in-euros', '--date', '2024-01-01', '--json');
    expect(asJson(RerunAnswer, held.json())).toMatchObject({
      completed: 0,
      cells: { BLOCKED: expect.any(Number) as number },
    });
    await run('resume', 'in-euros');
    const { groups } = asJson(PlanAnswer, (await run('plan', '--json')).json());
    expect(groups.filter(({ why }) => why === 'ASKED')).toMatchObject([
      { computation: 'in-euros', outcome: 'RERUN', conditional: false, days: 1 },
    ]);
    expect(asJson(RunSummary, (await run('run', '--json')).json())).toMatchObject({ completed: 1 });
    expect(asJson(RunSummary, (await run('run', '--json')).json())).toMatchObject({ completed: 0 });
  });

  test('what cannot be made says why, and nothing runs', async () => {
    const { code, stdout, stderr } = await run('rerun', 'best-day', '--date', '2024-01-03');
    expect(code).toBe(1);
    expect(stdout).toContain('impossible: they read what is impossible: 1 cell of best-day');
    expect(stderr).toContain('Nothing can be made again');
  });

  test.each([
    [['rerun'], /SELECTION is missing/],
    [['rerun', 'best-dya'], /There is no computation "best-dya". Did you mean "best-day"\?/],
    [['rerun', 'tag:nothing'], /There is no tag "nothing"/],
    [['rerun', 'best-day', '--date', '2023-12-31'], /2023-12-31 is before 2024-01-01, where the grid starts/],
    [['rerun', 'best-day', '--from', '2023-12-31', '--date', '2024-01-02'], /Choose a later --from\./],
    [['rerun', 'best-day', '--from', '2024-01-03', '--date', '2024-01-02'], /2024-01-02 is before 2024-01-03/],
    [['rerun', 'best-day', '--date', 'monday'], /"monday" is not a day/],
    [['rerun', 'best-day', '--date', '9999-01-01'], /9999-01-01 is not over yet/],
  ])('%j is refused in plain words', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(stderr).toMatch(message);
    expect(code).toBe(2);
  });

  test('has left no process behind', () => {
    expect(project.processes()).toEqual([]);
  });
});
