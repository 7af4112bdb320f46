/** Who looks at the page: on a laptop whoever works there, deployed whom Google's Identity-Aware Proxy has signed in. */
import { userInfo } from 'node:os';
import type { IncomingHttpHeaders } from 'node:http';
import type { JWTPayload } from 'jose';
import type { Config } from '../config/config.ts';
import { Organization } from '../meter/model/organization.ts';
import type { Clock } from '../process/ports.ts';
import { SYSTEM_CLOCK } from '../process/system-clock.ts';
import { type Authenticate, CLOCK_TOLERANCE_SECONDS } from './auth.ts';
import { HttpError } from './http-error.ts';
import type { Caller } from './route.ts';
import { keySetOf, TokenFault, verified } from './verify-token.ts';

/** https://cloud.google.com/iap/docs/signed-headers-howto */
const IAP = {
  header: 'x-goog-iap-jwt-assertion',
  keys: 'https://www.gstatic.com/iap/verify/public_key-jwk',
  issuer: 'https://cloud.google.com/iap',
  algorithms: ['ES256'],
} as const;

/** As `daymill token --org` has it, where nobody says whose metrics are looked at. */
const DEFAULT_ORGANIZATION = 'demo';

type SignInConfig = Pick<Config, 'signIn' | 'dashboard' | 'collect'>;

/**
 * What authenticates requests of the page. `keysUrl`: of whom a proxy's word is taken.
 * @throws {HttpError} 401 that says what to do, 403 for the organization of others, 400 for what is none
 * @throws {RetryableError} UNAVAILABLE while Google's keys cannot be had
 */
export function viewSignIn(
  { signIn: { isLocal, audience }, dashboard, collect }: SignInConfig,
  { keysUrl = IAP.keys, clock = SYSTEM_CLOCK }: { readonly keysUrl?: string; readonly clock?: Clock } = {},
): Authenticate {
  const own = dashboard?.organization ?? collect?.owner ?? DEFAULT_ORGANIZATION;
  const admins = new Set(dashboard?.admins.map((email) => email.toLowerCase()));
  return async (headers) => {
    if (isLocal) return callerOf({ role: 'admin', subject: userInfo().username }, headers, own);
    const email = await emailIn(headers, audience, keysUrl, clock);
    return callerOf({ role: admins.has(email) ? 'admin' : 'viewer', subject: email }, headers, own);
  };
}

function callerOf(who: Pick<Caller, 'role' | 'subject'>, headers: IncomingHttpHeaders, own: string): Caller {
  const { 'x-scope-orgid': asked = own } = headers;
  const organization = Organization.safeParse(asked);
  if (!organization.success)
    throw new HttpError(400, 'BAD_ARGUMENT', `"${String(asked)}" is no organization: see org in the address.`);
  if (who.role !== 'admin' && organization.data !== own)
    throw new HttpError(403, 'OTHER_ORGANIZATION', `You see ${own} here. Other organizations are for admins to see.`);
  return { ...who, organization: organization.data };
}

/** In small letters, as Google tells addresses apart. */
async function emailIn(
  headers: IncomingHttpHeaders,
  audience: string | undefined,
  keysUrl: string,
  clock: Clock,
): Promise<string> {
  if (audience === undefined)
    throw unauthorized('This page does not know who signs its visitors in: deploy it by daymill deploy.');
  const assertion = headers[IAP.header];
  if (typeof assertion !== 'string')
    throw unauthorized(
      "This request did not come through Google's sign-in: open the page by its address in a browser.",
    );
  const rules = {
    clockTolerance: CLOCK_TOLERANCE_SECONDS,
    requiredClaims: ['exp', 'iat'],
    issuer: IAP.issuer,
    audience,
    currentDate: new Date(clock.now()),
  };
  try {
    return emailOf(await verified(assertion, keySetOf(keysUrl), rules, [...IAP.algorithms]));
  } catch (thrown) {
    if (!(thrown instanceof TokenFault)) throw thrown;
    throw unauthorized(
      `Google's sign-in was not taken: ${thrown.message}. Load the page again, which signs you in anew.`,
    );
  }
}

function emailOf(payload: JWTPayload): string {
  const email: unknown = Object.hasOwn(payload, 'email') ? payload['email'] : undefined;
  if (typeof email !== 'string' || !email.includes('@')) throw new TokenFault('it does not say who you are');
  return email.toLowerCase();
}

const unauthorized = (detail: string): HttpError => new HttpError(401, 'UNAUTHENTICATED', detail);
