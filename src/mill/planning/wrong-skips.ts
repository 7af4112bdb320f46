/**
 * What follows from a skip that was wrong: the computation is distrusted, and all that was skipped on the same ground is made again, once:
 * what a proof spared, because the proof does not count any more; else all that it ever made, for nothing that rests is better founded.
 * What reads it follows by its hashes. Days that end in a run that was claimed since are fresh. When the stored result alone was another
 * than the books tell of, the computation keeps its right, and that day is made again. Pure.
 */
import type { CellKey, Settled } from '../model/cell.ts';
import { toOrdinal } from '../../values/date.ts';
import type { Distrust } from '../model/distrust.ts';
import type { Hash } from '../../values/hash.ts';
import { isClaimedLater, type Run } from '../model/run.ts';
import { againOn, NOTHING_AGAIN } from './again.ts';
import { daySpan } from './day-set.ts';
import { afterNoting, type Standing } from './standing.ts';

export interface WrongSkip extends CellKey {
  readonly run: Pick<Run, 'createdMs' | 'claimedIn'>;
  readonly behaviour: Hash;
  readonly text: string;
  /** Whether a proof had spared it. */
  readonly isCosmetic: boolean;
  readonly isSetBack: boolean;
}

export interface Known {
  /** With what ended meanwhile. */
  readonly standings: ReadonlyMap<string, Standing>;
  readonly distrusted: ReadonlyMap<string, Distrust>;
  readonly settled: (cell: CellKey) => Settled | undefined;
}

/** A run stays open until its last task ends, and is folded each time: what it found is acted on once. */
export function afterWrongSkips(
  { standings, distrusted, settled }: Known,
  found: readonly WrongSkip[],
  sequence: number,
): Pick<Known, 'standings' | 'distrusted'> {
  const now = { standings: new Map(standings), distrusted: new Map(distrusted) };
  for (const skip of found) {
    const { computation, date, run, behaviour, text } = skip;
    const standing = now.standings.get(computation);
    if (standing === undefined) continue;
    if (skip.isSetBack) {
      const day = toOrdinal(date);
      const known = settled(skip);
      const isMended = known !== undefined && isClaimedLater(known, run);
      if (isMended || againOn(standing.again ?? NOTHING_AGAIN, day) !== undefined) continue;
      const one = { reason: { why: 'LOST' as const }, days: daySpan(day, day), since: sequence };
      now.standings.set(computation, afterNoting(standing, one));
      continue;
    }
    const before = now.distrusted.get(computation);
    const known = before?.because === 'AUDIT' && before.behaviour === behaviour ? before : undefined;
    if (skip.isCosmetic) {
      if (known === undefined) now.distrusted.set(computation, { behaviour, because: 'AUDIT', text, times: 0 });
      continue;
    }
    if (known?.foundMs !== undefined && !isAfter(run, known.foundMs, known.foundIn)) continue;
    const times = (known?.times ?? 0) + 1;
    now.distrusted.set(computation, { behaviour, because: 'AUDIT', text, ...foundBy(run), times });
    const one = { reason: { why: 'SUSPECT' as const, date }, days: standing.made, since: sequence };
    now.standings.set(computation, afterNoting(standing, one));
  }
  return now;
}

const foundBy = ({ createdMs, claimedIn }: WrongSkip['run']): Pick<Distrust, 'foundMs' | 'foundIn'> => ({
  foundMs: createdMs,
  ...(claimedIn === undefined ? {} : { foundIn: claimedIn }),
});

/** See `isClaimedLater`. */
const isAfter = (run: WrongSkip['run'], foundMs: number, foundIn: number | undefined): boolean =>
  foundIn !== undefined && run.claimedIn !== undefined ? run.claimedIn > foundIn : run.createdMs > foundMs;
