/** Runs that are killed, and runs that meet: what was committed stays, and nothing stays behind. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, describe, expect, test, vi } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { daymill, HASTE } from '../support/daymill-process.ts';
import type { FixtureProject } from '../support/fixture-project.ts';
import { inspect } from '../support/left-behind.ts';
import { processesOf } from '../support/processes-of.ts';
import {
  CELLS,
  expectEverythingMade,
  expectExactCounts,
  onTheSecondDay,
  riskyProject,
} from '../support/risky-project.ts';
import { PATIENCE_MS } from '../support/patience.ts';

describe('interruptions', () => {
  const projects: FixtureProject[] = [];
  const open = (files: Readonly<Record<string, string>>): FixtureProject => {
    const project = riskyProject(files);
    projects.push(project);
    return project;
  };
  afterEach(() => {
    for (const project of projects.splice(0)) project.remove();
  });

  test('the whole of it killed in the middle: the next run goes on, and nothing stays behind', async () => {
    const project = open({
      'computations/doom.ts': onTheSecondDay('doom', `if (!second()) { kill('KILL', process.ppid); for (;;); }`),
    });
    // Nobody was left to hand the lease back, and yet nobody waits for it to lapse.
    const longLease = { DAYMILL_LEASE_SECONDS: '300' };
    const killed = await daymill(project, ['run', '--json'], longLease);
    expect(killed.signal).toBe('SIGKILL');
    // Not even the worker that is in a loop without an end.
    await vi.waitUntil(() => processesOf(project.root).length === 0, { timeout: PATIENCE_MS });
    const { code, json } = await daymill(project, ['run', '--json'], longLease);
    expect(json<RunSummary>()).toMatchObject({ failed: 0, cells: { BLOCKED: 0, FAILED_DEPENDENCY: 0 } });
    expect(code).toBe(0);
    await inspect(project, async (left) => {
      expectExactCounts(left);
      await expectEverythingMade(left, 'doom');
    });
  });

  test('two runs at once: the second is told which process has the state, and the first does not notice', async () => {
    const project = open({ 'computations/calm.ts': onTheSecondDay('calm', '') });
    const first = daymill(project, ['run', '--json']);
    await vi.waitUntil(() => existsSync(join(project.home, 'state.sqlite.pid')), { timeout: PATIENCE_MS });
    const second = await daymill(project, ['run', '--json'], HASTE);
    expect(second.code).toBe(2);
    expect(second.stderr).toMatch(
      /state\.sqlite is in use by another Daymill \(process \d+\)\. Wait until it ends, or set DAYMILL_HOME/u,
    );
    const { code, json } = await first;
    expect(json<RunSummary>()).toMatchObject({ completed: CELLS, failed: 0 });
    expect(code).toBe(0);
  });
});
