/** A cell that completed without some of its entities: said in the last lines, in JSON and by the exit code, as far as the project allows it. */
import { expect, test } from 'vitest';
import { ReportAnswer } from '../../src/mill/answers/report.ts';
import { RunSummary } from '../../src/mill/answers/run-summary.ts';
import { asJson } from '../support/as-json.ts';
import { daymill } from '../support/daymill-process.ts';
import { fixtureProject, IMPORTS } from '../support/fixture-project.ts';

const PAGES = (failing: string): string => `${IMPORTS}
export const pages = defineComputation({
  name: 'pages', category: 'tests', needs: { visits: dataset(visits) }, output: z.record(z.string(), z.number()),
  perEntity: ({ user, pages }) => { if (${failing}) throw new Error('no pages for ' + user); return pages; },
});`;

test('fewer than the share that is allowed end with 0, more with 1; all are told', async () => {
  const project = fixtureProject({ 'computations/pages.ts': PAGES("user === 'user-7'") });
  try {
    const few = await daymill(project, ['run']);
    expect(few.code).toBe(0);
    expect(few.stderr).toMatch(
      /partial  pages: 4 of 480 entities of 4 cells failed and are left out \(0\.83 %\)\n  2024-03-01, 0000007: no pages for user-7 \(at .*computations\/pages\.ts:\d+:\d+/u,
    );
    expect(few.stdout).toContain(': 4 cells ran, 4 entities left out; ');
    project.write({ 'computations/pages.ts': PAGES("['user-7', 'user-17'].includes(user)") });
    const more = await daymill(project, ['run', '--json']);
    expect(more.code).toBe(1);
    expect(asJson(RunSummary, more.json())).toMatchObject({
      failed: 0,
      failedEntities: 8,
      partial: [{ computation: 'pages', cells: 4, above: 4 }],
    });
    const told = await daymill(project, ['report', '--json']);
    expect(told.code).toBe(0);
    expect(asJson(ReportAnswer, told.json())).toMatchObject({ failedEntities: 8 });
    expect((await daymill(project, ['report'])).stdout).toContain('partial  pages: 8 of 480 entities of 4 cells');
    const settings = JSON.parse(project.read('package.json')) as { daymill: object };
    project.write({
      'package.json': JSON.stringify({ ...settings, daymill: { ...settings.daymill, failedShare: 0.05 } }),
    });
    project.write({ 'computations/pages.ts': PAGES("['user-7', 'user-27'].includes(user)") });
    const allowed = await daymill(project, ['run', '--json']);
    expect(asJson(RunSummary, allowed.json())).toMatchObject({ failedEntities: 8, partial: [{ above: 0 }] });
    expect(allowed.code).toBe(0);
  } finally {
    project.remove();
  }
});
