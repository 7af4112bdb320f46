/** A day of every command. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { entryWithin, finished, MAX_TOOLS, noEntries } from './bounded-entries.ts';
import { AS_SENT } from './checks.ts';
import { commands } from './events.ts';
import { addRun, emptyRunTally, runFigures, RunFigures } from './run-figures.ts';
import type { RunTally } from './run-figures.ts';

/** By organization and command: `acme/build`. Of an organization with more than 2,000 commands a day the rest is left out. */
export const toolDay = defineComputation({
  name: 'tool-day',
  category: 'tools',
  productLines: ['productivity'],
  tags: ['commands', 'success', 'duration'],
  description: 'Runs of every command: how many, how they ended and how long they took',
  needs: { commands: dataset(commands) },
  output: z.record(z.string(), RunFigures),
  checks: AS_SENT,
  headline: (tools) => `${Object.keys(tools).length} commands were used`,
  // 4 kB a command, of 2,000 commands an organization.
  reduce: {
    init: () => noEntries<RunTally>(),
    add: (tools, { organization, command_name, status, execution_time_ms }) => {
      const tally = entryWithin(tools, organization, command_name, MAX_TOOLS, emptyRunTally);
      if (tally !== undefined) addRun(tally, status, execution_time_ms);
    },
    finish: (tools) => finished(tools, runFigures),
  },
});
