/** What is paid for, and its price in dollars. Pure. */
import { z } from 'zod';
import type { PriceTable } from '../model/price-table.ts';
import { MAX_MEMORY_MB, vcpusOf } from '../model/tier.ts';

export const Cost = z
  .object({
    cells: z.number(),
    tasks: z.number(),
    reads: z.number(),
    writes: z.number(),
    deletes: z.number(),
    /** Of workers, one after another. */
    seconds: z.number(),
    dollars: z.number(),
  })
  .describe('cost');
export type Cost = z.infer<typeof Cost>;

export const NOTHING: Cost = { cells: 0, tasks: 0, reads: 0, writes: 0, deletes: 0, seconds: 0, dollars: 0 };

export const sum = (...costs: readonly Cost[]): Cost =>
  costs.reduce(
    (all, cost) => ({
      cells: all.cells + cost.cells,
      tasks: all.tasks + cost.tasks,
      reads: all.reads + cost.reads,
      writes: all.writes + cost.writes,
      deletes: all.deletes + cost.deletes,
      seconds: all.seconds + cost.seconds,
      dollars: all.dollars + cost.dollars,
    }),
    NOTHING,
  );

/** Of a tier that no service has room for: a laptop may have one. */
const MOST_VCPUS = vcpusOf(MAX_MEMORY_MB) ?? 1;

export function dollarsOf(
  { reads, writes, deletes, seconds }: Pick<Cost, 'reads' | 'writes' | 'deletes' | 'seconds'>,
  requests: number,
  memoryMB: number,
  { firestore, functions }: PriceTable,
): number {
  return (
    reads * firestore.read +
    writes * firestore.write +
    deletes * firestore.delete +
    requests * functions.request +
    seconds * ((vcpusOf(memoryMB) ?? MOST_VCPUS) * functions.vcpuSecond + (memoryMB / 1_024) * functions.gibSecond)
  );
}
