/** `daymill cancel`: stops a run and the rest of its dispatch. */
import { cancel as cancelDispatch } from '../../mill/steps/mend/cancel.ts';
import { type Arguments, type Command, type Context, type ExitCode } from '../command.ts';
import { counted } from '../counted.ts';
import { change } from '../look.ts';
import { manifestOfRuns } from '../project.ts';

export const cancel: Command = {
  name: 'cancel',
  usage: `daymill cancel ID

Cancels a run by its id, or a whole dispatch by its own. Either way the dispatch claims nothing more: its workflow would only send the same
cells again. Tasks that wait end at once; those at work lose their lease, and nothing that they made after that is stored. Cells that
were not made stay as they were. The workflow is called back and ends by itself.
  --json   {"dispatchId", "runs": [id], "tasks": count, "unanswered": [run id]}
Exit code: 0 done, 2 wrong use.`,
  positionals: ['ID'],
  options: {},
  reachesCloud: true,
  run: runCommand,
};

async function runCommand({ positionals: [id = ''] }: Arguments, { config, output }: Context): Promise<ExitCode> {
  const report = await change(config, await manifestOfRuns(config), (ports) => cancelDispatch(id, ports));
  output.line(
    `Cancelled ${report.dispatchId}: ${counted(report.tasks, 'task')} of ${counted(report.runs.length, 'open run')} ended. What was made stays.`,
  );
  for (const run of report.unanswered)
    output.trouble(`The workflow that waits for ${run} could not be called back; the reconciler will.`);
  output.data(report);
  return 0;
}
