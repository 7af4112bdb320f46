/** A computation without the right to skip: what it returns is not decided by what it reads alone. */
import { z } from 'zod';
import { Hash } from '../../values/hash.ts';
import type { Manifest } from './manifest.ts';
import { behaviourOf } from './vector.ts';

export const Distrust = z.object({
  /** The behaviour (see `behaviourOf`) that showed it: other code is trusted again until it shows the same. */
  behaviour: Hash,
  because: z.enum([
    /** A skipped cell was run again in shadow, and gave another result. */
    'AUDIT',
    /** Two simulations of the same days differed, or it used the clock, chance or the network. */
    'NONDETERMINISTIC',
    /** Its code leads to where no analysis follows: files, the environment, modules whose names are only known when it runs. */
    'UNANALYSABLE',
  ]),
  /** What was seen, for people. */
  text: z.string(),
  /** Of skips that no proof spared: when the run was claimed that found the last wrong one … */
  foundMs: z.number().optional(),
  foundIn: z.number().int().optional(),
  /** … and how many runs found one. */
  times: z.number().int().optional(),
});
export type Distrust = z.infer<typeof Distrust>;

/** What is known against computations, and what the manifest itself says against those of its code. */
export function withUnanalysable(
  distrusted: ReadonlyMap<string, Distrust>,
  { computations }: Pick<Manifest, 'computations'>,
): ReadonlyMap<string, Distrust> {
  const found = computations.flatMap(({ name, fingerprint, untrusted }): [string, Distrust][] => {
    const behaviour = behaviourOf(fingerprint);
    if (untrusted === undefined || distrusted.get(name)?.behaviour === behaviour) return [];
    return [[name, { behaviour, because: 'UNANALYSABLE', text: untrusted }]];
  });
  return found.length === 0 ? distrusted : new Map([...distrusted, ...found]);
}

/** What speaks against code of this behaviour; what was seen of other code does not. */
export const distrustIn = (
  distrusted: ReadonlyMap<string, Distrust>,
  name: string,
  behaviour: Hash,
): Distrust | undefined => {
  const found = distrusted.get(name);
  return found?.behaviour === behaviour ? found : undefined;
};

/**
 * Its history is made again each time that a skip was wrong. What is wrong after that once more is not decided by what it reads: making it
 * a third time would mend nothing.
 */
const MAX_TIMES = 2;

/** Whether looking again at its cells can say nothing new. */
export const isHopelessToWatch = (distrust: Distrust | undefined): boolean =>
  distrust?.because === 'NONDETERMINISTIC' || (distrust?.times ?? 0) >= MAX_TIMES;
