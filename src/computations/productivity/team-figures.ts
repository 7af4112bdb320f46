/** A team's day, of commands or of agents. */
import { z } from 'zod';
import { entryWithin, MAX_TEAMS } from './bounded-entries.ts';
import type { BoundedEntries } from './bounded-entries.ts';
import { addPerson, countOf, nobody } from './distinct-people.ts';
import type { People } from './distinct-people.ts';
import { teamOf } from './events.ts';
import type { AnyEvent } from './events.ts';
import { addRun, emptyRunTally, runFigures, RunFigures } from './run-figures.ts';
import type { RunStatus, RunTally } from './run-figures.ts';

export const TeamFigures = RunFigures.extend({
  /** Different users; exact up to 1,000, beyond with a standard error of 1.6 %. */
  users: z.number().int().nonnegative(),
  /** Runs of those who say who they are, by user; null where nobody does. */
  runsPerUser: z.number().nonnegative().nullable(),
});
export type TeamFigures = z.infer<typeof TeamFigures>;

/** 100 kB at most, however many runs and users there are. */
export interface TeamTally {
  readonly runs: RunTally;
  readonly people: People;
  /** Runs that say whose they are. */
  signed: number;
}

export const emptyTeamTally = (): TeamTally => ({ runs: emptyRunTally(), people: nobody(), signed: 0 });

/** Of the event's team; what has none, or one of too many, is told together. */
export const teamEntry = <V>(teams: BoundedEntries<V>, event: AnyEvent, make: () => V): V =>
  entryWithin(teams, event.organization, teamOf(event), MAX_TEAMS, make) ??
  (entryWithin(teams, event.organization, '', MAX_TEAMS, make) as V);

export function addTeamRun(
  tally: TeamTally,
  user: string | undefined,
  status: RunStatus | undefined,
  ms: number | undefined,
): void {
  addRun(tally.runs, status, ms);
  if (user === undefined) return;
  tally.signed++;
  addPerson(tally.people, user);
}

export function teamFigures({ runs, people, signed }: TeamTally): TeamFigures {
  const users = countOf(people);
  return { ...runFigures(runs), users, runsPerUser: users === 0 ? null : signed / users };
}
