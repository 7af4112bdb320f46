/** `daymill dead-letters`: tasks that were given up; show one, replay it, drop it. */
import { cellName } from '../../mill/model/cell.ts';
import { outcomeOf, type Task } from '../../mill/model/task.ts';
import {
  dropDeadLetter,
  readDeadLetter,
  replayDeadLetter,
  type ReplayReport,
} from '../../mill/steps/mend/dead-letters.ts';
import { attemptRows, type AttemptRow, attemptTable } from '../attempt-row.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { counted } from '../counted.ts';
import { change, look } from '../look.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';
import type { Ports } from '../../compose.ts';
import { table } from '../table.ts';
import { instant } from '../units.ts';
import { atMost } from '../../process/at-most.ts';

const USAGE = `daymill dead-letters [list] [--computation NAME] [--date DAY]
       daymill dead-letters show ID
       daymill dead-letters replay ID
       daymill dead-letters drop ID

A dead letter is a task that was given up: its attempts are spent, or no retry helps it (OUT_OF_TIERS, TIMEOUT). It is kept whole until
somebody replays or drops it. The next dispatch tries its cells again all the same; "made since" says that it did, with success.
  list     the open ones, oldest first; --computation and --date narrow it down
  show     one with its attempts
  replay   claims its cells anew; a session that runs makes them now, else the next daymill run does
  drop     leaves it; its attempts stay on record
  --json   list: {"deadLetters": [{"taskId", "runId", "computation", "cells", "attempts", "error", "sinceMs", "madeSince"}]};
           show: one of them, with "history"; replay and drop: {"taskId", "status": REPLAYED or DROPPED, "runId"}
Exit code: 0 done, 2 wrong use.`;

const commandOf = (word: string, run: (id: string, ports: Ports, output: Output) => Promise<void>): Command => ({
  name: `dead-letters ${word}`,
  usage: USAGE,
  positionals: ['ID'],
  options: {},
  reachesCloud: true,
  async run({ positionals: [id = ''] }, { config, output }): Promise<ExitCode> {
    await change(config, await manifestOfRuns(config), (ports) => run(id, ports, output));
    return 0;
  },
});

const list: Command = {
  name: 'dead-letters',
  usage: USAGE,
  options: { computation: { type: 'string' }, date: { type: 'string' } },
  reachesCloud: true,
  run: listCommand,
};

export const deadLetters: Command = {
  ...list,
  subcommands: {
    list,
    show: commandOf('show', show),
    replay: commandOf('replay', async (id, ports, output) => {
      const report = await replayDeadLetter(id, ports);
      output.line(describeReplay(report));
      output.data(report);
    }),
    drop: commandOf('drop', async (id, ports, output) => {
      const report = await dropDeadLetter(id, ports);
      output.line(report.status === 'DROPPED' ? `${id} is dropped.` : describeReplay(report));
      output.data(report);
    }),
  },
};

export interface DeadLetterRow {
  readonly taskId: string;
  readonly runId: string;
  readonly computation: string;
  /** Those that were not made. */
  readonly cells: readonly string[];
  readonly attempts: number;
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly sinceMs: number;
  /** Whether every one of its cells was made by another task since. */
  readonly madeSince: boolean;
}

async function listCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const [computation, date] = [text(args, 'computation'), text(args, 'date')];
  const found = await look(config, await manifestOfRuns(config), async (ports) => {
    const open = (await ports.ledger.deadLetters()).filter((task) =>
      task.cells.some(
        (cell) =>
          (computation === undefined || cell.computation === computation) && (date === undefined || cell.date === date),
      ),
    );
    return atMost(open, (task) => rowOf(task, ports));
  });
  if (found.length === 0) output.line('There are no dead letters.');
  else {
    const columns = [
      { title: 'since (UTC)' },
      { title: 'id' },
      { title: 'cells', align: 'right' as const },
      { title: 'attempts', align: 'right' as const },
      { title: 'error' },
      { title: 'made since' },
    ];
    const rows = found.map((row) => [
      instant(row.sinceMs),
      row.taskId,
      String(row.cells.length),
      String(row.attempts),
      row.error?.code ?? '',
      row.madeSince ? 'yes' : 'no',
    ]);
    for (const line of table(columns, rows)) output.line(line);
  }
  output.data({ deadLetters: found });
  return 0;
}

async function show(id: string, ports: Ports, output: Output): Promise<void> {
  const task = await readDeadLetter(id, ports.tasks);
  const row = await rowOf(task, ports);
  const history: AttemptRow[] = attemptRows(task);
  output.line(`${id}   ${task.deadLetter.status}, run ${task.runId}`);
  output.line();
  output.line(`Error     ${row.error === null ? 'unknown' : `${row.error.code}: ${row.error.message}`}`);
  output.line(`Cells     ${counted(row.cells.length, 'cell')} not made: ${row.cells.join(', ')}`);
  if (row.madeSince) output.line('          made since, by another task');
  output.line();
  for (const line of attemptTable(history, 'cell')) output.line(line);
  output.data({ ...row, status: task.deadLetter.status, history });
}

/** Its cells as they are now cost a read each. */
async function rowOf(task: Task, { cells: store }: Pick<Ports, 'cells'>): Promise<DeadLetterRow> {
  const unmade = task.cells.filter((cell) => ['FAILED', 'NOT_TRIED'].includes(outcomeOf(task, cell)?.status ?? ''));
  const sinceMs = task.history?.at(-1)?.endedMs ?? task.createdMs;
  const now = await store.read(unmade);
  return {
    taskId: task.id,
    runId: task.runId,
    computation: task.computation,
    cells: unmade.map(cellName),
    attempts: task.attempts,
    error: task.lastError ?? null,
    sinceMs,
    madeSince: now.every((cell) => cell?.status === 'COMPLETED' && (cell.record?.finishedMs ?? 0) > sinceMs),
  };
}

function describeReplay({ taskId, status, runId }: ReplayReport): string {
  if (status === 'DROPPED') return `${taskId} had been dropped.`;
  return runId === null
    ? `The cells of ${taskId} were made since: there is nothing to replay.`
    : `The cells of ${taskId} are claimed by run ${runId}. A session that runs makes them now, else the next daymill run.`;
}
