/** Preview: makes one cell with the code as it is now and its inputs as they are stored, and writes nothing. */
import { RetryableError } from '../../errors.ts';
import { alikeFailures } from '../lifecycle/alike-failures.ts';
import type { Part } from '../model/artifact.ts';
import { type CellError, cellName } from '../model/cell.ts';
import { computationIn } from '../model/manifest.ts';
import type { Task, TaskCell } from '../model/task.ts';
import { fingerprintHash } from '../model/vector.ts';
import type { PlannedCell } from '../planning/plan.ts';
import { startChain } from '../steps/work/chain.ts';
import { decodedValues } from '../steps/work/decoded.ts';
import { type CellPorts, executeCells, type ExecuteOptions } from '../steps/work/execute-cells.ts';
import { inMemory } from '../steps/work/in-memory.ts';
import type { Artifacts, StoredArtifact } from '../ports/artifacts.ts';
import type { Watchdog } from '../ports/process.ts';

export type Preview =
  | { readonly status: 'COMPLETED'; readonly artifact: StoredArtifact; readonly seconds: number }
  | { readonly status: 'FAILED'; readonly error: CellError };

/** Shards stay in memory. @throws {RetryableError} INPUT_CHANGED when something that it reads has no stored result. */
export async function preview({ decision, reads }: PlannedCell, ports: Omit<CellPorts, 'watchdog'>): Promise<Preview> {
  const { computation, date } = decision;
  const entry = computationIn(ports.manifest, computation);
  if (entry === undefined) throw new Error(`${cellName(decision)} is planned and not in the manifest`);
  const cell: TaskCell = {
    computation,
    date,
    fingerprint: fingerprintHash(entry.fingerprint),
    reason: 'preview',
    reads,
    inputs: {},
  };
  const shards: Part[] = [];
  const artifacts: Artifacts = {
    ...ports.artifacts,
    writeShard: async (_place, _generation, part, index) => {
      shards[index] = part;
      const { data: _, ...range } = part;
      return { ...range, id: String(index) };
    },
  };
  const [made] = await Array.fromAsync(
    executeCells(previewTask(cell, entry.pass), [cell], { ...ports, artifacts, watchdog: NOBODY_WATCHES }, noLimit()),
  );
  if (made === undefined) throw new Error(`${cellName(cell)} was not previewed`);
  const { outcome, write } = made;
  if (outcome.status === 'INPUT_LOST')
    throw new RetryableError('INPUT_CHANGED', `${cellName(cell)} reads what has no stored result`);
  if (outcome.status === 'FAILED') return { status: 'FAILED', error: outcome.error };
  if (write?.status !== 'COMPLETED') throw new Error(`${cellName(cell)} was previewed without a result`);
  return { status: 'COMPLETED', artifact: inMemory(write.artifact, shards), seconds: write.record.seconds };
}

/** Whoever asked for it can stop it. */
const NOBODY_WATCHES: Watchdog = { watch: () => ({ done: () => {} }) };
const noLimit = (): ExecuteOptions => ({
  stopAtMs: Number.POSITIVE_INFINITY,
  heartbeat: { progress: () => {}, expect: () => {} },
  alike: alikeFailures(),
  decoded: decodedValues(),
  chain: startChain(),
});

const previewTask = (cell: TaskCell, pass: number): Task => ({
  id: 'preview',
  runId: 'preview',
  dispatchId: 'preview',
  pass,
  computation: cell.computation,
  cells: [cell],
  chained: false,
  resources: 'standard',
  createdMs: 0,
  status: 'IN_PROGRESS',
  attempts: 1,
  outcomes: {},
});
