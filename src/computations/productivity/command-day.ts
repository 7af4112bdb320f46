/** A day of everybody who ran commands. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { entryWithin, finished, MAX_USERS, noEntries } from './bounded-entries.ts';
import { AS_SENT } from './checks.ts';
import { commands } from './events.ts';
import { organizationOf } from './keys.ts';
import { addName, MAX_NAMES, mostFrequent } from './name-counts.ts';
import type { NameCounts } from './name-counts.ts';
import { addRun, emptyRunTally, runFigures, RunFigures } from './run-figures.ts';
import type { RunTally } from './run-figures.ts';

export const CommandDay = RunFigures.extend({
  /** Different commands, counted up to 1,000. */
  differentCommands: z.number().int().positive().max(MAX_NAMES),
  /** The five that ran most, most first, equals by name. */
  busiest: z.array(z.object({ name: z.string(), runs: z.number().int().positive() })),
});
export type CommandDay = z.infer<typeof CommandDay>;

interface Tally {
  readonly runs: RunTally;
  readonly names: NameCounts;
}

/** By organization and user: `acme/ann`; of an organization with more than 50,000 users a day the rest is left out. */
export const commandDay = defineComputation({
  name: 'command-day',
  category: 'people',
  productLines: ['productivity'],
  tags: ['commands', 'success', 'duration'],
  description: 'Commands of every user: how many, how they ended, how long they took, and which ran most',
  needs: { commands: dataset(commands) },
  output: z.record(z.string(), CommandDay),
  checks: AS_SENT,
  headline: (users) => {
    const runs = Object.values(users).reduce((sum, user) => sum + user.runs, 0);
    const organizations = new Set(Object.keys(users).map(organizationOf)).size;
    return `${runs} commands of ${Object.keys(users).length} users in ${organizations} organizations`;
  },
  // A user takes some kilobytes, however many commands there are: counts of durations, and of at most 1,000 names.
  reduce: {
    init: () => noEntries<Tally>(),
    add: (users, { organization, user_id, command_name, status, execution_time_ms }) => {
      const tally = entryWithin(users, organization, user_id, MAX_USERS, emptyTally);
      if (tally === undefined) return;
      addRun(tally.runs, status, execution_time_ms);
      addName(tally.names, command_name);
    },
    finish: (users) =>
      finished(users, ({ runs, names }) => ({
        ...runFigures(runs),
        differentCommands: names.size,
        busiest: mostFrequent(names),
      })),
  },
});

const emptyTally = (): Tally => ({ runs: emptyRunTally(), names: new Map() });
