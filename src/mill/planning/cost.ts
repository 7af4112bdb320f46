/** What is paid for, and its price in dollars. Pure. */
import { z } from 'zod';
import type { PriceTable } from '../model/price-table.ts';

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
    seconds * (vcpusOf(memoryMB) * functions.vcpuSecond + (memoryMB / 1_024) * functions.gibSecond)
  );
}

/** What a function gets with its memory (cloud.google.com/functions/docs/configuring/memory): MiB, vCPUs. */
const VCPUS: readonly (readonly [memoryMB: number, vcpus: number])[] = [
  [128, 0.083],
  [256, 0.167],
  [512, 0.333],
  [1_024, 0.583],
  [2_048, 1],
  [4_096, 2],
  [8_192, 2],
  [16_384, 4],
  [32_768, 8],
];

const vcpusOf = (memoryMB: number): number => (VCPUS.find(([upTo]) => memoryMB <= upTo) ?? [0, 8])[1];
