/** `daymill dead-letters`: tasks that were given up; show one, replay it, drop it. */
import {
  DeadLetterAnswer,
  deadLetterAnswer,
  DeadLettersAnswer,
  deadLettersAnswer,
} from '../../mill/answers/dead-letters.ts';
import type { Asking } from '../../mill/model/action.ts';
import { dropByHand, replayByHand } from '../../mill/steps/mend/by-hand.ts';
import { ASKING, askingOf, askingUsage } from '../asking.ts';
import { printAttempts } from '../attempt-table.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { collectedDeadLetters, type Word } from '../collected-dead-letters.ts';
import { counted } from '../counted.ts';
import { jsonUsage } from '../describe-schema.ts';
import { change, look } from '../look.ts';
import type { Output } from '../output.ts';
import { manifestOfRuns } from '../project.ts';
import { readOrganization } from '../read-organization.ts';
import type { CommandPorts } from '../with-ports.ts';
import { paint } from '../paint.ts';
import { instant } from '../units.ts';

const USAGE = `daymill dead-letters [list] [--computation NAME] [--date DAY]
       daymill dead-letters show ID
       daymill dead-letters replay ID [--reason TEXT] [--by NAME]
       daymill dead-letters drop ID [--reason TEXT] [--by NAME]
       … --org ORGANIZATION

A dead letter is a task that was given up: its attempts are spent, or no retry helps it (OUT_OF_TIERS, TIMEOUT). It is kept whole until
somebody replays or drops it. The next dispatch tries its cells again all the same; "made since" says that it did, with success.
  list     the open ones, oldest first; --computation and --date narrow it down
  show     one with its attempts
  replay   claims its cells anew; a session that runs makes them now, else the next daymill run does
  drop     leaves it; its attempts stay on record
  --org    instead of tasks, what was refused of the samples and events that this organization sent, a letter a request: replay sends its
           items again, drop removes it
${askingUsage(' ')}
${jsonUsage('  --json   list: ', DeadLettersAnswer, ';')}
${jsonUsage('           show: ', DeadLetterAnswer, ';')}
           replay and drop: {"taskId", "status": REPLAYED or DROPPED, "runId"}
           with --org: the same of letters, {"id"} in place of "taskId"
Exit code: 0 done, 2 wrong use.`;

const ORG = { org: { type: 'string' } } as const;

const commandOf = (
  word: Word,
  open: typeof look,
  run: (id: string, ports: CommandPorts, output: Output, asking: Asking) => Promise<void>,
): Command => ({
  name: `dead-letters ${word}`,
  usage: USAGE,
  positionals: ['ID'],
  options: word === 'show' ? ORG : { ...ORG, ...ASKING },
  reachesCloud: true,
  async run(args, context): Promise<ExitCode> {
    const {
      positionals: [id = ''],
    } = args;
    const { config, env, output } = context;
    const asking = askingOf(args, env);
    if (text(args, 'org') !== undefined)
      await collectedDeadLetters(word, { organization: readOrganization(args), id }, context);
    else await open(config, await manifestOfRuns(config), (ports) => run(id, ports, output, asking));
    return 0;
  },
});

const list: Command = {
  name: 'dead-letters',
  usage: USAGE,
  options: { ...ORG, computation: { type: 'string' }, date: { type: 'string' } },
  reachesCloud: true,
  run: listCommand,
};

export const deadLetters: Command = {
  ...list,
  subcommands: {
    list,
    show: commandOf('show', look, async (id, ports, output) => {
      const answer = await deadLetterAnswer(id, ports);
      printOne(answer, output);
      output.data(answer);
    }),
    replay: commandOf('replay', change, async (id, ports, output, asking) => {
      const { text: said, report } = await replayByHand(id, asking, ports);
      output.line(said);
      output.data(report);
    }),
    drop: commandOf('drop', change, async (id, ports, output, asking) => {
      const { text: said, report } = await dropByHand(id, asking, ports);
      output.line(said);
      output.data(report);
    }),
  },
};

async function listCommand(args: Arguments, context: Context): Promise<ExitCode> {
  const { config, output } = context;
  if (text(args, 'org') !== undefined) {
    await collectedDeadLetters('list', { organization: readOrganization(args) }, context);
    return 0;
  }
  const [computation, date] = [text(args, 'computation'), text(args, 'date')];
  const answer = await look(config, await manifestOfRuns(config), (ports) =>
    deadLettersAnswer({ computation, date }, ports),
  );
  printList(answer, output);
  output.data(answer);
  return 0;
}

function printList({ deadLetters: found }: DeadLettersAnswer, output: Output): void {
  if (found.length === 0) output.line('There are no dead letters.');
  else {
    const columns = [
      { title: 'since (UTC)', yields: 3 },
      { title: 'id' },
      { title: 'cells', align: 'right' as const, yields: 2 },
      { title: 'attempts', align: 'right' as const, yields: 4 },
      { title: 'error', paint: paint.bad },
      { title: 'made since', yields: 1 },
    ];
    const rows = found.map((row) => [
      instant(row.sinceMs),
      row.taskId,
      String(row.cells.length),
      String(row.attempts),
      row.error?.code ?? '',
      row.madeSince ? 'yes' : 'no',
    ]);
    output.table(columns, rows);
  }
}

function printOne({ taskId, runId, status, error, cells, madeSince, history }: DeadLetterAnswer, output: Output): void {
  output.line(`${taskId}   ${status}, run ${runId}`);
  output.line();
  output.line(`Error     ${error === null ? 'unknown' : `${error.code}: ${error.message}`}`);
  output.line(`Cells     ${counted(cells.length, 'cell')} not made: ${cells.join(', ')}`);
  if (madeSince) output.line('          made since, by another task');
  output.line();
  printAttempts(history, 'cell', output);
}
