/** What author code printed while it made a cell: told in the log, and kept with the attempt. */
import { z } from 'zod';

export const PrintedLine = z.object({
  cell: z.string(),
  /** `file:line:column`, of the project's folder; absent where no frame of it was on the stack. */
  at: z.string().optional(),
  text: z.string(),
});
export type PrintedLine = z.infer<typeof PrintedLine>;

/** Of one attempt. */
export const Printed = z.object({
  /** The first few. */
  lines: z.array(PrintedLine),
  /** All of them. */
  count: z.number().int(),
});
export type Printed = z.infer<typeof Printed>;
