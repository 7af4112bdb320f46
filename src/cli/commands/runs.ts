/** `daymill runs`: the newest runs. */
import { RunsAnswer, runsAnswer } from '../../mill/answers/runs.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { look } from '../look.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { paint } from '../paint.ts';
import { duration } from '../units.ts';
import { runShow } from './run-show.ts';

const DEFAULT_LIMIT = 20;

/** A thousand runs are a thousand reads, and as many counts. */
const MAX_LIMIT = 1_000;

export const runs: Command = {
  name: 'runs',
  usage: `daymill runs [--limit N]
       daymill runs show ID

Lists the newest runs (a run is one wave of tasks). Each costs two reads.
  --limit   runs to show (default ${DEFAULT_LIMIT}, at most ${MAX_LIMIT})
${jsonUsage('  --json    ', RunsAnswer, ', newest first')}
Exit code: 0 done, 2 wrong use.`,
  options: { limit: { type: 'string' } },
  subcommands: { show: runShow },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const limit = Math.min(readLimit(args, DEFAULT_LIMIT), MAX_LIMIT);
  const manifest = await manifestOfRuns(config);
  const answer = await look(config, manifest, (ports) => runsAnswer({ limit }, ports));
  print(answer, output);
  output.data(answer);
  return 0;
}

function print({ runs: found }: RunsAnswer, output: Output): void {
  if (found.length === 0) {
    output.line('Nothing has run yet. daymill run starts the first.');
    return;
  }
  // A run's id is there to be copied: whatever else there is no room for, it stays.
  const columns = [
    { title: 'started (UTC)', yields: 1 },
    { title: 'run' },
    { title: 'date' },
    { ...right('pass'), yields: 3 },
    { title: 'state', paint: paintState },
    { ...right('tasks'), yields: 4 },
    { ...right('open'), yields: 5 },
    { ...right('failed'), paint: paintFailed },
    { ...right('cells'), yields: 2 },
    right('took'),
    { title: 'callback', yields: 6 },
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
  output.table(columns, rows);
}

const paintState = (state: string): string =>
  state === 'RUNNING' ? paint.coming(state) : state === 'CANCELLED' ? paint.warn(state) : state;

const paintFailed = (count: string): string => (count === '0' ? paint.quiet(count) : paint.bad(count));

const right = (title: string) => ({ title, align: 'right' as const });
