/** Tells readers of the live stream what the last minute that is over has come to, of all instances together. */
import { toError } from '../../../errors.ts';
import type { Log } from '../../../process/ports.ts';
import type { FrameContent } from '../../live/frame.ts';
import { MINUTE_MS } from '../../live/minute.ts';
import { LATE_GRACE_MS } from '../../live/windows.ts';
import type { Organization } from '../../model/organization.ts';
import type { MinuteStore } from '../../ports/minutes.ts';
import { liveWindow } from './live-window.ts';

export interface TellWindowsPorts {
  readonly live: {
    read(): readonly Organization[];
    tellHere(organization: Organization, frame: FrameContent): void;
  };
  readonly minutes: MinuteStore;
  readonly clock: { now(): number };
  readonly log: Pick<Log, 'warn'>;
}

/** Only where somebody reads: it costs a read an instance that collects. */
export async function tellWindows({ live, minutes, clock, log }: TellWindowsPorts): Promise<void> {
  for (const organization of live.read()) {
    try {
      const atMs = clock.now() - LATE_GRACE_MS - MINUTE_MS;
      const window = await liveWindow(organization, '1m', atMs, { minutes });
      if (window.series.length > 0)
        live.tellHere(organization, { kind: 'window', devices: [], data: JSON.stringify(window) });
    } catch (thrown) {
      log.warn({ event: 'live.window', organization }, toError(thrown).message);
    }
  }
}
