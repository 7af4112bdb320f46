/** `daymill run show`: one run, its tasks by status and tier, what its attempts took, and what failed. */
import { UserError } from '../../errors.ts';
import { cellName } from '../../mill/model/cell.ts';
import { ownMember } from '../../values/own-member.ts';
import { outcomeOf, type Task } from '../../mill/model/task.ts';
import { attemptRows, attemptTable } from '../attempt-row.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { counted } from '../counted.ts';
import { look } from '../look.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { runRow, type RunRow } from '../../mill/answers/run-row.ts';
import { duration } from '../units.ts';

const DEFAULT_LIMIT = 20;

export const runShow: Command = {
  name: 'run show',
  usage: `daymill run show ID [--limit N]

Shows a run: its state and callback, its tasks by status and tier, what its attempts took, and what failed.
  --limit   attempts to list, the slowest first (default ${DEFAULT_LIMIT}; 0 for all)
  --json    {"run": as in daymill runs, "tasks": {status: count}, "tiers": {tier: count}, "attempts": {end: count},
            "failures": [{"cell", "taskId", "error"}], "slowest": [attempts, as in daymill attempts]}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['ID'],
  options: { limit: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

export interface RunAnswer {
  readonly run: RunRow;
  readonly tasks: Readonly<Record<string, number>>;
  readonly tiers: Readonly<Record<string, number>>;
  /** How attempts ended. */
  readonly attempts: Readonly<Record<string, number>>;
  readonly failures: readonly { readonly cell: string; readonly taskId: string; readonly error: string }[];
  readonly slowest: ReturnType<typeof attemptRows>;
}

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const [id = ''] = args.positionals;
  const limit = readLimit(args, DEFAULT_LIMIT);
  const answer = await look(config, await manifestOfRuns(config), async (ports): Promise<RunAnswer> => {
    const [run, tasks] = await Promise.all([ports.runs.read(id), ports.ledger.tasksOf(id)]);
    if (run === undefined) throw new UserError('NOT_FOUND', `There is no run "${id}". daymill runs lists them.`);
    const attempts = tasks.flatMap(attemptRows);
    const tookMs = (row: (typeof attempts)[number]): number => (row.endedMs ?? Infinity) - row.startedMs;
    return {
      run: runRow(run),
      tasks: tally(tasks.map(({ status }) => status)),
      tiers: tally(tasks.map(({ resources }) => resources)),
      attempts: tally(attempts.map(({ end }) => end ?? 'under way')),
      failures: tasks.flatMap(failuresOf),
      slowest: attempts.sort((a, b) => tookMs(b) - tookMs(a)).slice(0, limit),
    };
  });
  print(answer, output);
  output.data(answer);
  return 0;
}

const failuresOf = (task: Task): RunAnswer['failures'] =>
  task.cells.flatMap((cell) => {
    const outcome = outcomeOf(task, cell);
    if (outcome?.status !== 'FAILED') return [];
    return [{ cell: cellName(cell), taskId: task.id, error: `${outcome.error.code}: ${outcome.error.message}` }];
  });

function tally(words: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const word of words) counts[word] = (ownMember(counts, word) ?? 0) + 1;
  return counts;
}

function print({ run, tasks, tiers, attempts, failures, slowest }: RunAnswer, output: Output): void {
  output.line(`${run.id}   ${run.date}, pass ${run.pass ?? 'any'}, dispatch ${run.dispatchId}`);
  output.line();
  output.line(
    `State     ${run.state}, ${counted(run.remaining, 'task')} of ${run.tasks} open; callback ${run.callback}`,
  );
  output.line(`Time      started ${run.startedAt}${run.tookMs === null ? '' : `, over after ${duration(run.tookMs)}`}`);
  output.line(`Tasks     ${inWords(tasks)}; ${inWords(tiers)}; ${counted(run.cells, 'cell')}`);
  output.line(`Attempts  ${inWords(attempts)}`);
  for (const { cell, error } of failures) output.line(`FAILED    ${cell}: ${error}`);
  if (slowest.length === 0) return;
  output.line();
  for (const line of attemptTable(slowest, 'cell')) output.line(line);
}

const inWords = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([word, count]) => `${count} ${word}`)
    .join(', ') || 'none';
