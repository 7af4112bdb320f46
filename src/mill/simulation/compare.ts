/** The verdict on two versions of a computation: the same, different, or not proven and why. Pure. */
import { PLACE } from '../model/code-piece.ts';
import type { Comparison, RegisteredPiece, Registration } from '../model/registration.ts';
import { behaviourOf } from '../model/vector.ts';
import { dayNameAt } from './fabricate-days.ts';
import { CHAIN_DAYS, CHAINS, DAY_HASH_LENGTH } from './limits.ts';
import type { Observation } from './simulation-job.ts';

/** What the newer version did on the inputs that the older one was simulated on. */
export type OnOlderInputs = Observation | undefined;

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
  const doubt = unprovable(older, newer);
  if (doubt !== undefined) return said('NOT_PROVEN', doubt);
  const { gone, come } = changedPieces(older.pieces, newer.pieces);
  const count = new Set([...gone, ...come].map(({ id }) => id)).size;
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

/** What is known of a piece without a simulation. */
type SpokenPiece = Omit<RegisteredPiece, 'uncovered' | 'oneSided'>;

interface Changes<P extends SpokenPiece> {
  /** Of the older version: removed, or replaced by another text. */
  readonly gone: readonly P[];
  /** Of the newer version: added, or another text than before. */
  readonly come: readonly P[];
}

/** A piece whose text is the same says something else when a constant that it names does. */
function changedPieces<P extends SpokenPiece>(older: readonly P[], newer: readonly P[]): Changes<P> {
  const keyOf = ({ id, hash, features }: P): string => JSON.stringify([id, hash, features]);
  const without = (pieces: readonly P[], others: readonly P[]): P[] => {
    const same = new Set(others.map(keyOf));
    return pieces.filter((piece) => !same.has(keyOf(piece)));
  };
  return { gone: without(older, newer), come: without(newer, older) };
}

/** Why no simulation could prove the change: what the two versions say is not the same. */
export function unprovableBySyntax(older: readonly SpokenPiece[], newer: readonly SpokenPiece[]): string | undefined {
  const { gone, come } = changedPieces(older, newer);
  for (const { kind, place } of [...come, ...gone]) {
    if (kind === 'data') return `${place} is data, which runs no code that could be seen to do the same`;
    if (kind === 'effect') return `${place} runs when its module is loaded, outside of what is simulated`;
  }
  const lasting = new Set(older.map(({ id }) => id).filter((id) => newer.some((piece) => piece.id === id)));
  const said = rearranged(featuresIn(gone, lasting), featuresIn(come, lasting));
  return said === undefined ? undefined : `${(come[0] ?? gone[0])?.place} ${said}`;
}

/** Why equal days are not enough. */
function unprovable(older: Registration, newer: Registration): string | undefined {
  const syntax = unprovableBySyntax(older.pieces, newer.pieces);
  if (syntax !== undefined) return syntax;
  const { gone, come } = changedPieces(older.pieces, newer.pieces);
  for (const [pieces, before] of [
    [come, ''],
    [gone, ', as it was before,'],
  ] as const) {
    for (const { uncovered, oneSided } of pieces) {
      if (uncovered !== undefined) return `${uncovered}${before} was never executed`;
      if (oneSided !== undefined) return `a condition at ${oneSided}${before} came out one way on all fabricated days`;
    }
  }
  return undefined;
}

type Counts = ReadonlyMap<string, number>;

/** Names of pieces that only one version has say nothing: what these pieces say is among the features themselves. */
function featuresIn(pieces: readonly SpokenPiece[], lasting: ReadonlySet<string>): Counts {
  const counts = new Map<string, number>();
  for (const feature of pieces.flatMap(({ features }) => features)) {
    if (feature.startsWith('@') && !lasting.has(feature.slice(1).split(' ')[0] ?? '')) continue;
    counts.set(feature, (counts.get(feature) ?? 0) + 1);
  }
  return counts;
}

/** Named at most, of each side. */
const NAMED = 3;

/** What one side says more often than the other; undefined when both say the same in another arrangement. */
function rearranged(before: Counts, after: Counts): string | undefined {
  const more = (of: Counts, than: Counts): string[] =>
    [...of].filter(([feature, count]) => count > (than.get(feature) ?? 0)).map(([feature]) => feature);
  const [gone, come] = [more(before, after), more(after, before)];
  if (gone.length + come.length === 0) return undefined;
  const show = (features: readonly string[]): string =>
    features.length === 0
      ? 'nothing'
      : features
          .slice(0, NAMED)
          .map((feature) => `“${feature.replace(PLACE, '…')}”`)
          .join(', ');
  return `says ${show(come)} where it said ${show(gone)}: only a rearrangement can be proven`;
}
