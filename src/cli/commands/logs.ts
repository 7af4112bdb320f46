/** `daymill logs`: where Google Cloud shows what a run, a task or the whole deployment has logged. */
import { cloudLogs } from '../cloud-logs.ts';
import { UserError } from '../../errors.ts';
import type { Command } from '../command.ts';

export const logs: Command = {
  name: 'logs',
  usage: `daymill logs [ID] --cloud

Prints a link to what the deployed functions and the workflow have logged in the last days: of a run or a task by its id (runs, attempts and
dead-letters print them), or of everything. On a laptop, run and dev print it: DAYMILL_LOG=debug says more.
  --json   {"url", "query"}
Exit code: 0 done, 2 wrong use.`,
  optional: ['ID'],
  options: {},
  reachesCloud: true,
  run({ positionals: [id] }, { config, output }) {
    if (config.target === undefined)
      throw new UserError(
        'BAD_ARGUMENT',
        'Say --cloud: on a laptop, run and dev print what is logged (DAYMILL_LOG=debug says more).',
      );
    const found = cloudLogs(config.target, id);
    output.line(found.url);
    output.data(found);
    return Promise.resolve(0);
  },
};
