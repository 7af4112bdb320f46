/** The composition root of the meter: config -> the ports that collecting asks for. */
import { randomBytes, randomUUID } from 'node:crypto';
import type { Config } from './config/config.ts';
import { openFirestore } from './google/firestore-client.ts';
import { firestoreApiKeys } from './google/meter/firestore-api-keys.ts';
import { firestoreDays } from './google/meter/firestore-days.ts';
import { firestoreDeadLetters } from './google/meter/firestore-dead-letters.ts';
import { firestoreSelections } from './google/meter/firestore-selections.ts';
import { firestoreSessions } from './google/meter/firestore-sessions.ts';
import { DEFAULT_LIMITS, type OrganizationLimits } from './meter/model/limits.ts';
import type { Organization } from './meter/model/organization.ts';
import { figures } from './meter/steps/collect/figures.ts';
import { groupCommit } from './meter/steps/collect/group-commit.ts';
import { StruckClaims } from './meter/steps/collect/merge-group.ts';
import { organizationSeries } from './meter/steps/collect/organization-series.ts';
import type { Taken } from './meter/steps/collect/collect.ts';
import { openLog } from './process/log.ts';
import { SYSTEM_CLOCK } from './process/system-clock.ts';

export type MeterPorts = ReturnType<typeof composeMeter>;

export function composeMeter(config: Config) {
  const db = openFirestore(config);
  const days = firestoreDays(db, { clock: SYSTEM_CLOCK });
  const known = organizationSeries(randomBytes(4).readInt32LE());
  const counted = figures(() => SYSTEM_CLOCK.elapsed());
  return {
    db,
    days,
    group: groupCommit({ days, struck: new StruckClaims() }),
    deadLetters: firestoreDeadLetters(db),
    sessions: firestoreSessions(db),
    selections: firestoreSelections(db),
    known,
    seriesOf: (organization: Organization, limits: OrganizationLimits) => known.of(organization, limits),
    figures: counted,
    /** Counted by the door. */
    requests: { underWay: 0 },
    limitsOf: (organization: Organization): Promise<OrganizationLimits> =>
      Promise.resolve(organization === '' ? DEFAULT_LIMITS : (config.collect?.limits ?? DEFAULT_LIMITS)),
    spend: () => Promise.resolve(),
    spendRequest: (organization: Organization, kind: string) => Promise.resolve(void [organization, kind]),
    apiKeys: firestoreApiKeys(db, SYSTEM_CLOCK),
    /** What the environment says goes before what the project says. */
    jwt: {
      secret: config.jwt.secret,
      jwksUrl: config.jwt.jwksUrl ?? config.collect?.jwksUrl,
      issuer: config.jwt.issuer ?? config.collect?.issuer,
      audience: config.jwt.audience ?? config.collect?.audience,
    },
    newId: () => randomUUID(),
    clock: SYSTEM_CLOCK,
    log: openLog(config.logLevel, { worker: config.worker }),
    observe: ({ samples, refused, events, rejected }: Taken) =>
      counted.taken({ samples: samples.length - refused.size, events, rejected }),
    close: () => db.terminate(),
  };
}
