/** Windows as the samples that an evaluation would have seen of them. */
import type { RollupUse } from '../../rollups/choose-resolution.ts';
import type { StoredWindow } from '../../rollups/rollup-part.ts';
import type { SeriesBuilder } from './series-builder.ts';

export function pushWindow(builder: SeriesBuilder, window: StoredWindow, use: RollupUse): void {
  const { count, first, firstAtMs, last, lastAtMs } = window;
  switch (use) {
    case 'ends':
      builder.push(firstAtMs, first);
      if (count === 1) return;
      builder.push(lastAtMs, last);
      builder.weigh(count - 1, window.lost);
      return;
    case 'last':
      builder.push(lastAtMs, last);
      if (!Number.isNaN(window.staleAtMs)) builder.pushStale(window.staleAtMs);
      return;
    // At the last sample, not at the end: what came at midnight is of the day after, and of a window that ends in it.
    case 'sum':
      builder.push(lastAtMs, window.sum);
      builder.weigh(count, 0);
      return;
    case 'min':
    case 'max':
      builder.push(lastAtMs, window[use]);
  }
}
