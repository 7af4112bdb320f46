/** One run: its tasks by status and tier, what its attempts took, and what failed. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { ownMember } from '../../values/own-member.ts';
import { cellName } from '../model/cell.ts';
import { outcomeOf, type Task } from '../model/task.ts';
import type { Cells } from '../ports/cells.ts';
import type { Runs } from '../ports/runs.ts';
import type { Ledger } from '../ports/tasks.ts';
import { AttemptRow, attemptRows } from './attempt-row.ts';
import { type PartialCell, partialResults, PartialRow } from './partial-results.ts';
import { RunRow, runRow } from './run-row.ts';

export const RunAnswer = z.object({
  run: RunRow.describe('as in daymill runs'),
  tasks: z.record(z.string(), z.number()).describe('{status: count}'),
  tiers: z.record(z.string(), z.number()).describe('{tier: count}'),
  /** How attempts ended. */
  attempts: z.record(z.string(), z.number()).describe('{end: count}'),
  failures: z.array(z.object({ cell: z.string(), taskId: z.string(), error: z.string() })),
  /** Cells that completed without entities that failed. */
  partial: z.array(PartialRow),
  slowest: z.array(AttemptRow.describe('as in daymill attempts')),
});
export type RunAnswer = z.infer<typeof RunAnswer>;

/** `limit`: attempts, the slowest first. @throws {UserError} NOT_FOUND */
export async function runAnswer(
  { id, limit }: { readonly id: string; readonly limit: number },
  ports: {
    readonly runs: Pick<Runs, 'read'>;
    readonly ledger: Pick<Ledger, 'tasksOf'>;
    readonly cells: Pick<Cells, 'read'>;
    readonly failedShare: number;
  },
): Promise<RunAnswer> {
  const [run, tasks] = await Promise.all([ports.runs.read(id), ports.ledger.tasksOf(id)]);
  if (run === undefined) throw new UserError('NOT_FOUND', `There is no run "${id}". daymill runs lists them.`);
  const attempts = tasks.flatMap(attemptRows);
  const tookMs = (row: AttemptRow): number => (row.endedMs ?? Infinity) - row.startedMs;
  return {
    run: runRow(run),
    tasks: tally(tasks.map(({ status }) => status)),
    tiers: tally(tasks.map(({ resources }) => resources)),
    attempts: tally(attempts.map(({ end }) => end ?? 'under way')),
    failures: tasks.flatMap(failuresOf),
    partial: await partialResults(tasks.flatMap(partialOf), ports.failedShare, ports),
    slowest: attempts.sort((a, b) => tookMs(b) - tookMs(a)).slice(0, limit),
  };
}

const failuresOf = (task: Task): RunAnswer['failures'] =>
  task.cells.flatMap((cell) => {
    const outcome = outcomeOf(task, cell);
    if (outcome?.status !== 'FAILED') return [];
    return [{ cell: cellName(cell), taskId: task.id, error: `${outcome.error.code}: ${outcome.error.message}` }];
  });

const partialOf = (task: Task): PartialCell[] =>
  task.cells.flatMap(({ computation, date }) => {
    const outcome = outcomeOf(task, { computation, date });
    if (outcome?.status !== 'COMPLETED' || outcome.partial === undefined) return [];
    return [{ cell: { computation, date }, partial: outcome.partial }];
  });

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (ownMember(counts, word) ?? 0) + 1;
  return counts;
}
