/** The last days that were run: when each began, how long it took, whether anything of it failed. */
import { z } from 'zod';
import { atMost } from '../../process/at-most.ts';
import { Day } from '../../values/date.ts';
import type { Run } from '../model/run.ts';
import type { Ledger } from '../ports/tasks.ts';

const RanDay = z.object({
  dispatchId: z.string(),
  date: Day,
  startedMs: z.number(),
  /** From its first claim to the last callback that was answered. */
  tookMs: z.number(),
  /** Whether none of its tasks failed, and nobody cancelled it. */
  ok: z.boolean(),
  failedTasks: z.number(),
});
type RanDay = z.infer<typeof RanDay>;

/** Of days that are over, the last first. One that had nothing to do is not on record. */
export const LastDays = z.array(RanDay);
export type LastDays = z.infer<typeof LastDays>;

/** Waves among which the days are looked for; each that is shown costs a read. */
const WAVES_LOOKED_AT = 200;

/** A sweep is of the day that it ends. */
const SWEEP = /\.sweep$/;

export async function lastDays(
  { limit }: { readonly limit: number },
  { ledger }: { readonly ledger: Pick<Ledger, 'runs' | 'failedTasks'> },
): Promise<LastDays> {
  const waves = await ledger.runs(WAVES_LOOKED_AT);
  const days = [...Map.groupBy(waves, ({ dispatchId }) => dispatchId.replace(SWEEP, ''))];
  // The oldest may have begun before what was looked at.
  const whole = waves.length < WAVES_LOOKED_AT ? days : days.slice(0, -1);
  const over = whole.filter(([, its]) => its.every(({ remainingTasks }) => remainingTasks === 0)).slice(0, limit);
  return atMost(over, async ([dispatchId, its]) => dayOf(dispatchId, its, await failedIn(its, ledger)));
}

async function failedIn(waves: readonly Run[], ledger: Pick<Ledger, 'failedTasks'>): Promise<number> {
  const counts = await atMost(waves, ({ id }) => ledger.failedTasks(id));
  return counts.reduce((sum, count) => sum + count, 0);
}

function dayOf(dispatchId: string, waves: readonly Run[], failedTasks: number): RanDay {
  const [head] = waves as [Run, ...Run[]];
  const startedMs = Math.min(...waves.map(({ createdMs }) => createdMs));
  const endedMs = Math.max(...waves.map(({ calledBackMs, createdMs }) => calledBackMs ?? createdMs));
  const isCancelled = waves.some(({ cancelledMs }) => cancelledMs !== undefined);
  return {
    dispatchId,
    date: head.date,
    startedMs,
    tookMs: endedMs - startedMs,
    ok: failedTasks === 0 && !isCancelled,
    failedTasks,
  };
}
