/** The charts of docs/computations.md are of what is computed: drawn anew, they are the same to the byte. */
import { globSync, readFileSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { bundledProject } from '../../.ci/bundled-project.ts';
import { CHARTS_FOLDER, drawCharts } from '../../.ci/computations.ts';
import { daymill } from '../support/daymill-process.ts';

const picturesIn = (folder: string): Record<string, string> =>
  Object.fromEntries(
    globSync('*.svg', { cwd: folder })
      .sort()
      .map((file) => [file, readFileSync(join(folder, file), 'utf8')]),
  );

test('the charts are current; node .ci/computations.ts draws them', async () => {
  const root = bundledProject();
  onTestFinished(() => rmSync(resolve(root, '..'), { recursive: true }));
  const { code, stderr } = await daymill({ root }, ['run']);
  expect([code, stderr]).toEqual([0, '']);
  const drawn = join(root, 'charts');
  await drawCharts(root, drawn);
  expect(picturesIn(drawn)).toEqual(picturesIn(CHARTS_FOLDER));
});
