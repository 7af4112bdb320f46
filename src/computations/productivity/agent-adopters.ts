/** Who has ever used every agent. */
import { z } from 'zod';
import { dataset, defineComputation, previous } from '../../index.ts';
import { Adopters, addToolUser, adoptersOn, noToolUsers } from './adopters.ts';
import { AS_SENT } from './checks.ts';
import { agents } from './events.ts';

/**
 * By organization and agent: `acme/reviewer`. State that is carried from day to day. Its bound: of an organization the 500 agents with the most
 * adopters; of each 1,000 hashes of users, or 4,096 letters from the 1,001st on; forgotten after 90 days without use.
 */
export const agentAdopters = defineComputation({
  name: 'agent-adopters',
  category: 'tools',
  productLines: ['productivity'],
  tags: ['agents', 'adoption'],
  description: 'Users so far of every agent, as far as they are to be remembered',
  needs: { agents: dataset(agents), before: previous() },
  output: z.record(z.string(), Adopters),
  checks: AS_SENT,
  headline: (tools) => `${Object.keys(tools).length} agents are remembered`,
  reduce: {
    init: ({ inputs }) => noToolUsers(inputs.before),
    add: (tools, { organization, agent_name, user_id }) => {
      if (user_id !== undefined) addToolUser(tools, organization, agent_name, user_id);
    },
    finish: (tools, { date }) => adoptersOn(date, tools),
  },
});
