/** A result that some of its entities are not in, because the author's code failed on them. */
import { z } from 'zod';

export const PartialResult = z.object({
  failedEntities: z.number().int().positive(),
  /** Those that it tried, the failed ones among them. */
  entities: z.number().int().positive(),
});
export type PartialResult = z.infer<typeof PartialResult>;
