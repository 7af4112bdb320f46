/** Identity tokens of the local cloud: Google's claims, signed by nobody. A receiver can read them but verify nothing. */

/** Seconds a token lasts: https://cloud.google.com/docs/authentication/token-types#id */
export const TOKEN_LIFETIME_SECONDS = 3_600;

/** @param now milliseconds since 1970 */
export function unsignedToken(claims: { audience: string; email: string; now: number }): string {
  const issued = Math.floor(claims.now / 1_000);
  const payload = {
    iss: 'https://accounts.google.com',
    aud: claims.audience,
    azp: claims.email,
    email: claims.email,
    email_verified: true,
    iat: issued,
    exp: issued + TOKEN_LIFETIME_SECONDS,
  };
  return `${encode({ alg: 'none', typ: 'JWT' })}.${encode(payload)}.`;
}

const encode = (part: object): string => Buffer.from(JSON.stringify(part)).toString('base64url');
