/** `daymill cancel`: stops a run and the rest of its dispatch. */
import { cancelByHand } from '../../mill/steps/mend/by-hand.ts';
import { ASKING, askingOf, askingUsage } from '../asking.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { change } from '../look.ts';
import { manifestOfRuns } from '../project.ts';

export const cancel: Command = {
  name: 'cancel',
  usage: `daymill cancel ID [--reason TEXT] [--by NAME]

Cancels a run by its id, or a whole dispatch by its own. Either way the dispatch claims nothing more: its workflow would only send the same
cells again. Tasks that wait end at once; those at work lose their lease, and nothing that they made after that is stored. Cells that
were not made stay as they were. The workflow is called back and ends by itself.
${askingUsage('  ')}
  --json    {"dispatchId", "runs": [id], "tasks": count, "unanswered": [run id]}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['ID'],
  options: ASKING,
  reachesCloud: true,
  run: runCommand,
};

async function runCommand(args: Arguments, { config, env, output }: Context): Promise<ExitCode> {
  const {
    positionals: [id = ''],
  } = args;
  const asking = askingOf(args, env);
  const acted = await change(config, await manifestOfRuns(config), (ports) => cancelByHand(id, asking, ports));
  output.line(acted.text);
  for (const run of acted.report.unanswered)
    output.trouble(`The workflow that waits for ${run} could not be called back; the reconciler will.`);
  output.data(acted.report);
  return 0;
}
