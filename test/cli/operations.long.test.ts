/** What people do when a night goes wrong, on the command line: real processes, on one project after another. */
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ActionsAnswer } from '../../src/mill/answers/actions.ts';
import { AttemptsAnswer } from '../../src/mill/answers/attempts.ts';
import { DeadLetterAnswer, DeadLettersAnswer } from '../../src/mill/answers/dead-letters.ts';
import { PlanAnswer } from '../../src/mill/answers/plan.ts';
import { RunAnswer } from '../../src/mill/answers/run.ts';
import { RunsAnswer } from '../../src/mill/answers/runs.ts';
import { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { writeManifest } from '../../src/mill/manifest/read-manifest.ts';
import { asJson } from '../support/as-json.ts';
import { HASTE } from '../support/daymill-process.ts';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill, startDaymill } from './start-daymill.ts';

describe('a project', () => {
  let project: ShopProject;
  beforeEach(() => {
    project = shopProject();
  });
  afterEach(() => {
    vi.unstubAllEnvs();
    project.remove();
  });
  const run = (...args: string[]) => daymill(project, args);

  test('pauses a computation before anything ran, says so in its plan, and resumes it', async () => {
    const paused = await run('pause', 'in-euros', '--because', 'rates are wrong', '--by', 'ada', '--json');
    expect(paused.json()).toMatchObject({ paused: { 'in-euros': { by: 'ada', because: 'rates are wrong' } } });
    const { groups } = asJson(PlanAnswer, (await run('plan', '--json')).json());
    const text = expect.stringMatching(/^paused by ada on .*: rates are wrong$/) as string;
    expect(groups).toContainEqual(
      expect.objectContaining({ computation: 'in-euros', outcome: 'BLOCKED', days: 3, text }),
    );
    expect((await run('resume', 'best-day')).code).toBe(0);
    expect((await run('resume', 'in-euros')).stdout).toContain('Nothing is paused.');
    const { actions } = asJson(ActionsAnswer, (await run('actions', '--json')).json());
    expect(actions).toMatchObject([
      { what: 'resume', target: 'in-euros', outcome: { status: 'done' } },
      { what: 'resume', target: 'best-day', outcome: { status: 'nothing' } },
      { what: 'pause', target: 'in-euros', by: 'ada', reason: 'rates are wrong', outcome: { status: 'done' } },
    ]);
    expect((await run('actions')).stdout).toMatch(/ada +pause +in-euros +done +rates are wrong/);
    expect((await run('run', '--reason', 'a first look', '--by', 'bob')).code).toBe(0);
    expect((await run('actions', '--limit', '1')).stdout).toMatch(/bob +run .* done +a first look/);
  });

  test('cancels a run that is under way: its workflow ends, and the next run makes what is missing', async () => {
    const sleeping = 'await new Promise(() => {}); return { amount };';
    project.edit('computations/total-day.ts', 'return { amount };', sleeping);
    const going = startDaymill(project, ['run']);
    await going.printed(/pass 1 {2}4 cells/);
    let open: RunsAnswer['runs'] = [];
    while (open.length === 0)
      open = asJson(RunsAnswer, (await run('runs', '--json')).json()).runs.filter(({ state }) => state === 'RUNNING');
    const id = open[0]?.id ?? '';
    const cancelled = await run('cancel', id, '--json');
    expect(cancelled.json()).toMatchObject({ runs: [id], unanswered: [] });
    const ended = await going.ended;
    expect(ended.code).toBe(1);
    expect(ended.stderr).toContain('The run was cancelled.');
    const { runs } = asJson(RunsAnswer, (await run('runs', '--json')).json());
    expect(runs.find((one) => one.id === id)).toMatchObject({ state: 'CANCELLED', remaining: 0, callback: 'answered' });

    project.edit('computations/total-day.ts', sleeping, 'return { amount };');
    expect(asJson(RunSummary, (await run('run', '--json')).json())).toMatchObject({ completed: 10, failed: 0 });
  });

  test('looks at runs and stops things while the code cannot be read', async () => {
    const manifest = await buildManifest({ root: project.root, directory: 'computations' });
    writeManifest(join(project.home, 'manifest.json'), manifest);
    project.edit('computations/total-day.ts', 'return { amount };', 'return { amount };;)');
    expect((await run('plan')).stderr).toMatch(/total-day\.ts:\d+: /);
    expect((await run('runs')).stdout).toContain('Nothing has run yet.');
    expect((await run('pause', 'total-day')).stdout).toContain('total-day');
    expect((await run('resume', '--all')).stdout).toContain('Nothing is paused.');
  });

  test('shows a night that went wrong, and replays what was given up', async () => {
    project.edit('computations/total-day.ts', 'name:', 'timeoutSeconds: 1, name:');
    const loop = `if (date === '2024-01-02') for (;;); `;
    project.edit('computations/total-day.ts', 'return { amount };', `${loop}return { amount };`);
    // The worker that dies takes other tasks with it; they are taken over soon.
    for (const [name, value] of Object.entries(HASTE)) vi.stubEnv(name, value);
    expect(await run('run', '--json')).toMatchObject({ code: 1 });

    const { runs } = asJson(RunsAnswer, (await run('runs', '--json')).json());
    const second = runs.find(({ pass }) => pass === 2);
    expect(second).toMatchObject({ state: 'COMPLETED', remaining: 0, failedTasks: 1, callback: 'answered' });
    const shown = await run('run', 'show', second?.id ?? '', '--json');
    expect(asJson(RunAnswer, shown.json())).toMatchObject({
      tasks: { COMPLETED: 3, FAILED: 1 },
      failures: [{ cell: 'total-day@2024-01-02', error: expect.stringContaining('TIMEOUT') as string }],
    });

    const { deadLetters } = asJson(DeadLettersAnswer, (await run('dead-letters', '--json')).json());
    expect(deadLetters).toMatchObject([
      { cells: ['total-day@2024-01-02'], error: { code: 'TIMEOUT' }, attempts: 1, madeSince: false },
    ]);
    const id = deadLetters[0]?.taskId ?? '';
    const given = asJson(DeadLetterAnswer, (await run('dead-letters', 'show', id, '--json')).json());
    expect(given).toMatchObject({ taskId: id, status: 'OPEN', history: [{ end: 'FAILED' }] });
    expect((await run('dead-letters', 'show', id)).stdout).toMatch(
      /Error {5}TIMEOUT: total-day did not end within 1 s/,
    );

    project.edit('computations/total-day.ts', loop, '');
    const runId = expect.stringMatching(/^replay-/) as string;
    expect((await run('dead-letters', 'replay', id, '--json')).json()).toEqual({
      taskId: id,
      status: 'REPLAYED',
      runId,
    });
    expect((await run('dead-letters', 'list')).stdout).toContain('There are no dead letters.');
    const done = asJson(RunSummary, (await run('run', '--json')).json());
    expect(done).toMatchObject({ failed: 0, cells: { BLOCKED: 0, FAILED_DEPENDENCY: 0 } });
    const attempts = await run('attempts', 'total-day', '2024-01-02', '--json');
    expect(asJson(AttemptsAnswer, attempts.json()).tasks).toMatchObject([
      { status: 'COMPLETED', runId, attempts: [{ number: 1, end: 'COMPLETED' }] },
      { status: 'FAILED', runId: second?.id, attempts: [{ end: 'FAILED', error: { code: 'TIMEOUT' } }] },
    ]);
  });
});
