/** A version of a computation's code for the registry: what it did, and what that proves against older ones. */
import { type CodePiece, featuresOf, pieceIdIn } from '../../model/code-piece.ts';
import { hashOf } from '../../../values/hash.ts';
import type { Comparison, RegisteredPiece, RegisteredVersion, Registration } from '../../model/registration.ts';
import { behaviourOf } from '../../model/vector.ts';
import { compare } from '../../simulation/compare.ts';
import { literalsOf } from '../../simulation/fabricate-days.ts';
import { SIMULATOR_VERSION } from '../../simulation/limits.ts';
import type { Simulation, SimulationAnswer, SimulationJob } from '../../simulation/simulation-job.ts';
import type { NewVersion } from '../../ports/code.ts';
import type { Remade } from './real-days.ts';

export function newVersion(
  { entry, pieces, literals }: SimulationJob,
  answer: SimulationAnswer,
  older: readonly Registration[],
  nowMs: number,
): NewVersion {
  const { code, layer } = entry.fingerprint;
  const [observed] = answer.kind === 'simulated' ? answer.observations : [];
  const { uncovered, oneSided }: Pick<Simulation, 'uncovered' | 'oneSided'> =
    answer.kind === 'simulated' ? answer : { uncovered: {}, oneSided: {} };
  const features = featuresOf(pieces, entry.module);
  const registered = pieces.map((piece, at) => ({
    ...registeredPiece(piece, entry.module, uncovered[at], oneSided[at]),
    features: features[at] ?? [],
  }));
  const spelled = (what: 'numbers' | 'strings') => [...new Set(pieces.flatMap((piece): unknown[] => piece[what]))];
  const registration: Registration = {
    code,
    layer,
    simulator: SIMULATOR_VERSION,
    registeredMs: nowMs,
    simulation:
      answer.kind === 'simulated' && observed !== undefined
        ? {
            simHash: hashOf(observed.days),
            ...observed,
            ...(answer.nondeterminism === undefined ? {} : { nondeterminism: answer.nondeterminism }),
          }
        : { impossible: answer.kind === 'simulated' ? 'nothing was observed' : answer.reason },
    pieces: registered,
    numbers: (spelled('numbers') as number[]).sort((a, b) => a - b),
    strings: (spelled('strings') as string[]).sort(),
    comparisons: [],
  };
  const behaviour = behaviourOf(registration);
  const others = older.filter((each) => behaviourOf(each) !== behaviour);
  const texts = literals.map((each) => JSON.stringify(each));
  const comparisons = others.map((each) => {
    const at = texts.indexOf(JSON.stringify(literalsOf([each])));
    return compare(each, registration, answer.kind === 'simulated' ? answer.observations[at] : undefined);
  });
  return {
    computation: entry.name,
    registration: { ...registration, comparisons },
    version: versionFrom({ ...registration, comparisons }, others, answer),
  };
}

/** A proof after it was tried on real days. */
export function tried(added: NewVersion, remade: Remade | undefined): NewVersion {
  const { registration, version } = added;
  if (remade === undefined) return added;
  const { cells, tooLarge, differing, impossible } = remade;
  const left = tooLarge === 0 ? '' : `; ${tooLarge} were too large to be made again`;
  const judge = (said: Pick<Comparison, 'verdict' | 'reason'>): Pick<Comparison, 'verdict' | 'reason'> => {
    if (said.verdict !== 'SAME') return said;
    if (differing !== undefined)
      return {
        verdict: 'DIFFERENT',
        reason: `of what is stored for ${differing.date} it makes another result (${differing.what})`,
      };
    if (impossible !== undefined)
      return { verdict: 'NOT_PROVEN', reason: `stored cells could not be made again: ${impossible}` };
    return { verdict: 'SAME', reason: `${said.reason}; so are ${cells} stored cells that were made again${left}` };
  };
  const comparisons = registration.comparisons.map((each) => ({ ...each, ...judge(each) }));
  const isSame = comparisons.some(({ verdict }) => verdict === 'SAME');
  const said = version.verdict === 'FIRST' ? {} : judge({ verdict: version.verdict, reason: version.reason });
  return {
    ...added,
    registration: { ...registration, comparisons },
    version: { ...version, ...said, equivalents: isSame ? version.equivalents : [] },
  };
}

const registeredPiece = (
  piece: CodePiece,
  module: string,
  uncoveredLine: number | undefined,
  oneSidedLine: number | undefined,
): Omit<RegisteredPiece, 'features'> => ({
  id: pieceIdIn(piece, module),
  kind: piece.kind,
  hash: piece.hash,
  place: piece.kind === 'data' ? piece.module : `${piece.module}:${piece.line}`,
  ...(uncoveredLine === undefined ? {} : { uncovered: `${piece.module}:${uncoveredLine}` }),
  ...(oneSidedLine === undefined ? {} : { oneSided: `${piece.module}:${oneSidedLine}` }),
});

function versionFrom(
  { code, layer, simulator, registeredMs, pieces, comparisons, simulation }: Registration,
  others: readonly Registration[],
  answer: SimulationAnswer,
): RegisteredVersion {
  // Proven against any of them is proven; else what is said of the last one says most.
  const told = comparisons.findLast(({ verdict }) => verdict === 'SAME') ?? comparisons.at(-1);
  const against = others.find((each) => told !== undefined && behaviourOf(each) === told.against);
  const covered = 'impossible' in simulation ? [] : pieces.filter(({ uncovered }) => uncovered === undefined);
  const uncovered = pieces.find((piece) => piece.uncovered !== undefined)?.uncovered;
  return {
    code,
    layer,
    simulator,
    registeredMs,
    equivalents: comparisons.flatMap(({ verdict, against }) => (verdict === 'SAME' ? [against] : [])),
    verdict: told?.verdict ?? 'FIRST',
    ...(against === undefined ? {} : { against: { code: against.code, layer: against.layer } }),
    reason:
      told?.reason ?? (answer.kind === 'simulated' ? 'the first version' : `it was not simulated: ${answer.reason}`),
    pieces: pieces.length,
    covered: covered.length,
    ...(uncovered === undefined ? {} : { uncovered }),
    ...('nondeterminism' in simulation ? { nondeterminism: simulation.nondeterminism } : {}),
  };
}
