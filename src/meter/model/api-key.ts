/** Keys of machines: what one says of itself, how its text is written and read, and what of it is stored. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { z } from 'zod';
import { Organization } from './organization.ts';
import { ROLES } from './role.ts';

/** Characters of what people call a key. */
export const MAX_LABEL_CHARACTERS = 200;

/** Of 256 bits, as NIST SP 800-63B-4 wants no less than 112 of a secret that nobody has to remember: no salt and no slow hash are needed. */
export const SECRET_BYTES = 32;

export const API_KEY_PREFIX = 'dm_';

export const ApiKey = z.object({
  id: z.string(),
  organization: Organization,
  role: z.enum(ROLES),
  label: z.string().max(MAX_LABEL_CHARACTERS),
  createdMs: z.number(),
  lastUsedMs: z.number().nullable().describe('within an hour; null when it was never used'),
  revokedMs: z.number().nullable(),
});
export type ApiKey = z.infer<typeof ApiKey>;

/** What became of a key that somebody sent. Of one whose secret does not fit nothing is said, as of one that never was. */
export type FoundKey = { readonly kind: 'valid' | 'revoked'; readonly key: ApiKey } | { readonly kind: 'unknown' };

/** Sixteen hexadecimal digits, the secret in base64url without padding: its 256 bits are 43 characters. */
const TEXT = /^dm_([\w-]{2,800})\.([0-9a-f]{16})\.[\w-]{43}$/;

/** `dm_{organization in base64url}.{id}.{secret in base64url}`: a look-up is one read, and a header holds it as it is. */
export const apiKeyText = (organization: Organization, id: string, secret: Uint8Array): string =>
  `${API_KEY_PREFIX}${Buffer.from(organization).toString('base64url')}.${id}.${Buffer.from(secret).toString('base64url')}`;

/** Whose key it says that it is; undefined for what is no key. Nothing of it is verified. */
export function readApiKey(text: string): { readonly organization: Organization; readonly id: string } | undefined {
  const [, encoded, id] = TEXT.exec(text) ?? [];
  if (encoded === undefined || id === undefined) return undefined;
  const { data } = Organization.safeParse(Buffer.from(encoded, 'base64url').toString('utf8'));
  return data === undefined ? undefined : { organization: data, id };
}

/** SHA-256 of the whole text, in hexadecimal: it holds for this organization and this id alone. */
export const apiKeyHash = (text: string): string => createHash('sha256').update(text).digest('hex');

/** In a time that says nothing of where they differ. */
export function isSameHash(left: string, right: string): boolean {
  const [one, other] = [Buffer.from(left), Buffer.from(right)];
  return one.length === other.length && timingSafeEqual(one, other);
}
