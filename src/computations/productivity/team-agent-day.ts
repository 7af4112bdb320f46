/** A day of every team: its agents. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { addUse, AgentUse, emptyUse } from './agent-use.ts';
import { finished, noEntries } from './bounded-entries.ts';
import { AS_SENT } from './checks.ts';
import { agents } from './events.ts';
import { addTeamRun, emptyTeamTally, teamEntry, TeamFigures, teamFigures } from './team-figures.ts';
import type { TeamTally } from './team-figures.ts';

export const TeamAgentDay = TeamFigures.extend(AgentUse.shape);
export type TeamAgentDay = z.infer<typeof TeamAgentDay>;

interface Tally {
  readonly team: TeamTally;
  readonly use: AgentUse;
}

/** By organization and team: `acme/platform`, told as for `team-day`; runs without a team are under `acme/`. */
export const teamAgentDay = defineComputation({
  name: 'team-agent-day',
  category: 'teams',
  productLines: ['productivity'],
  tags: ['agents', 'success', 'tokens', 'duration'],
  description: 'Agent runs of every team: by how many users, how they ended, how long they took, and what they used',
  needs: { agents: dataset(agents) },
  output: z.record(z.string(), TeamAgentDay),
  checks: AS_SENT,
  headline: (teams) => `${Object.keys(teams).length} teams let agents work`,
  // 100 kB a team at most, which has a thousand users then.
  reduce: {
    init: () => noEntries<Tally>(),
    add: (teams, event) => {
      const { team, use } = teamEntry(teams, event, emptyTally);
      addTeamRun(team, event.user_id, event.status, event.execution_time_ms);
      addUse(use, event);
    },
    finish: (teams) => finished(teams, ({ team, use }) => ({ ...teamFigures(team), ...use })),
  },
});

const emptyTally = (): Tally => ({ team: emptyTeamTally(), use: emptyUse() });
