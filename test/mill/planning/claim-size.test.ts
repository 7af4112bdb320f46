/** What a wave claims fits one commit, whatever its cells are like. */
import { expect, test } from 'vitest';
import { toLedger } from '../../../src/google/mill/ledger-document.ts';
import { documentBytes, MAX_COMMIT_BYTES, MAX_DOCUMENT_BYTES, writeBytes } from '../../../src/google/sizes.ts';
import { inputBytes, MAX_INPUT_BYTES } from '../../../src/mill/model/graph-limits.ts';
import { makeTasks, MAX_TASK_BYTES, MAX_WAVE_BYTES } from '../../../src/mill/planning/make-tasks.ts';
import type { PlannedCell } from '../../../src/mill/planning/plan.ts';
import { MAX_CELLS_A_WAVE } from '../../../src/mill/planning/wave.ts';
import { addDays, daysFrom } from '../../../src/values/date.ts';
import { hashOf } from '../../../src/values/hash.ts';
import { graph } from '../../support/graph.ts';

/** Beside the claim: the head of the state, and what is learned of memory. */
const BESIDE = 2 * 900_000 + 10_000;

const one = '0'.repeat(16);
const WORST = `${'long-name-'.repeat(9)}x`;

test.each([
  { shape: 'that read nothing', inputs: 0, name: 'a', lanes: 24 },
  { shape: 'that read nothing, each a task', inputs: 0, name: 'a', lanes: 100_000 },
  { shape: 'of seven documents', inputs: 7, name: 'a', lanes: 24 },
  { shape: 'with long names', inputs: 7, name: WORST, lanes: 24 },
  { shape: 'of three hundred computations', inputs: 300, name: 'a', lanes: 24 },
  { shape: 'of as many as there may be, each a task', inputs: 1_950, name: 'a', lanes: 100_000 },
])('a wave of cells $shape', ({ inputs, name, lanes }) => {
  const needs = Array.from({ length: inputs }, (_, index) => `document ${name}-${index}`).join(' ');
  const manifest = graph(`${name}: ${needs}`);
  const ids = Array.from({ length: inputs }, (_, index) => `document:${name}-${index}`);
  const vector = {
    fingerprint: { code: one, layer: one, infrastructure: one, epoch: 1 },
    inputs: Object.fromEntries(ids.map((id) => [id, hashOf(id)])),
  };
  const cells = daysFrom('1970-01-01', addDays('1970-01-01', Math.min(MAX_CELLS_A_WAVE, 4_000_000 / (inputs + 1)) - 1));
  const runnable = cells.map((date): PlannedCell => ({
    decision: {
      computation: name,
      date,
      outcome: 'RERUN',
      reason: { why: 'CHANGED', parts: ['code', 'layer', 'infrastructure', 'epoch', ...ids] },
    },
    settled: { status: 'COMPLETED', vector, resultHash: one, dispatchId: 'd' },
    reads: { previous: date, 'history:7': 'ffff' },
    vector,
  }));
  expect(inputBytes(manifest.computations[0]!)).toBeLessThan(MAX_INPUT_BYTES);
  const tasks = makeTasks(runnable, {
    manifest,
    runId: 'run-0123456789abcdef',
    dispatchId: crypto.randomUUID(),
    nowMs: Date.now(),
    tierOf: () => 'standard',
    lanes,
  });
  expect(tasks.length).toBeGreaterThan(0);
  const sizes = tasks.map((task) => writeBytes(`computation_audit_ledger/${task.id}`, toLedger(task)));
  const all = sizes.reduce((sum, size) => sum + size, 0);
  expect(all).toBeLessThan(MAX_COMMIT_BYTES - BESIDE);
  // And no smaller than it has to be, where there are cells enough: before it is packed.
  const json = tasks.reduce((sum, task) => sum + JSON.stringify(task.cells).length, 0);
  if (cells.length === MAX_CELLS_A_WAVE && tasks.length < 400) expect(json).toBeGreaterThan(MAX_WAVE_BYTES / 3);
  for (const task of tasks) {
    expect(documentBytes(`computation_audit_ledger/${task.id}`, toLedger(task))).toBeLessThan(MAX_DOCUMENT_BYTES / 2);
    expect(JSON.stringify(task.cells).length).toBeLessThan(MAX_TASK_BYTES);
  }
});
