/** A day of every team: its commands. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { finished, noEntries } from './bounded-entries.ts';
import { AS_SENT } from './checks.ts';
import { commands } from './events.ts';
import { addTeamRun, emptyTeamTally, teamEntry, TeamFigures, teamFigures } from './team-figures.ts';
import type { TeamTally } from './team-figures.ts';

/**
 * By organization and team: `acme/platform`. A command's team is its `team_id`, or `team_id` or `team` of its context; those without,
 * and those of the teams after the first 1,000, are under `acme/`, so that an organization's teams add up to all its commands.
 */
export const teamDay = defineComputation({
  name: 'team-day',
  category: 'teams',
  productLines: ['productivity'],
  tags: ['commands', 'success', 'duration'],
  description: 'Commands of every team: by how many users, how they ended and how long they took',
  needs: { commands: dataset(commands) },
  output: z.record(z.string(), TeamFigures),
  checks: AS_SENT,
  headline: (teams) => `${Object.keys(teams).length} teams ran commands`,
  // 100 kB a team at most, which has a thousand users then.
  reduce: {
    init: () => noEntries<TeamTally>(),
    add: (teams, event) =>
      addTeamRun(teamEntry(teams, event, emptyTeamTally), event.user_id, event.status, event.execution_time_ms),
    finish: (teams) => finished(teams, teamFigures),
  },
});
