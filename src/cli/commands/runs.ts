/** `daymill runs`: the newest runs. */
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { look } from '../look.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { runRow, type RunRow } from '../../mill/answers/run-row.ts';
import { table } from '../table.ts';
import { duration } from '../units.ts';
import { atMost } from '../../process/at-most.ts';

const DEFAULT_LIMIT = 20;

/** A thousand runs are a thousand reads, and as many counts. */
const MAX_LIMIT = 1_000;

export const runs: Command = {
  name: 'runs',
  usage: `daymill runs [--limit N]

Lists the newest runs (a run is one wave of tasks). Each costs two reads.
  --limit   runs to show (default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT})
  --json    {"runs": [{"id", "dispatchId", "date", "pass", "state": RUNNING, COMPLETED or CANCELLED, "tasks", "remaining", "cells",
            "failedTasks", "callback": none, waiting, due or answered, "startedAt", "tookMs"}]}, newest first
Exit code: 0 done, 2 wrong use.`,
  options: { limit: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

export interface RunsAnswer {
  readonly runs: readonly (RunRow & { readonly failedTasks: number })[];
}

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const limit = Math.min(readLimit(args, DEFAULT_LIMIT), MAX_LIMIT);
  const answer = await look(config, await manifestOfRuns(config), async ({ ledger }): Promise<RunsAnswer> => {
    const found = await ledger.runs(limit);
    return {
      runs: await atMost(found, async (run) =>
        Object.assign(runRow(run), { failedTasks: await ledger.failedTasks(run.id) }),
      ),
    };
  });
  print(answer, output);
  output.data(answer);
  return 0;
}

function print({ runs: found }: RunsAnswer, output: Output): void {
  if (found.length === 0) {
    output.line('Nothing has run yet. daymill run starts the first.');
    return;
  }
  const columns = [
    { title: 'started (UTC)' },
    { title: 'run' },
    { title: 'date' },
    right('pass'),
    { title: 'state' },
    right('tasks'),
    right('open'),
    right('failed'),
    right('cells'),
    right('took'),
    { title: 'callback' },
  ];
  const rows = found.map((run) => [
    run.startedAt.slice(0, 19).replace('T', ' '),
    run.id,
    run.date,
    run.pass === null ? 'any' : String(run.pass),
    run.state,
    ...[run.tasks, run.remaining, run.failedTasks, run.cells].map(String),
    duration(run.tookMs),
    run.callback,
  ]);
  for (const line of table(columns, rows)) output.line(line);
}

const right = (title: string) => ({ title, align: 'right' as const });
