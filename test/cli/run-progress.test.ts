/** What a run says of a pass when it is over. */
import { expect, test } from 'vitest';
import { tasksUnderWay } from '../../src/cli/under-way.ts';
import { openOutput } from '../../src/cli/output.ts';
import { watchRun } from '../../src/cli/run-progress.ts';
import { buildManifest } from '../../src/mill/manifest/build-manifest.ts';
import { screen } from './screen.ts';
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

test('a sweep is called one, and its passes are not those of the rounds before', async () => {
  const project = shopProject();
  const manifest = await buildManifest({ root: project.root, directory: 'computations' }).finally(() =>
    project.remove(),
  );
  const stream = screen(false);
  const progress = watchRun(openOutput(stream, stream, false, { now: () => 0 }), manifest);
  const log = (event: string, fields: Record<string, unknown>): void =>
    progress.onLog({ source: 'work', severity: 'INFO', message: '', event, fields });
  for (const sweep of [undefined, true]) {
    log('dispatched', { pass: 1, cells: 1, audits: 0, sweep });
    log('cell.completed', { cell: 'shop-day@2024-01-01', pass: 1 });
  }
  progress.end();
  expect(stream.parts.join('')).toBe(
    'pass 1  1 cell in 0.00 s\nSweep: what failed for a passing reason is tried once more.\nsweep, pass 1  1 cell in 0.00 s\n',
  );
});

test('tasks are under way from their start to their last cell, those with most time left first', () => {
  let nowMs = 0;
  const tasks = tasksUnderWay(() => nowMs);
  tasks.learn(
    new Map([
      ['a', 2],
      ['b', 0.5],
    ]),
  );
  const log = (event: string, fields: Record<string, unknown>): void =>
    tasks.onLog({ source: 'work', severity: 'INFO', message: '', event, fields: { run: 'r', ...fields } });
  log('task.started', { task: '1', cell: 'b@2024-01-01', cells: 4, computations: { b: 4 } });
  log('task.started', { task: '2', cell: 'a@2024-01-01', cells: 3, computations: { a: 2, b: 1 } });
  log('task.started', { task: '3', cell: 'new@2024-01-01', cells: 1, computations: { new: 1 } });
  nowMs = 1_000;
  expect(tasks.list()).toEqual([
    { name: 'a and 1 more computation, 3 cells from 2024-01-01', elapsedMs: 1_000, usualMs: 4_500 },
    { name: 'b, 4 cells from 2024-01-01', elapsedMs: 1_000, usualMs: 2_000 },
    { name: 'new@2024-01-01', elapsedMs: 1_000, usualMs: undefined },
  ]);
  for (let cell = 0; cell < 3; cell++) log('cell.completed', { task: '2' });
  log('task.failed', { task: '3' });
  expect(tasks.list().map(({ name }) => name)).toEqual(['b, 4 cells from 2024-01-01']);
  log('run.completed', {});
  expect(tasks.list()).toEqual([]);
});
