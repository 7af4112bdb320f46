/** Which tier a task belongs on, from what became of its last attempt. Pure. */
import { speaksOfMemory } from '../errors.ts';
import type { Resources, Task } from '../model/task.ts';
import { MAX_ATTEMPTS, MEMORY_DEATH_SHARE } from './limits.ts';

export type MemoryOfTier = Readonly<Record<Resources, number>>;

export type Route =
  | { readonly to: Resources; readonly because?: string }
  /** There is no larger tier. */
  | { readonly to: 'none'; readonly because: string };

/** The evidence of an attempt that ended without an outcome. */
export type Remains = Pick<Task, 'resources' | 'attempts' | 'telemetry' | 'lastError'>;

/**
 * Crash forensics: an attempt that died above 75 % of its tier's memory, or whose error speaks of memory, ran out of it.
 * One that died without a word before its last attempt is moved up as well: memory can be gone between two heartbeats.
 */
export function routeAfterDeath(remains: Remains, memory: MemoryOfTier): Route {
  const because = deathByMemory(remains, memory);
  if (because !== undefined) {
    return remains.resources === 'high-mem' ? { to: 'none', because } : { to: 'high-mem', because };
  }
  if (remains.lastError === undefined && remains.resources === 'standard' && remains.attempts === MAX_ATTEMPTS - 1) {
    return { to: 'high-mem', because: `died ${remains.attempts} times without a word` };
  }
  return { to: remains.resources };
}

/** Why memory is to blame, or undefined. */
export function deathByMemory({ resources, telemetry, lastError }: Remains, memory: MemoryOfTier): string | undefined {
  if (lastError !== undefined && speaksOfMemory(lastError.message))
    return `its error speaks of memory: ${lastError.message}`;
  const rss = telemetry?.lastMemory.rssMB;
  const limit = memory[resources];
  if (rss !== undefined && rss > limit * MEMORY_DEATH_SHARE) {
    return `its last heartbeat showed ${Math.round(rss)} MB of ${limit} MB`;
  }
  return undefined;
}

/** Where a computation starts: on the larger tier while its newest task shows that the standard one was, or would be, too small. */
export function startTier(last: Task | undefined, memory: MemoryOfTier): Resources {
  if (last === undefined) return 'standard';
  if (last.status !== 'COMPLETED' && deathByMemory(last, memory) !== undefined) return 'high-mem';
  const needed = last.resources === 'high-mem' ? (last.telemetry?.peakRssMB ?? 0) : 0;
  return needed > memory.standard * MEMORY_DEATH_SHARE ? 'high-mem' : 'standard';
}
