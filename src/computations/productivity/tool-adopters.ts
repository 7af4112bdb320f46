/** Who has ever used every command. */
import { z } from 'zod';
import { dataset, defineComputation, previous } from '../../index.ts';
import { Adopters, addToolUser, adoptersOn, noToolUsers } from './adopters.ts';
import { AS_SENT } from './checks.ts';
import { commands } from './events.ts';

/**
 * By organization and command: `acme/build`. State that is carried from day to day. Its bound: of an organization the 500 commands with the most
 * adopters; of each 1,000 hashes of users, or 4,096 letters from the 1,001st on; forgotten after 90 days without use.
 */
export const toolAdopters = defineComputation({
  name: 'tool-adopters',
  category: 'tools',
  productLines: ['productivity'],
  tags: ['commands', 'adoption'],
  description: 'Users so far of every command, as far as they are to be remembered',
  needs: { commands: dataset(commands), before: previous() },
  output: z.record(z.string(), Adopters),
  checks: AS_SENT,
  headline: (tools) => `${Object.keys(tools).length} commands are remembered`,
  reduce: {
    init: ({ inputs }) => noToolUsers(inputs.before),
    add: (tools, { organization, command_name, user_id }) => addToolUser(tools, organization, command_name, user_id),
    finish: (tools, { date }) => adoptersOn(date, tools),
  },
});
