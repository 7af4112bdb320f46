/** A day of everybody who let agents work. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { addUse, AgentUse, emptyUse } from './agent-use.ts';
import { entryWithin, finished, MAX_USERS, noEntries } from './bounded-entries.ts';
import { AS_SENT } from './checks.ts';
import { agents } from './events.ts';
import { organizationOf } from './keys.ts';
import { addName, mostFrequent } from './name-counts.ts';
import type { NameCounts } from './name-counts.ts';
import { addRun, emptyRunTally, runFigures, RunFigures } from './run-figures.ts';
import type { RunTally } from './run-figures.ts';

export const AgentDay = RunFigures.extend(AgentUse.shape).extend({
  /** Runs that do not say how they ended, and those that do not say how long they took. */
  withoutStatus: z.number().int().nonnegative(),
  withoutDuration: z.number().int().nonnegative(),
  /** The five agents that ran most, most first, equals by name. */
  busiest: z.array(z.object({ name: z.string(), runs: z.number().int().positive() })),
});
export type AgentDay = z.infer<typeof AgentDay>;

interface Tally {
  readonly runs: RunTally;
  readonly use: AgentUse;
  readonly names: NameCounts;
}

/** By organization and user: `acme/ann`. Runs that name no user, as those that a schedule starts, are under `acme/`; of users as for `command-day`. */
export const agentDay = defineComputation({
  name: 'agent-day',
  category: 'people',
  productLines: ['productivity'],
  tags: ['agents', 'success', 'tokens', 'duration'],
  description: 'Agent runs of every user: how many, how they ended, how long they took, and what they used',
  needs: { agents: dataset(agents) },
  output: z.record(z.string(), AgentDay),
  checks: AS_SENT,
  headline: (users) => {
    const runs = Object.values(users).reduce((sum, user) => sum + user.runs, 0);
    return `${runs} agent runs in ${new Set(Object.keys(users).map(organizationOf)).size} organizations`;
  },
  // A user takes some kilobytes, however many runs there are: counts of durations, and of at most 1,000 names.
  reduce: {
    init: () => noEntries<Tally>(),
    add: (users, event) => {
      const tally = entryWithin(users, event.organization, event.user_id ?? '', MAX_USERS, emptyTally);
      if (tally === undefined) return;
      addRun(tally.runs, event.status, event.execution_time_ms);
      addUse(tally.use, event);
      addName(tally.names, event.agent_name);
    },
    finish: (users) => finished(users, summary),
  },
});

const emptyTally = (): Tally => ({ runs: emptyRunTally(), use: emptyUse(), names: new Map() });

function summary({ runs, use, names }: Tally): AgentDay {
  const figures = runFigures(runs);
  return {
    ...figures,
    ...use,
    withoutStatus: runs.runs - runs.successes - runs.failures - runs.cancelled,
    withoutDuration: runs.runs - runs.durations.total,
    busiest: mostFrequent(names),
  };
}
