/** Reads a JSON Web Token that somebody sent, by the keys of who made it. What is wrong with one is said in words that may be shown. */
import type { KeyObject } from 'node:crypto';
import {
  createRemoteJWKSet,
  decodeProtectedHeader,
  errors,
  type JWTPayload,
  type JWTVerifyOptions,
  jwtVerify,
  type RemoteJWKSet,
} from 'jose';
import { RetryableError, toError } from '../errors.ts';

/** The message is what is wrong with the token: of our own words, and a sentence's end. */
export class TokenFault extends Error {
  override readonly name = 'TokenFault';
}

/** For the whole process: each set is fetched once in ten minutes, and for a key that it has not, no sooner than 30 s after. */
const keySets = new Map<string, RemoteJWKSet>();

export function keySetOf(url: string): RemoteJWKSet {
  const found = keySets.get(url) ?? createRemoteJWKSet(new URL(url));
  keySets.set(url, found);
  return found;
}

/** @throws {TokenFault} */
export function algorithmOf(token: string): string {
  try {
    return String(decodeProtectedHeader(token).alg);
  } catch {
    throw new TokenFault('this is no JSON Web Token');
  }
}

/** Its claims, once the signature and the rules hold. @throws {TokenFault}; {RetryableError} UNAVAILABLE while the key set cannot be had */
export async function verified(
  token: string,
  key: KeyObject | RemoteJWKSet,
  rules: JWTVerifyOptions,
  algorithms: string[],
): Promise<JWTPayload> {
  try {
    const pinned = { ...rules, algorithms };
    const { payload } = await (typeof key === 'function'
      ? jwtVerify(token, key, pinned)
      : jwtVerify(token, key, pinned));
    return payload;
  } catch (thrown) {
    const fault = faultIn(thrown);
    if (fault !== undefined) throw new TokenFault(fault);
    // Only fetching the key set is left, which is no fault of the token.
    throw new RetryableError('UNAVAILABLE', `The key set could not be had: ${toError(thrown).message}`, {
      cause: thrown,
    });
  }
}

/** In words; undefined for what is not the token's fault. */
function faultIn(thrown: unknown): string | undefined {
  if (thrown instanceof errors.JWTExpired) return `the token expired${at(thrown.payload.exp)}`;
  if (thrown instanceof errors.JWTClaimValidationFailed) {
    if (thrown.reason === 'missing') return `the token has no claim ${thrown.claim}`;
    if (thrown.claim === 'nbf') return `the token is not valid yet${at(thrown.payload.nbf, ', but from', ' on')}`;
    const what = { iss: 'is of another issuer', aud: 'is for another audience' }[thrown.claim];
    return what === undefined ? `the claim ${thrown.claim} of the token does not hold` : `the token ${what}`;
  }
  if (thrown instanceof errors.JWSSignatureVerificationFailed) return 'the signature of the token does not fit';
  if (thrown instanceof errors.JWKSNoMatchingKey) return 'the key set has no key that fits the token: see its kid';
  if (thrown instanceof errors.JWKSMultipleMatchingKeys)
    return 'several keys of the set fit the token: name one by kid';
  const isToken =
    thrown instanceof errors.JWTInvalid ||
    thrown instanceof errors.JWSInvalid ||
    thrown instanceof errors.JOSEAlgNotAllowed ||
    thrown instanceof errors.JOSENotSupported;
  return isToken ? 'this is no JSON Web Token that can be verified' : undefined;
}

/** A claim may be a number that no date is. */
function at(seconds: unknown, before = ' at', after = ''): string {
  const date = new Date(Number(seconds) * 1_000);
  return Number.isNaN(date.getTime()) ? '' : `${before} ${date.toISOString()}${after}`;
}
