/** The name of a tier, where a task runs. Which tiers there are is configuration; see tier.ts. */
import { z } from 'zod';

export const TierName = z
  .string()
  .regex(/^[a-z][a-z0-9-]{0,62}$/, 'a tier is named by lower-case letters, digits and dashes, a letter first');
export type TierName = z.infer<typeof TierName>;
