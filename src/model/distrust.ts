/** A computation without the right to skip: what it returns is not decided by what it reads alone. */
import { z } from 'zod';
import { Hash } from './hash.ts';

export const Distrust = z.object({
  /** The behaviour (see `behaviourOf`) that showed it: other code is trusted again until it shows the same. */
  behaviour: Hash,
  because: z.enum([
    /** A skipped cell was run again in shadow, and gave another result. */
    'AUDIT',
    /** Two simulations of the same days differed, or it used the clock, chance or the network. */
    'NONDETERMINISTIC',
  ]),
  /** What was seen, for people. */
  text: z.string(),
});
export type Distrust = z.infer<typeof Distrust>;
