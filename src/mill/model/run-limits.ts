/** What a night may come to, before anything of it is claimed: a slip that would make all of history again is refused instead of paid for. */
import { z } from 'zod';

export const RunLimits = z.strictObject({
  cellsPerRun: z.number().int().positive().optional().describe('cells that are sure to run'),
  dollarsPerRun: z.number().positive().optional().describe('by the estimate that plan prints, of those cells'),
});
export type RunLimits = z.infer<typeof RunLimits>;

/** Of an estimate, what is held against limits: cells that only may run are not. */
interface Sure {
  readonly certain: { readonly cells: number; readonly dollars: number };
  readonly pipeline: { readonly dollars: number };
}

/** What is over its limit, in words; empty when nothing is. */
export function overLimits({ cellsPerRun, dollarsPerRun }: RunLimits, { certain, pipeline }: Sure): string[] {
  const { cells } = certain;
  const dollars = certain.dollars + pipeline.dollars;
  const over: string[] = [];
  if (cellsPerRun !== undefined && cells > cellsPerRun)
    over.push(`${cells} cells would run, and limits.cellsPerRun is ${cellsPerRun}`);
  if (dollarsPerRun !== undefined && dollars > dollarsPerRun)
    over.push(`that would cost about $${dollars.toPrecision(3)}, and limits.dollarsPerRun is $${dollarsPerRun}`);
  return over;
}
