/** `daymill actions`: what people did to the mill. */
import { ActionsAnswer, actionsAnswer, MOST_ACTIONS } from '../../mill/answers/actions.ts';
import { ALL } from '../../mill/model/control.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { jsonUsage } from '../describe-schema.ts';
import { look } from '../look.ts';
import type { Output } from '../output.ts';
import { paint } from '../paint.ts';
import { manifestOfRuns } from '../project.ts';
import { readLimit } from '../read-limit.ts';
import { instant } from '../units.ts';

const DEFAULT_LIMIT = 20;

export const actions: Command = {
  name: 'actions',
  usage: `daymill actions [--limit N]

Lists what people did, by the page or by the command line, the newest first: who, what, why, and what came of it. Kept for 400 days.
  --limit   actions to show (default ${DEFAULT_LIMIT}, at most ${MOST_ACTIONS})
${jsonUsage('  --json    ', ActionsAnswer)}
Exit code: 0 done, 2 wrong use.`,
  options: { limit: { type: 'string' } },
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, { config, output }: Context): Promise<ExitCode> {
  const limit = Math.min(readLimit(args, DEFAULT_LIMIT), MOST_ACTIONS);
  const answer = await look(config, await manifestOfRuns(config), (ports) => actionsAnswer({ limit }, ports));
  print(answer, output);
  output.data(answer);
  return 0;
}

function print({ actions: found }: ActionsAnswer, output: Output): void {
  if (found.length === 0) {
    output.line('Nobody has done anything by hand yet.');
    return;
  }
  const columns = [
    { title: 'at (UTC)', yields: 1 },
    { title: 'by', yields: 2 },
    { title: 'what' },
    { title: 'of' },
    { title: 'ended', paint: paintStatus, yields: 3 },
    { title: 'reason', wraps: true },
  ];
  const rows = found.map(({ atMs, by, what, target, reason, outcome }) => [
    instant(atMs),
    by,
    what,
    target === ALL ? 'everything' : target,
    outcome.status,
    reason,
  ]);
  output.table(columns, rows);
}

const paintStatus = (status: string): string =>
  status === 'failed' ? paint.bad(status) : status === 'refused' ? paint.warn(status) : status;
