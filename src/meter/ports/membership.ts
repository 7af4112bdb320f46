/** Where it is kept which events the devices of an organization are registered to. */
import type { DeviceEvents, MembershipChange, MembershipVersion } from '../live/membership.ts';
import type { Organization } from '../model/organization.ts';

export interface MembershipStore {
  /** One read, however many devices there are. @throws {RetryableError} UNAVAILABLE */
  version(organization: Organization): Promise<MembershipVersion>;
  /** A read a part; as they are now, which may be newer than a version that was read before. @throws {RetryableError} UNAVAILABLE */
  parts(organization: Organization, numbers: readonly number[]): Promise<ReadonlyMap<number, DeviceEvents>>;
  /**
   * All of them in one commit with the new version, in their order; answers that version, or undefined when there was nothing to change.
   * @throws {UserError} OVER_LIMIT, on too many events of a device @throws {TerminalError} TOO_LARGE @throws {RetryableError} UNAVAILABLE
   */
  change(organization: Organization, changes: readonly MembershipChange[]): Promise<number | undefined>;
}
