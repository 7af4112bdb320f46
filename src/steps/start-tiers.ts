/** Where tasks of computations would start, by what became of their earlier ones. */
import pLimit from 'p-limit';
import { type MemoryOfTier, startTier } from '../lifecycle/routing.ts';
import type { Resources } from '../model/task.ts';
import type { Tasks } from './ports.ts';

/** Tasks whose remains are looked at together. */
const SCAN_WIDTH = 20;

export async function startTiers(
  computations: Iterable<string>,
  { tasks, memory }: { readonly tasks: Pick<Tasks, 'lastOf'>; readonly memory: MemoryOfTier },
): Promise<Map<string, Resources>> {
  const limit = pLimit(SCAN_WIDTH);
  const tiers = await Promise.all(
    [...computations].map((name) => limit(async () => [name, startTier(await tasks.lastOf(name), memory)] as const)),
  );
  return new Map(tiers);
}
