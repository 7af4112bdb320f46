/** Processes that are told to end in the middle of a long task: another goes on at once, and the attempt does not count. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { startDaymill } from '../../src/cli/local/local-cloud.ts';
import { compose } from '../../src/compose.ts';
import { readConfig } from '../../src/config/config.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { writeManifest } from '../../src/mill/manifest/read-manifest.ts';
import type { Task } from '../../src/mill/model/task.ts';
import { dispatch } from '../../src/mill/steps/dispatch/dispatch.ts';
import { COMMIT_EVERY_MS } from '../../src/mill/steps/work/gather-outcomes.ts';
import { daymill } from '../support/daymill-process.ts';
import { DAYS, fixtureProject, type FixtureProject, IMPORTS } from '../support/fixture-project.ts';
import { inspect } from '../support/left-behind.ts';
import { loadFixture } from '../support/local-ports.ts';
import {
  CELLS,
  expectEverythingMade,
  expectExactCounts,
  onTheSecondDay,
  riskyProject,
} from '../support/risky-project.ts';
import { PATIENCE_MS } from '../support/patience.ts';

/** Nobody may wait for a lease to lapse. */
const LONG_LEASE = { DAYMILL_LEASE_SECONDS: '300' };

const forever = 'await new Promise(() => {});';

/** Takes longer on its first day than outcomes wait to be committed, and waits without end the first time that it is run on the second; on others it is at once done. */
const SLOW = `
import { existsSync, writeFileSync } from 'node:fs';
${IMPORTS}
const marker = import.meta.dirname + '/../slow-was-here';
export const slow = defineComputation({
  name: 'slow', category: 'tests', needs: { weather: document(weather), before: previous() }, output: z.number(),
  compute: async ({ weather, before }) => {
    if (before === undefined) await new Promise((resolve) => setTimeout(resolve, ${COMMIT_EVERY_MS + 100}));
    if (weather.degrees === 11 && !existsSync(marker)) {
      writeFileSync(marker, '');
      ${forever}
    }
    return (before ?? 0) + weather.degrees;
  },
});`;

describe('a worker that gets SIGTERM', () => {
  const projects: FixtureProject[] = [];
  afterEach(() => {
    for (const project of projects.splice(0)) project.remove();
  });

  test('hands its task back: another worker goes on at once, where it was, and no attempt is counted', async () => {
    const project = fixtureProject({ 'computations/slow.ts': SLOW });
    projects.push(project);
    const config = readConfig(LONG_LEASE, project.root, process.pid);
    const manifest = await buildManifest({ root: project.root, directory: 'computations' });
    writeManifest(config.manifestFile, manifest);
    const events: string[] = [];
    const local = await startDaymill(config, {
      env: { PATH: process.env['PATH'], ...LONG_LEASE },
      onLog: ({ event }) => void events.push(event ?? ''),
    });
    const ports = compose({ ...config, logLevel: 'silent' }, manifest);
    try {
      await loadFixture(ports);
      const { runId } = await dispatch({ date: DAYS[3], from: DAYS[0], pass: 1 }, ports);
      const task = async (): Promise<Task | undefined> =>
        (await ports.planning.load()).open.find(({ run }) => run.id === runId)?.tasks[0];
      // The chain's first day is committed, and it hangs in the second.
      await vi.waitUntil(() => existsSync(join(project.root, 'slow-was-here')), { timeout: PATIENCE_MS });
      const held = await task();
      expect(held).toMatchObject({ status: 'IN_PROGRESS', attempts: 1 });
      expect(Object.keys(held?.outcomes ?? {})).toHaveLength(1);
      const pid = Number(held?.lease?.worker.split('/').at(-1));
      process.kill(pid, 'SIGTERM');
      await vi.waitUntil(() => events.includes('task.handed-back'), { timeout: PATIENCE_MS });
      await vi.waitUntil(async () => (await task())?.status === 'COMPLETED', { timeout: PATIENCE_MS, interval: 100 });
      const done = await task();
      // The first attempt was not counted: this is the first again, by another process.
      expect(done).toMatchObject({ status: 'COMPLETED', attempts: 1 });
      expect(done?.lease).toBeUndefined();
      expect(await ports.runs.read(runId ?? '')).toMatchObject({ remainingTasks: 0 });
      const cells = await ports.cells.read(DAYS.map((date) => ({ computation: 'slow', date })));
      expect(cells.map((cell) => [cell?.status, cell?.record?.attempt])).toEqual(DAYS.map(() => ['COMPLETED', 1]));
      expect(() => process.kill(pid, 0)).toThrow('ESRCH');
    } finally {
      await ports.close();
      await local.close();
    }
  });

  test('Ctrl-C on a run: the next one goes on at once', async () => {
    const interrupt = `if (!second()) { kill('INT', process.ppid); ${forever} }`;
    const project = riskyProject({
      'computations/paused.ts': onTheSecondDay('paused', interrupt).replace('compute: (', 'compute: async ('),
    });
    projects.push(project);
    const interrupted = await daymill(project, ['run', '--json'], LONG_LEASE);
    expect(interrupted.code).toBe(130);
    await inspect(project, ({ tasks }) => {
      expect(tasks.filter(({ status, lease }) => status === 'IN_PROGRESS' || lease !== undefined)).toEqual([]);
      return Promise.resolve();
    });
    const { code, json } = await daymill(project, ['run', '--json'], LONG_LEASE);
    expect(json<RunSummary>()).toMatchObject({ failed: 0, cells: { BLOCKED: 0, FAILED_DEPENDENCY: 0 } });
    expect(code).toBe(0);
    await inspect(project, async (left) => {
      expectExactCounts(left);
      await expectEverythingMade(left, 'paused');
      expect(left.tasks.map(({ attempts }) => attempts)).toEqual(left.tasks.map(() => 1));
      expect(left.tasks.length).toBeLessThanOrEqual(CELLS);
    });
  });
});
