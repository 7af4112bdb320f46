/** Registers a runtime under its name: the first time, and again whenever it starts. */
import { z } from 'zod';
import { RetryableError, UserError } from '../../../errors.ts';
import type { Clock } from '../../../process/ports.ts';
import type { OrganizationLimits } from '../../model/limits.ts';
import type { Organization } from '../../model/organization.ts';
import { registeredRuntime, Runtime, runtimeIdOf, type RuntimeRegistration, toldRuntime } from '../../model/runtime.ts';
import type { Runtimes } from '../../ports/runtimes.ts';
import type { KnownRuntimes } from './known-runtimes.ts';

export const RegisterAnswer = z
  .object({ runtime: Runtime, created: z.boolean().describe('false when there was one of that name') })
  .describe('the runtime, from now on');
export type RegisterAnswer = z.infer<typeof RegisterAnswer>;

export interface RegisterPorts {
  readonly runtimes: Runtimes;
  readonly known: KnownRuntimes;
  readonly limits: Pick<OrganizationLimits, 'max_runtimes'>;
  readonly clock: Clock;
}

/**
 * Idempotent by name: the same id again, with what it says of itself now. It counts as heard of. Many that register at once may be a few
 * more than the limit. @throws {UserError} OVER_LIMIT @throws {RetryableError} CONTENTION while one of that name is being deleted, UNAVAILABLE
 */
export async function registerRuntime(
  organization: Organization,
  input: RuntimeRegistration,
  { runtimes, known, limits, clock }: RegisterPorts,
): Promise<RegisterAnswer> {
  const id = runtimeIdOf(input.name);
  const nowMs = clock.now();
  if ((await runtimes.read(organization, id)) === undefined) await checkRoom(organization, { runtimes, limits });
  let created = false;
  const record = await runtimes.change(
    organization,
    id,
    (found) => {
      if (found?.deleting_since !== undefined)
        throw new RetryableError(
          'CONTENTION',
          `The runtime "${input.name}" is being deleted. Register it again in a few seconds.`,
        );
      created = found === undefined;
      return registeredRuntime(input, found, nowMs);
    },
    nowMs,
  );
  if (record === undefined)
    throw new RetryableError('CONTENTION', `The runtime "${input.name}" was not registered. Try again.`);
  known.note(organization, record);
  return { runtime: toldRuntime(record), created };
}

async function checkRoom(
  organization: Organization,
  { runtimes, limits }: Pick<RegisterPorts, 'runtimes' | 'limits'>,
): Promise<void> {
  const count = await runtimes.count(organization);
  if (count < limits.max_runtimes) return;
  throw new UserError(
    'OVER_LIMIT',
    `There are ${count} runtimes, and max_runtimes is ${limits.max_runtimes}. Delete some, or have the limit raised.`,
  );
}
