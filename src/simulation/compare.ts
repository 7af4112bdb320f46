/** The verdict on two versions of a computation: the same, different, or not proven and why. Pure. */
import type { Comparison, RegisteredPiece, Registration } from '../model/registration.ts';
import { behaviourOf } from '../model/vector.ts';
import { dayNameAt } from './fabricate-days.ts';
import { CHAIN_DAYS, CHAINS, DAY_HASH_LENGTH } from './limits.ts';
import type { Observation } from './simulation-job.ts';

/** What the newer version did on the inputs that the older one was simulated on. */
export type OnOlderInputs = Observation | undefined;

/** Literals whose coming and going says nothing: counters start at them, and indices step by them. */
const COMMON_NUMBERS = new Set([0, 1]);

/**
 * SAME only when both did the same on the same fabricated inputs, and these ran all code that differs: in the older version what
 * is gone, in the newer one what is new.
 */
export function compare(older: Registration, newer: Registration, onOlderInputs: OnOlderInputs): Comparison {
  const said = (verdict: Comparison['verdict'], reason: string): Comparison => ({
    against: behaviourOf(older),
    verdict,
    reason,
  });
  const obstacle = incomparable(older, newer, onOlderInputs);
  if (obstacle !== undefined) return said('NOT_PROVEN', obstacle);
  const differing = differingDay(older, onOlderInputs);
  if (differing !== undefined) return said('DIFFERENT', `it does something else on a fabricated day (${differing})`);
  const changes = changedPieces(older, newer);
  const doubt = unprovable(older, newer, changes);
  if (doubt !== undefined) return said('NOT_PROVEN', doubt);
  const count = new Set([...changes.gone, ...changes.come].map(({ id }) => id)).size;
  return said(
    'SAME',
    `the same on ${CHAINS * CHAIN_DAYS} fabricated days, which ran every branch of the ${count} changed pieces of code`,
  );
}

function incomparable(older: Registration, newer: Registration, onOlderInputs: OnOlderInputs): string | undefined {
  for (const [which, { simulation }] of [
    ['the older version', older],
    ['it', newer],
  ] as const) {
    if ('impossible' in simulation) return `${which} could not be simulated: ${simulation.impossible}`;
    if (simulation.nondeterminism !== undefined) return `${which} is not deterministic: ${simulation.nondeterminism}`;
  }
  if (older.simulator !== newer.simulator) return 'the older version was simulated by another version of the simulator';
  if (
    onOlderInputs === undefined ||
    !('inputs' in older.simulation) ||
    onOlderInputs.inputs !== older.simulation.inputs
  )
    return 'a schema of what it reads changed, so that the fabricated inputs are others';
  return undefined;
}

function differingDay({ simulation }: Registration, onOlderInputs: OnOlderInputs): string | undefined {
  if ('impossible' in simulation || onOlderInputs === undefined) return undefined;
  if (simulation.days === onOlderInputs.days) return undefined;
  const first = simulation.days.split('').findIndex((digit, index) => digit !== onOlderInputs.days[index]);
  return dayNameAt(Math.floor(first / DAY_HASH_LENGTH));
}

interface Changes {
  /** Of the older version: removed, or replaced by another text. */
  readonly gone: readonly RegisteredPiece[];
  /** Of the newer version: added, or another text than before. */
  readonly come: readonly RegisteredPiece[];
}

function changedPieces(older: Registration, newer: Registration): Changes {
  const without = (pieces: readonly RegisteredPiece[], others: readonly RegisteredPiece[]): RegisteredPiece[] => {
    const same = new Set(others.map(({ id, hash }) => `${id} ${hash}`));
    return pieces.filter(({ id, hash }) => !same.has(`${id} ${hash}`));
  };
  return { gone: without(older.pieces, newer.pieces), come: without(newer.pieces, older.pieces) };
}

/** Why equal days are not enough. */
function unprovable(older: Registration, newer: Registration, { gone, come }: Changes): string | undefined {
  for (const { kind, place } of [...come, ...gone]) {
    if (kind === 'data') return `${place} is data, which runs no code that could be seen to do the same`;
    if (kind === 'effect') return `${place} runs when its module is loaded, outside of what is simulated`;
  }
  const literals = changedLiterals(older, newer);
  if (literals !== undefined) return literals;
  const uncounted = (pieces: readonly RegisteredPiece[]): string =>
    pieces
      .flatMap((piece) => piece.uncounted)
      .sort()
      .join();
  if (uncounted(gone) !== uncounted(come)) {
    const at = [...come, ...gone].find((piece) => piece.uncounted.length > 0);
    return `${at?.place ?? 'the code'} changed a default value or a logical assignment, whose use V8 does not count`;
  }
  const more = (count: 'strict' | 'inclusive'): number => total(come, count) - total(gone, count);
  if (more('strict') * more('inclusive') < 0)
    return `${come[0]?.place ?? 'the code'} compares strictly where it took equals in, or the other way round; equals are rare`;
  const missed = come.find(({ uncovered }) => uncovered !== undefined);
  if (missed !== undefined) return `${missed.uncovered} was never executed`;
  const missedBefore = gone.find(({ uncovered }) => uncovered !== undefined);
  if (missedBefore !== undefined) return `${missedBefore.uncovered}, as it was before, was never executed`;
  return undefined;
}

const total = (pieces: readonly RegisteredPiece[], count: 'strict' | 'inclusive'): number =>
  pieces.reduce((sum, piece) => sum + piece[count], 0);

/** A threshold that moved may lie between two fabricated values. */
function changedLiterals(older: Registration, newer: Registration): string | undefined {
  const spelled = ({ numbers, strings }: Registration): Set<number | string> =>
    new Set([...numbers.filter((number) => !COMMON_NUMBERS.has(number)), ...strings]);
  const [before, after] = [spelled(older), spelled(newer)];
  const show = (literals: readonly (number | string)[]): string =>
    literals.length === 0
      ? 'nothing'
      : literals
          .slice(0, 3)
          .map((literal) => JSON.stringify(literal))
          .join(', ');
  const removed = [...before].filter((literal) => !after.has(literal));
  const added = [...after].filter((literal) => !before.has(literal));
  if (removed.length + added.length === 0) return undefined;
  return `its literals changed (${show(removed)} to ${show(added)}), and no fabricated value may fall between`;
}
