/** `daymill run` of some computations: real processes, on one project. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill } from './start-daymill.ts';

describe('a run of some computations', () => {
  let project: ShopProject;
  const run = (...args: string[]) => daymill(project, ['run', ...args]);
  beforeAll(() => {
    project = shopProject();
  });
  afterAll(() => project.remove());

  test('makes what is selected, counts that alone, and says what waits for the rest', async () => {
    expect((await run('--select', 'shop-day', '--json')).json<RunSummary>()).toMatchObject({
      completed: 4,
      cells: { RUN: 4 },
    });
    const { code, stdout } = await run('--select', 'best-day');
    expect(code).toBe(0);
    expect(stdout).toMatch(/best-day: days wait for computations that are not selected\. .*--select "\+best-day"/);
    expect((await run('--select', '+best-day', '--json')).json<RunSummary>()).toMatchObject({ failed: 0 });
    expect((await run('--json')).json<RunSummary>()).toMatchObject({ completed: 0 });
  });

  test('takes what failed and what reads it, once it is mended; nothing when nothing failed', async () => {
    project.edit(
      'computations/shop-day.ts',
      'init: () =>',
      "init: () => { throw new Error('broken'); },\n    later: () =>",
    );
    const broken = await run();
    expect(broken.code).toBe(1);
    expect(broken.stderr).toContain('broken');
    project.edit(
      'computations/shop-day.ts',
      "init: () => { throw new Error('broken'); },\n    later: () =>",
      'init: () =>',
    );
    const mended = await run('--only-failed');
    expect(mended.code).toBe(0);
    expect(mended.stdout).toContain('Failed last time: shop-day.');
    expect(mended.stdout).not.toMatch(/FAILED/);
    expect((await run('--json')).json<RunSummary>()).toMatchObject({ completed: 0, failed: 0 });
    expect((await run('--only-failed')).stdout).toMatch(/^Nothing failed last time\.$/m);
  });

  test.each([
    [['--select', 'best-dya'], /There is no computation "best-dya". Did you mean "best-day"\?/],
    [['--select', 'best-day', '--only-failed'], /Use --select or --only-failed/],
  ])('refuses %s', async (args, message) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toMatch(message);
  });
});
