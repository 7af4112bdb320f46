/** A device is registered to an event, or no longer: in one commit, and seen by every instance at its next look. */
import { z } from 'zod';
import { DocumentId } from '../../../values/document-id.ts';
import type { Organization } from '../../model/organization.ts';
import type { MembershipStore } from '../../ports/membership.ts';

/** Of one request; they are one commit. */
const MAX_CHANGES = 1_000;

const MAX_ID_LENGTH = 255;

const id = DocumentId.refine((text) => text.length <= MAX_ID_LENGTH, `is no id: ${MAX_ID_LENGTH} characters at most`);

const Registration = z.strictObject({
  device: id.describe('a runtime, or whatever else can be in an event'),
  event: id.describe('what it is registered to'),
});

export const RegistrationRequest = z
  .strictObject({ registrations: z.array(Registration).min(1).max(MAX_CHANGES) })
  .describe('devices, and the events that they are registered to or are to leave');
export type RegistrationRequest = z.infer<typeof RegistrationRequest>;

export const RegistrationAnswer = z
  .object({
    changed: z.boolean().describe('false when all of it was so before'),
    version: z.number().optional().describe('of the map from now on, when it changed'),
  })
  .describe('what became of it');
export type RegistrationAnswer = z.infer<typeof RegistrationAnswer>;

export interface RegistrationPorts {
  readonly membership: MembershipStore;
}

/** Idempotent. @throws {UserError} OVER_LIMIT @throws {RetryableError} UNAVAILABLE */
export const registerDevices = (
  organization: Organization,
  { registrations }: RegistrationRequest,
  { membership }: RegistrationPorts,
): Promise<RegistrationAnswer> =>
  answered(
    membership.change(
      organization,
      registrations.map((one) => ({ ...one, kind: 'register' as const })),
    ),
  );

/** Idempotent. @throws {RetryableError} UNAVAILABLE */
export const unregisterDevices = (
  organization: Organization,
  { registrations }: RegistrationRequest,
  { membership }: RegistrationPorts,
): Promise<RegistrationAnswer> =>
  answered(
    membership.change(
      organization,
      registrations.map((one) => ({ ...one, kind: 'unregister' as const })),
    ),
  );

async function answered(changing: Promise<number | undefined>): Promise<RegistrationAnswer> {
  const version = await changing;
  return version === undefined ? { changed: false } : { changed: true, version };
}
