/** Notes cells that a person wants made again, whatever they were made from: the next dispatch runs them. */
import { RetryableError } from '../../../errors.ts';
import type { DaySet } from '../../planning/day-set.ts';
import { afterNoting, NO_STANDING } from '../../planning/standing.ts';
import type { Planning } from '../../ports/planning.ts';
import type { Clock } from '../../../process/ports.ts';

export interface AskedCells {
  readonly days: ReadonlyMap<string, DaySet>;
  readonly by: string | undefined;
}

export interface AskPorts {
  readonly planning: Planning;
  readonly clock: Clock;
}

/** How often another writer of the planner's state may be faster. */
const COMMIT_ATTEMPTS = 5;

/** In one commit. What is asked for twice before it is claimed runs once. @throws {RetryableError} CONTENTION, UNAVAILABLE */
export async function askAgain({ days, by }: AskedCells, { planning, clock }: AskPorts): Promise<void> {
  const reason = { why: 'ASKED', atMs: clock.now(), ...(by === undefined ? {} : { by }) } as const;
  for (let attempt = 0; attempt < COMMIT_ATTEMPTS; attempt++) {
    const snapshot = await planning.load();
    const standings = new Map(snapshot.standings);
    for (const [name, own] of days) {
      standings.set(
        name,
        afterNoting(standings.get(name) ?? NO_STANDING, { reason, days: own, since: snapshot.sequence + 1 }),
      );
    }
    if (await planning.commit(snapshot, { standings })) return;
  }
  throw new RetryableError('CONTENTION', 'it was not noted: others write the planner’s state all the time; ask again');
}
