/** A version of a computation's code as the registry keeps it: what it did on fabricated inputs, and what that proves. */
import { z } from 'zod';
import { CodePiece } from './code-piece.ts';
import { Hash } from '../../values/hash.ts';
import { behaviourOf } from './vector.ts';

/** A piece of code as a version had it; see `CodePiece` for what is not said here. */
export const RegisteredPiece = CodePiece.pick({
  kind: true,
  hash: true,
}).extend({
  /** See `featuresOf`. */
  features: z.array(z.string()),
  /** See `pieceIdIn`. */
  id: z.string(),
  /** Where it is for people: `path:line`. */
  place: z.string(),
  /** The first place in it that the simulation did not run; absent when all of it ran. */
  uncovered: z.string().optional(),
  /** The first condition in it that only came out one way, of those whose other outcome runs nothing of its own. */
  oneSided: z.string().optional(),
});
export type RegisteredPiece = z.infer<typeof RegisteredPiece>;

/** A version that could not be simulated has only `impossible`. */
export const RegisteredSimulation = z.union([
  z.object({ impossible: z.string() }),
  z.object({
    /** Of what it did on all fabricated days. */
    simHash: Hash,
    /** Of the fabricated inputs. */
    inputs: Hash,
    /** One short hash a day, run together. */
    days: z.string(),
    /** Why the same inputs need not give the same; absent when they do. */
    nondeterminism: z.string().optional(),
  }),
]);
export type RegisteredSimulation = z.infer<typeof RegisteredSimulation>;

export const Comparison = z.object({
  /** `behaviourOf` the older version. */
  against: Hash,
  verdict: z.enum(['SAME', 'DIFFERENT', 'NOT_PROVEN']),
  reason: z.string(),
});
export type Comparison = z.infer<typeof Comparison>;

export const Registration = z.object({
  code: Hash,
  layer: Hash,
  /** Version of the simulator that made it. */
  simulator: z.number().int(),
  registeredMs: z.number(),
  simulation: RegisteredSimulation,
  pieces: z.array(RegisteredPiece),
  /** What its code spells out: what was mixed into the fabricated inputs, and what a change of is never proven. */
  numbers: z.array(z.number()),
  strings: z.array(z.string()),
  comparisons: z.array(Comparison),
});
export type Registration = z.infer<typeof Registration>;

/** A version as the registry's index has it: what planning and people ask most, of all computations in one document. */
export const RegisteredVersion = z.object({
  code: Hash,
  layer: Hash,
  simulator: z.number().int(),
  registeredMs: z.number(),
  /** `behaviourOf` the versions that are proven to do the same, through others as well. */
  equivalents: z.array(Hash),
  verdict: z.enum(['FIRST', 'SAME', 'DIFFERENT', 'NOT_PROVEN']),
  /** The older version that the verdict is about; absent for the first. */
  against: z.object({ code: Hash, layer: Hash }).optional(),
  reason: z.string(),
  /** Pieces of code that it reaches, and how many of them the simulation ran as a whole. */
  pieces: z.number().int(),
  covered: z.number().int(),
  /** The first place that it did not run. */
  uncovered: z.string().optional(),
  nondeterminism: z.string().optional(),
});
export type RegisteredVersion = z.infer<typeof RegisteredVersion>;

/** Versions of a computation that the registry remembers: a document holds 1 MiB at most. */
export const MAX_VERSIONS = 6;

/** Equivalent versions that are remembered, the newest: of older ones there are hardly any cells left. */
const MAX_EQUIVALENTS = 64;

/** What the index knows of one computation, with one version more; oldest first. Equivalence goes through and both ways. */
export function withVersion(versions: readonly RegisteredVersion[], added: RegisteredVersion): RegisteredVersion[] {
  const behaviour = behaviourOf(added);
  const before = versions.find((version) => behaviourOf(version) === behaviour);
  const same = new Set([behaviour, ...added.equivalents, ...(before?.equivalents ?? [])]);
  for (const version of versions)
    if (same.has(behaviourOf(version))) version.equivalents.forEach((each) => same.add(each));
  const others = (of: RegisteredVersion): string[] =>
    [...same].filter((each) => each !== behaviourOf(of)).slice(-MAX_EQUIVALENTS);
  return [...versions.filter((version) => version !== before), added]
    .slice(-MAX_VERSIONS)
    .map((version) => (same.has(behaviourOf(version)) ? withEquivalents(version, others(version)) : version));
}

const withEquivalents = (version: RegisteredVersion, equivalents: string[]): RegisteredVersion => ({
  ...version,
  equivalents,
});
