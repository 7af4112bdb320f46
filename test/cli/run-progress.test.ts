/** What a run says of a pass when it is over. */
import { expect, test } from 'vitest';
import { openOutput } from '../../src/cli/output.ts';
import { watchRun } from '../../src/cli/run-progress.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { shopProject } from './shop-project.ts';

test('cells that were skipped and run again in shadow are not taken for cells that ran', async () => {
  const project = shopProject();
  const manifest = await buildManifest({ root: project.root, directory: 'computations' }).finally(() =>
    project.remove(),
  );
  const said = (cells: number, audits: number, pass?: number): string => {
    const parts: string[] = [];
    const stream = { isTTY: false, columns: undefined, write: (text: string) => parts.push(text) };
    const progress = watchRun(openOutput(stream, stream, false, { now: () => 0 }), manifest);
    const log = (event: string, fields: Record<string, unknown>): void =>
      progress.onLog({ source: 'work', severity: 'INFO', message: '', event, fields });
    log('dispatched', { pass: pass ?? 1, cells, audits });
    for (let cell = 0; cell < cells; cell++) log('cell.completed', { cell: `shop-day@2024-01-0${cell + 1}`, pass });
    progress.end();
    return parts.join('');
  };
  expect(said(2, 0)).toBe('pass 1  2 cells in 0.00 s\n');
  expect(said(2, 1)).toBe('pass 1  1 cell, 1 skipped cell audited in 0.00 s\n');
  expect(said(1, 1)).toBe('pass 1  1 skipped cell audited in 0.00 s\n');
  // The watch of a busy night: cells of every pass, with the last.
  expect(said(3, 3, 2)).toBe('pass 2  3 skipped cells audited in 0.00 s\n');
});
