/** Code: the versions of each computation that the registry remembers, and what was proven of each. */
import { z } from 'zod';
import type { Manifest, ManifestComputation } from '../model/manifest.ts';
import type { RegisteredVersion } from '../model/registration.ts';
import { behaviourOf } from '../model/vector.ts';
import { dayCount } from '../planning/day-set.ts';
import type { Standing } from '../planning/standing.ts';
import type { Registry } from '../ports/code.ts';
import type { Planning } from '../ports/planning.ts';

const CodeVersion = z.object({
  /** Hashes of its own code, and of what it reaches in other modules. */
  code: z.string(),
  layer: z.string(),
  /** Whether it is the code as it is now. */
  current: z.boolean(),
  /** When it was first looked at; absent of code that no run has seen. */
  sinceMs: z.number().optional(),
  /** Against the older version that it was compared with: proven to do the same, seen to do otherwise, or neither. Absent of the first. */
  verdict: z.enum(['same', 'changed', 'unproven']).optional(),
  because: z.string().optional(),
  /** The first place that no fabricated day ran. */
  unreached: z.array(z.string()),
  /** Pieces of code that it reaches, and how many of them ran as a whole. */
  pieces: z.number().optional(),
  covered: z.number().optional(),
  /** Why the same inputs need not give the same. */
  nondeterminism: z.string().optional(),
  /** Of the current one: cells that rest since it was proven to do what the code did that made them. */
  cellsSaved: z.number().optional(),
});
type CodeVersion = z.infer<typeof CodeVersion>;

export const CodeAnswer = z.object({
  /** In the manifest's order; versions newest first. */
  computations: z.array(z.object({ computation: z.string(), versions: z.array(CodeVersion) })),
});
export type CodeAnswer = z.infer<typeof CodeAnswer>;

export interface CodePorts {
  readonly manifest: Manifest;
  readonly registry: Pick<Registry, 'index'>;
  readonly planning: Pick<Planning, 'load'>;
}

const VERDICTS = { FIRST: undefined, SAME: 'same', DIFFERENT: 'changed', NOT_PROVEN: 'unproven' } as const;

/** Reads the registry's index, which is one document as a rule, whatever the number of computations. */
export async function codeAnswer({ manifest, registry, planning }: CodePorts): Promise<CodeAnswer> {
  const [index, { standings }] = await Promise.all([registry.index(), planning.load()]);
  return {
    computations: manifest.computations.map((entry) => ({
      computation: entry.name,
      versions: versionsOf(entry, index.get(entry.name) ?? [], standings.get(entry.name)),
    })),
  };
}

function versionsOf(
  { fingerprint }: ManifestComputation,
  known: readonly RegisteredVersion[],
  standing: Standing | undefined,
): CodeVersion[] {
  const now = behaviourOf(fingerprint);
  const versions = known
    .map((version) => versionOf(version, behaviourOf(version) === now, standing))
    .sort((a, b) => (b.sinceMs ?? 0) - (a.sinceMs ?? 0));
  if (versions.some(({ current }) => current)) return versions;
  const unseen: CodeVersion = { code: fingerprint.code, layer: fingerprint.layer, current: true, unreached: [] };
  const because = 'no run has looked at it yet';
  return [versions.length === 0 ? { ...unseen, because } : { ...unseen, verdict: 'unproven', because }, ...versions];
}

function versionOf(version: RegisteredVersion, current: boolean, standing: Standing | undefined): CodeVersion {
  const { code, layer, registeredMs, reason, uncovered, pieces, covered, nondeterminism } = version;
  const verdict = VERDICTS[version.verdict];
  return {
    code,
    layer,
    current,
    sinceMs: registeredMs,
    ...(verdict === undefined ? {} : { verdict }),
    because: reason,
    unreached: uncovered === undefined ? [] : [uncovered],
    pieces,
    covered,
    ...(nondeterminism === undefined ? {} : { nondeterminism }),
    ...(current ? { cellsSaved: savedBy(version, standing) } : {}),
  };
}

/** Days that rest for the proof, as of the last plan of this code that was committed. */
function savedBy(version: RegisteredVersion, standing: Standing | undefined): number {
  if (standing === undefined || behaviourOf(standing.fingerprint) !== behaviourOf(version)) return 0;
  const proven = standing.rest.filter(({ reason }) => reason.why === 'COSMETIC');
  return proven.reduce((sum, { days }) => sum + dayCount(days), 0);
}
