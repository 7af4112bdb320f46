/** What making a cell took, as its worker saw it. */
import { z } from 'zod';

export const Effort = z.object({
  seconds: z.number().nonnegative(),
  entities: z.number().int().nonnegative(),
  /** Documents of its inputs that were read: what the worker remembered is not among them. */
  reads: z.number().nonnegative(),
  /** Documents of its result: the cell's own, and a shard each. */
  writes: z.number().nonnegative(),
});
export type Effort = z.infer<typeof Effort>;
