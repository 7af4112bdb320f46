/** Where live minutes of all instances are kept. */
import type { ClosedMinutes } from '../live/windows.ts';
import type { Organization } from '../model/organization.ts';

export interface MinuteStore {
  /** Once, however often it is written under the same id, of this process and minute. @throws {RetryableError} UNAVAILABLE @throws {TerminalError} TOO_LARGE */
  write(id: string, minutes: ClosedMinutes): Promise<void>;
  /** Parts of minutes since 1970, from `from` up to, and without, `to`; in no order. @throws {RetryableError} UNAVAILABLE */
  read(organization: Organization, from: number, to: number): Promise<readonly Uint8Array[]>;
}
