/** What is known of the window that is under way, of all instances together. */
import { z } from 'zod';
import { UserError } from '../../../errors.ts';
import type { WindowStats } from '../../live/minute.ts';
import { WINDOWS, type WindowName } from '../../live/windows.ts';
import type { Organization } from '../../model/organization.ts';
import type { Label } from '../../model/series.ts';
import type { MinuteStore } from '../../ports/minutes.ts';
import { mergedWindow } from './merged-window.ts';

export const WINDOW_NAMES = Object.keys(WINDOWS) as readonly WindowName[];

const QUANTILES = [0.5, 0.9, 0.95, 0.99];

export const LiveWindow = z.object({
  window: z.string(),
  /** Its beginning. */
  start: z.string(),
  series: z.array(
    z.object({
      labels: z.record(z.string(), z.string()),
      count: z.number(),
      sum: z.number(),
      min: z.number(),
      max: z.number(),
      last: z.number(),
      lastAt: z.string(),
      rate: z.number().optional(),
      quantiles: z.record(z.string(), z.number()).optional(),
    }),
  ),
});
export type LiveWindow = z.infer<typeof LiveWindow>;

/** Of minutes that are over. @throws {UserError} NOT_FOUND, for a window that is none */
export async function liveWindow(
  organization: Organization,
  name: string,
  nowMs: number,
  ports: { readonly minutes: MinuteStore },
): Promise<LiveWindow> {
  const window = WINDOW_NAMES.find((one) => one === name);
  if (window === undefined)
    throw new UserError('NOT_FOUND', `There is no window "${name}": there are ${WINDOW_NAMES.join(', ')}.`);
  const stats = await mergedWindow(organization, { window, atMs: nowMs, quantiles: QUANTILES }, ports);
  const lengthMs = WINDOWS[window] * 60_000;
  return {
    window,
    start: new Date(nowMs - (nowMs % lengthMs)).toISOString(),
    series: [...stats].map(([labels, own]) => rowOf(JSON.parse(labels) as readonly Label[], own)),
  };
}

function rowOf(labels: readonly Label[], stats: WindowStats): LiveWindow['series'][number] {
  const { count, sum, min, max, last, lastAtMs, rate, quantiles } = stats;
  return {
    labels: Object.fromEntries(labels),
    count,
    sum,
    min,
    max,
    last,
    lastAt: new Date(lastAtMs).toISOString(),
    ...(rate === undefined ? {} : { rate }),
    ...(quantiles === undefined
      ? {}
      : { quantiles: Object.fromEntries(QUANTILES.map((q, at) => [String(q), quantiles[at] as number])) }),
  };
}
