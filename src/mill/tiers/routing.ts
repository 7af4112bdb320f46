/** Which tier a task belongs on, from what became of its last attempt. Pure. */
import { speaksOfMemory } from '../../errors.ts';
import type { CellError } from '../model/cell.ts';
import type { TierName } from '../model/tier-name.ts';
import type { Outgrown, Task } from '../model/task.ts';
import { largestTier, type Tier, tierAbove, tierNamed, type Tiers } from '../model/tier.ts';
import { HEAP_DEATH_SHARE, MAX_ATTEMPTS, MEMORY_DEATH_SHARE } from '../lifecycle/limits.ts';

export type Route =
  /** Where the next attempt belongs; `outgrown` when memory ended this one. */
  | { readonly to: TierName; readonly because?: string; readonly outgrown?: Outgrown }
  /** There is no larger tier. */
  | { readonly to: undefined; readonly because: string; readonly outgrown: Outgrown };

/** The evidence of an attempt that ended without an outcome. */
export type Remains = Pick<Task, 'resources' | 'attempts' | 'telemetry' | 'lastError'>;

/**
 * Crash forensics: an attempt that died above 75 % of its tier's memory, or with a heap that was nearly full, or whose error speaks
 * of memory, ran out of it.
 * One that died without a word before its last attempt is moved up as well: memory can be gone between two heartbeats.
 */
export function routeAfterDeath(remains: Remains, tiers: Tiers): Route {
  const outgrown = deathByMemory(remains, tiers);
  if (outgrown !== undefined) {
    const to = nextTier(remains, tiers);
    // Which of several tasks took it is not known: where there is nothing larger, none of them is given up for it.
    if (to === undefined && (remains.telemetry?.tasksAtOnce ?? 1) > 1)
      return { to: tierNamed(tiers, remains.resources).name, because: `with other tasks at work, ${outgrown.because}` };
    return { to, because: outgrown.because, outgrown };
  }
  if (remains.lastError === undefined && isBeforeLast(remains)) {
    const to = nextTier(remains, tiers);
    if (to !== undefined) return { to, because: `died ${remains.attempts} times without a word` };
  }
  return { to: tierNamed(tiers, remains.resources).name };
}

/** Why memory is to blame, or undefined. */
export function deathByMemory({ resources, telemetry, lastError }: Remains, tiers: Tiers): Outgrown | undefined {
  const tier = tierNamed(tiers, resources);
  const rss = telemetry?.lastMemory.rssMB;
  const shown = { tier: tier.name, ...(rss === undefined ? {} : { rssMB: rss }) };
  if (lastError !== undefined && speaksOfMemory(lastError.message))
    return { ...shown, because: `its error speaks of memory: ${lastError.message}` };
  const { heapUsedMB = 0, heapLimitMB = Infinity } = telemetry?.lastMemory ?? {};
  if (heapUsedMB > heapLimitMB * HEAP_DEATH_SHARE)
    return {
      ...shown,
      because: `its last heartbeat showed a heap of ${Math.round(heapUsedMB)} MB of ${Math.round(heapLimitMB)} MB`,
    };
  if (rss !== undefined && rss > roomOf(tier.memoryMB))
    return { ...shown, because: `its last heartbeat showed ${Math.round(rss)} MB of ${tier.memoryMB} MB` };
  return undefined;
}

/** What a task may take of a tier's memory. */
const roomOf = (memoryMB: number): number => memoryMB * MEMORY_DEATH_SHARE;

/** The largest where none has room. */
export const smallestTierFor = (peakMB: number, tiers: Tiers): Tier =>
  tiers.find(({ memoryMB }) => peakMB <= roomOf(memoryMB)) ?? largestTier(tiers);

/** The task, with what it has outgrown noted down. */
export const withOutgrown = (task: Task, { outgrown }: Route): Task =>
  outgrown === undefined ? task : { ...task, outgrown: [...(task.outgrown ?? []), outgrown] };

/** The error of a task that ran out of memory on the largest tier, with the figures of each. */
export function outOfTiers({ outgrown = [] }: Task): CellError {
  const figures = outgrown.map(({ tier, because }) => `${tier}: ${because}`).join('; ');
  return {
    code: 'OUT_OF_TIERS',
    message: `out of memory on the largest tier (${figures}); let it hold less at once, or configure a larger tier`,
  };
}

const isBeforeLast = ({ attempts }: Remains): boolean => attempts === MAX_ATTEMPTS - 1;

/** One tier up; the last attempt is made on the largest. */
const nextTier = (remains: Remains, tiers: Tiers): TierName | undefined => {
  const above = tierAbove(tiers, remains.resources);
  return above !== undefined && isBeforeLast(remains) ? largestTier(tiers).name : above?.name;
};
