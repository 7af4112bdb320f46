/** Keys of organizations: a document each, `orgs/{organization}/keys/{id}`, with the SHA-256 of its text. */
import { randomBytes } from 'node:crypto';
import type { DocumentReference, DocumentSnapshot, Firestore, Timestamp } from '@google-cloud/firestore';
import {
  ApiKey,
  apiKeyHash,
  apiKeyText,
  type FoundKey,
  isSameHash,
  readApiKey,
  SECRET_BYTES,
} from '../../meter/model/api-key.ts';
import type { Organization } from '../../meter/model/organization.ts';
import type { Role } from '../../meter/model/role.ts';
import type { ApiKeys } from '../../meter/ports/api-keys.ts';
import type { SteadyClock } from '../../process/ports.ts';
import { unavailable } from '../firestore-client.ts';
import { recentReads } from './recent-reads.ts';

/** For how long what was read of a key is believed: a key that was revoked elsewhere opens no longer than that. */
export const KEY_CACHE_MS = 30_000;

/** Keys that an instance remembers, and ids that were none. */
const CACHED_KEYS = 10_000;

/** Between two notes that a key was used, all instances together. */
const USED_EVERY_MS = 3_600_000;

const ID = /^[0-9a-f]{16}$/;

interface Stored {
  readonly key: ApiKey;
  readonly hash: string;
  readonly updated: Timestamp | undefined;
  /** By this instance, since it was read. */
  isNoted: boolean;
}

export function firestoreApiKeys(db: Firestore, clock: SteadyClock): ApiKeys {
  const keys = (organization: Organization) => db.collection(`orgs/${organization}/keys`);
  const recent = recentReads<Stored | undefined>({ maxAgeMs: KEY_CACHE_MS, most: CACHED_KEYS, clock });
  const stored = ({ organization, id }: { organization: Organization; id: string }): Promise<Stored | undefined> => {
    const document = keys(organization).doc(id);
    return recent.read(document.path, async () => read(await attempt('the key', () => document.get()), organization));
  };
  return {
    async find(text): Promise<FoundKey> {
      const named = readApiKey(text);
      const found = named === undefined ? undefined : await stored(named);
      if (found === undefined || !isSameHash(found.hash, apiKeyHash(text))) return { kind: 'unknown' };
      await noteUse(keys(found.key.organization).doc(found.key.id), found, clock.now());
      return { kind: found.key.revokedMs === null ? 'valid' : 'revoked', key: found.key };
    },
    async create(organization, role: Role, label) {
      const id = randomBytes(8).toString('hex');
      const text = apiKeyText(organization, id, randomBytes(SECRET_BYTES));
      const key = { id, organization, role, label, createdMs: clock.now(), lastUsedMs: null, revokedMs: null };
      const { organization: _, id: __, ...fields } = ApiKey.parse(key);
      await attempt('the key', () =>
        keys(organization)
          .doc(id)
          .create({ ...fields, hash: apiKeyHash(text) }),
      );
      return { key, text };
    },
    async list(organization) {
      const found = await attempt('the keys', () => keys(organization).orderBy('createdMs').get());
      return found.docs.flatMap((one) => read(one, organization)?.key ?? []);
    },
    async revoke(organization, id) {
      if (!ID.test(id)) return undefined;
      const document = keys(organization).doc(id);
      const key = await attempt('the key', () =>
        db.runTransaction(async (transaction) => {
          const found = read(await transaction.get(document), organization);
          if (found === undefined || found.key.revokedMs !== null) return found?.key;
          const revokedMs = clock.now();
          transaction.update(document, { revokedMs });
          return { ...found.key, revokedMs };
        }),
      );
      recent.forget(document.path);
      return key;
    },
  };
}

/** A document that is no key of ours is none at all: nothing is let in by it. */
function read(found: DocumentSnapshot, organization: Organization): Stored | undefined {
  if (!found.exists) return undefined;
  const key = ApiKey.safeParse({ ...found.data(), organization, id: found.id });
  const hash: unknown = found.get('hash');
  return key.success && typeof hash === 'string'
    ? { key: key.data, hash, updated: found.updateTime, isNoted: false }
    : undefined;
}

/** Of instances that would note it at once one does: the others' precondition fails. That it cannot be noted keeps nobody out. */
async function noteUse(document: DocumentReference, found: Stored, nowMs: number): Promise<void> {
  const { lastUsedMs, revokedMs } = found.key;
  const isDue = revokedMs === null && (lastUsedMs === null || nowMs - lastUsedMs >= USED_EVERY_MS);
  if (!isDue || found.isNoted || found.updated === undefined) return;
  found.isNoted = true;
  try {
    await document.update({ lastUsedMs: nowMs }, { lastUpdateTime: found.updated });
  } catch {
    // Another instance did, or the next that reads the key will.
  }
}

async function attempt<T>(what: string, act: () => Promise<T>): Promise<T> {
  try {
    return await act();
  } catch (thrown) {
    throw unavailable(`${what} could not be read or written`, thrown);
  }
}
