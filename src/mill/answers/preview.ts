/** Preview: makes one cell with the code as it is now and its inputs as they are stored, and writes nothing. */
import { RetryableError } from '../../errors.ts';
import { storedPart } from '../execution/artifact-codec.ts';
import { alikeFailures } from '../lifecycle/alike-failures.ts';
import type { Artifact, Part } from '../model/artifact.ts';
import { type CellError, cellName } from '../model/cell.ts';
import { computationIn } from '../model/manifest.ts';
import type { Task, TaskCell } from '../model/task.ts';
import { fingerprintHash } from '../model/vector.ts';
import type { PlannedCell } from '../planning/plan.ts';
import { type CellPorts, executeCells, type ExecuteOptions } from '../steps/work/execute-cells.ts';
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
    executeCells(previewTask(cell, entry.pass), [cell], { ...ports, artifacts, watchdog: NOBODY_WATCHES }, NO_LIMIT),
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
const NO_LIMIT: ExecuteOptions = {
  stopAtMs: Number.POSITIVE_INFINITY,
  heartbeat: { progress: () => {}, expect: () => {} },
  alike: alikeFailures(),
};

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

function inMemory(artifact: Artifact, shards: readonly Part[]): StoredArtifact {
  const parts = 'parts' in artifact ? artifact.parts : shards;
  const { hash, keyed, count, rawBytes } = artifact;
  return {
    hash,
    keyed,
    count,
    rawBytes,
    sharded: false,
    async *parts() {
      for (const part of parts) yield storedPart(part);
    },
    async partWith(key) {
      const part = parts.find(({ first, last }) => first <= key && key <= last);
      return part && storedPart(part);
    },
  };
}
