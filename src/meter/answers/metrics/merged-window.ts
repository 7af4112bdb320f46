/** A window of all instances together: of the minutes that they have written, merged exactly. */
import type { Organization } from '../../model/organization.ts';
import { mergeParts, MINUTE_MS, windowOf, type WindowStats } from '../../live/minute.ts';
import { decodeMinutePart } from '../../live/minute-part.ts';
import { WINDOWS, type WindowName } from '../../live/windows.ts';
import type { MinuteStore } from '../../ports/minutes.ts';

/**
 * By series, for the window of that name that `atMs` lies in (UTC). Minutes that are not over, or whose grace is not, are not in it yet.
 * It costs a read a minute and instance. @throws {RetryableError} UNAVAILABLE @throws {TerminalError} BAD_SOURCE, on a broken document
 */
export async function mergedWindow(
  organization: Organization,
  {
    window,
    atMs,
    quantiles,
  }: { readonly window: WindowName; readonly atMs: number; readonly quantiles: readonly number[] },
  { minutes }: { readonly minutes: MinuteStore },
): Promise<Map<string, WindowStats>> {
  const length = WINDOWS[window];
  const minute = Math.floor(atMs / MINUTE_MS);
  const from = minute - (minute % length);
  const parts = await minutes.read(organization, from, from + length);
  const merged = mergeParts(parts.map(decodeMinutePart));
  const stats = new Map<string, WindowStats>();
  for (const [name, of] of merged) {
    const found = windowOf([...of], length * MINUTE_MS, quantiles);
    if (found !== undefined) stats.set(name, found);
  }
  return stats;
}
