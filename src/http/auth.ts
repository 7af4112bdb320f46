/** Who asks: by a JSON Web Token, or by a key of ours. The organization is the one that these say, and no other. */
import { createSecretKey } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import type { JWTPayload, JWTVerifyOptions } from 'jose';
import { z } from 'zod';
import { API_KEY_PREFIX, type FoundKey } from '../meter/model/api-key.ts';
import { Organization } from '../meter/model/organization.ts';
import { type Role, ROLES } from '../meter/model/role.ts';
import { SYSTEM_CLOCK } from '../process/system-clock.ts';
import type { Clock } from '../process/ports.ts';
import { HttpError } from './http-error.ts';
import type { Caller } from './route.ts';
import { algorithmOf, keySetOf, TokenFault, verified } from './verify-token.ts';

/** Which tokens are taken. Without a secret and without a URL there are keys alone. */
export interface JwtOptions {
  /** At least 32 bytes, as HS256 wants: https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
  readonly secret: string | undefined;
  readonly jwksUrl: string | undefined;
  /** Each is checked where it is given. */
  readonly issuer: string | undefined;
  readonly audience: string | undefined;
}

/** By how much the clock of who made a token may differ from ours. */
export const CLOCK_TOLERANCE_SECONDS = 30;

/** Each kind of key has its own algorithms, so that a public key is never taken for a secret: https://www.rfc-editor.org/rfc/rfc8725#section-3.1 */
const SECRET_ALGORITHMS = ['HS256'];
const PUBLIC_ALGORITHMS = ['RS256', 'ES256', 'EdDSA'];

export type Authenticate = (headers: IncomingHttpHeaders) => Promise<Caller>;

/**
 * What authenticates requests. A key in X-API-Key goes before Authorization, which a proxy may want for itself.
 * @throws {HttpError} 401 that says what was wrong, 403 for another organization in X-Scope-OrgID
 * @throws {RetryableError} UNAVAILABLE while the key set or the store of keys cannot be reached
 */
export function authenticator(
  options: JwtOptions,
  apiKeys: { find(text: string): Promise<FoundKey> },
  clock: Clock = SYSTEM_CLOCK,
): Authenticate {
  const byToken = tokenReader(options, clock);
  return async (headers) => {
    const credential = credentialIn(headers);
    const caller = credential.startsWith(API_KEY_PREFIX)
      ? callerOf(await apiKeys.find(credential))
      : await byToken(credential).catch(refuseFault);
    const scope = headers['x-scope-orgid'];
    if (scope !== undefined && scope !== caller.organization)
      throw new HttpError(
        403,
        'OTHER_ORGANIZATION',
        `X-Scope-OrgID is not ${caller.organization}, whose credential this is: leave the header out.`,
      );
    return caller;
  };
}

/** RFC 6750's scheme in any case, and a token of the characters that it allows. */
const BEARER = /^bearer +([\w.~+/-]+=*)$/i;

function credentialIn(headers: IncomingHttpHeaders): string {
  const key = headers['x-api-key'];
  if (key !== undefined) {
    if (typeof key === 'string' && key.startsWith(API_KEY_PREFIX)) return key;
    throw unauthorized('X-API-Key is no key of Daymill: one begins with dm_');
  }
  if (headers.authorization === undefined) {
    // Who sends nothing is told how, and of no error. https://www.rfc-editor.org/rfc/rfc6750#section-3.1
    const message = 'Say who you are: Authorization: Bearer with a token, or X-API-Key with a key.';
    throw new HttpError(401, 'UNAUTHENTICATED', message, { headers: { 'www-authenticate': CHALLENGE } });
  }
  const [, token] = BEARER.exec(headers.authorization) ?? [];
  if (token === undefined) throw unauthorized('Authorization is not: Bearer and a token');
  return token;
}

function callerOf(found: FoundKey): Caller {
  if (found.kind === 'unknown') throw unauthorized('there is no such key');
  const { key } = found;
  if (key.revokedMs !== null) throw unauthorized(`the key ${key.id} was revoked at ${iso(key.revokedMs)}`);
  return { organization: key.organization, role: key.role, subject: `key:${key.id}` };
}

function refuseFault(thrown: unknown): never {
  throw thrown instanceof TokenFault ? unauthorized(thrown.message) : thrown;
}

function tokenReader(options: JwtOptions, clock: Clock): (token: string) => Promise<Caller> {
  const { issuer, audience, jwksUrl } = options;
  const secret = options.secret === undefined ? undefined : createSecretKey(Buffer.from(options.secret));
  const checked: JWTVerifyOptions = {
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    // One that never expires could never be taken back; keys can.
    requiredClaims: ['exp'],
    ...(issuer === undefined ? {} : { issuer }),
    ...(audience === undefined ? {} : { audience }),
  };
  return async (token) => {
    const algorithm = algorithmOf(token);
    const rules = { ...checked, currentDate: new Date(clock.now()) };
    const isSecret = SECRET_ALGORITHMS.includes(algorithm);
    if (isSecret && secret !== undefined) return tokenCaller(await verified(token, secret, rules, SECRET_ALGORITHMS));
    if (!isSecret && jwksUrl !== undefined && PUBLIC_ALGORITHMS.includes(algorithm))
      return tokenCaller(await verified(token, keySetOf(jwksUrl), rules, PUBLIC_ALGORITHMS));
    const taken = [
      ...(secret === undefined ? [] : SECRET_ALGORITHMS),
      ...(jwksUrl === undefined ? [] : PUBLIC_ALGORITHMS),
    ];
    throw unauthorized(
      taken.length === 0
        ? 'tokens are not taken here, only keys'
        : `the algorithm of the token is not one of ${taken.join(', ')}`,
    );
  };
}

/** As the token has it itself: every object inherits `constructor` and the like. */
const claim = (payload: JWTPayload, name: string): unknown =>
  Object.hasOwn(payload, name) ? payload[name] : undefined;

function tokenCaller(payload: JWTPayload): Caller {
  const organization = Organization.safeParse(claim(payload, 'org'));
  if (!organization.success) throw unauthorized('the claim org of the token is missing, or is no organization');
  const role = ROLES.find((one): one is Role => one === claim(payload, 'role'));
  if (role === undefined) throw unauthorized(`the claim role of the token is not one of ${ROLES.join(', ')}`);
  const subject = claim(payload, 'sub');
  const teams = z.array(z.string().max(255)).max(1_000).optional().safeParse(claim(payload, 'teams'));
  if (!teams.success) throw unauthorized('the claim teams of the token is no list of names');
  return {
    organization: organization.data,
    role,
    subject: typeof subject === 'string' ? subject : 'token',
    ...(teams.data === undefined ? {} : { teams: teams.data }),
  };
}

const CHALLENGE = 'Bearer realm="daymill"';

/** `why` is of our own words: what a quoted string may not have would end it. https://www.rfc-editor.org/rfc/rfc6750#section-3 */
function unauthorized(why: string): HttpError {
  const description = why.replaceAll(/[^\x20-\x7e]|["\\]/g, '?');
  const challenge = `${CHALLENGE}, error="invalid_token", error_description="${description}"`;
  return new HttpError(401, 'UNAUTHENTICATED', `${why.charAt(0).toUpperCase()}${why.slice(1)}.`, {
    headers: { 'www-authenticate': challenge },
  });
}

const iso = (ms: number): string => new Date(ms).toISOString();
