import { createHmac, createSecretKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { createServer } from 'node:http';
import type { IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RetryableError } from '../../src/errors.ts';
import { authenticator, CLOCK_TOLERANCE_SECONDS, type JwtOptions } from '../../src/http/auth.ts';
import { HttpError } from '../../src/http/http-error.ts';
import { type ApiKey, apiKeyText, type FoundKey } from '../../src/meter/model/api-key.ts';

const SECRET = 'a secret of at least thirty-two bytes';
const NOW_MS = Date.parse('2026-11-27T12:00:00Z');
const NOW = NOW_MS / 1_000;
const CLAIMS = { org: 'acme', role: 'developer', sub: 'ann', exp: NOW + 60 };
const NO_OPTIONS: JwtOptions = { secret: undefined, jwksUrl: undefined, issuer: undefined, audience: undefined };
const BY_SECRET: JwtOptions = { ...NO_OPTIONS, secret: SECRET };

const key: ApiKey = {
  id: '0123456789abcdef',
  organization: 'acme',
  role: 'viewer',
  label: '',
  createdMs: 0,
  lastUsedMs: null,
  revokedMs: null,
};
const text = (organization: string, id = key.id): string => apiKeyText(organization, id, new Uint8Array(32));
const KEYS: Readonly<Record<string, FoundKey>> = {
  [text('acme')]: { kind: 'valid', key },
  [text('acme', 'feedfeedfeedfeed')]: { kind: 'revoked', key: { ...key, revokedMs: NOW_MS } },
};
const apiKeys = { find: (sent: string) => Promise.resolve<FoundKey>(KEYS[sent] ?? { kind: 'unknown' }) };

const door = (options: JwtOptions = BY_SECRET) => authenticator(options, apiKeys, { now: () => NOW_MS });
const bearer = (token: string): IncomingHttpHeaders => ({ authorization: `Bearer ${token}` });
const signed = (claims: JWTPayload, secret: string | KeyObject = SECRET, header: Record<string, string> = {}) =>
  new SignJWT(claims)
    .setProtectedHeader({ alg: 'HS256', ...header })
    .sign(typeof secret === 'string' ? createSecretKey(Buffer.from(secret)) : secret);

/** As an attacker writes it, by hand. */
function forged(header: object, claims: string, secret = SECRET): string {
  const parts = [JSON.stringify(header), claims].map((part) => Buffer.from(part).toString('base64url')).join('.');
  return `${parts}.${createHmac('sha256', secret).update(parts).digest('base64url')}`;
}

async function refusal(headers: IncomingHttpHeaders, options?: JwtOptions): Promise<HttpError> {
  try {
    const caller = await door(options)(headers);
    throw new Error(`let in: ${JSON.stringify(caller)}`);
  } catch (thrown) {
    if (thrown instanceof HttpError) return thrown;
    throw thrown;
  }
}

/** What WWW-Authenticate says was wrong. */
async function fault(headers: IncomingHttpHeaders, options?: JwtOptions): Promise<string | undefined> {
  const { status, code, headers: answered } = await refusal(headers, options);
  expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
  const challenge = /^Bearer realm="daymill", error="invalid_token", error_description="([^"\\]+)"$/;
  return challenge.exec(answered['www-authenticate'] ?? '')?.[1];
}

describe('a token that is signed with the secret', () => {
  test('says who asks', async () => {
    const caller = await door()(bearer(await signed(CLAIMS)));
    expect(caller).toEqual({ organization: 'acme', role: 'developer', subject: 'ann' });
  });

  test.each(['bearer', 'BEARER'])('is taken under the scheme %s', async (scheme) => {
    expect(await door()({ authorization: `${scheme} ${await signed(CLAIMS)}` })).toMatchObject({
      organization: 'acme',
    });
  });

  test('holds for as long as clocks may differ, and no longer', async () => {
    const edge = CLOCK_TOLERANCE_SECONDS;
    await door()(bearer(await signed({ ...CLAIMS, exp: NOW - edge + 1, nbf: NOW + edge })));
    expect(await fault(bearer(await signed({ ...CLAIMS, exp: NOW - edge })))).toContain(
      `the token expired at ${new Date(NOW_MS - edge * 1_000).toISOString()}`,
    );
    expect(await fault(bearer(await signed({ ...CLAIMS, nbf: NOW + edge + 1 })))).toContain(
      'the token is not valid yet, but from 2026-11-27T12:00:31.000Z on',
    );
  });

  const { exp: _, ...forEver } = CLAIMS;
  test.each<[string, JWTPayload]>([
    ['the token has no claim exp', forEver],
    ['the claim org', { role: 'admin', exp: CLAIMS.exp }],
    ['the claim org', { ...CLAIMS, org: '' }],
    ['the claim org', { ...CLAIMS, org: '..' }],
    ['the claim org', { ...CLAIMS, org: '__proto__' }],
    ['the claim org', { ...CLAIMS, org: 'acme/keys' }],
    ['the claim org', { ...CLAIMS, org: ['acme'] }],
    ['the claim org', { ...CLAIMS, org: { toString: 'acme' } }],
    ['the claim role', { org: 'acme', exp: CLAIMS.exp }],
    ['the claim role', { ...CLAIMS, role: 'root' }],
    ['the claim role', { ...CLAIMS, role: 'ADMIN' }],
    ['the claim role', { ...CLAIMS, role: 'constructor' }],
    ['the claim role', { ...CLAIMS, role: '__proto__' }],
    ['the claim role', { ...CLAIMS, role: ['admin'] }],
    ['the claim role', { ...CLAIMS, role: 3 }],
  ])('is refused: %s %o', async (why, claims) => {
    expect(await fault(bearer(await signed(claims)))).toContain(why);
  });

  test('is not helped by what it has under __proto__', async () => {
    const claims = `{"exp":${CLAIMS.exp},"__proto__":{"org":"acme","role":"admin"}}`;
    expect(await fault(bearer(forged({ alg: 'HS256' }, claims)))).toContain('the claim org');
    expect(await fault(bearer(forged({ alg: 'HS256', __proto__: { alg: 'none' } }, claims)))).toContain(
      'the claim org',
    );
  });

  test('is checked for its issuer and its audience where they are configured', async () => {
    const options = { ...BY_SECRET, issuer: 'https://issuer', audience: 'daymill' };
    const right = { ...CLAIMS, iss: 'https://issuer', aud: ['other', 'daymill'] };
    expect(await door(options)(bearer(await signed(right)))).toMatchObject({ organization: 'acme' });
    expect(await door()(bearer(await signed(right)))).toMatchObject({ organization: 'acme' });
    for (const [why, wrong] of [
      ['the token is of another issuer', { ...right, iss: 'https://issuer/' }],
      ['the token is for another audience', { ...right, aud: 'other' }],
      ['the token has no claim iss', { ...CLAIMS, aud: 'daymill' }],
      ['the token has no claim aud', { ...CLAIMS, iss: 'https://issuer' }],
    ] as const)
      expect(await fault(bearer(await signed(wrong)), options)).toContain(why);
  });

  test('is refused when another secret signed it, or any character of it is another', async () => {
    expect(await fault(bearer(await signed(CLAIMS, `${SECRET}!`)))).toContain('the signature');
    const token = await signed(CLAIMS);
    await fc.assert(
      fc.asyncProperty(fc.nat(token.length - 2), fc.constantFrom('A', 'Z', '_', '.', '4'), async (at, other) => {
        fc.pre(token[at] !== other);
        const { status } = await refusal(bearer(token.slice(0, at) + other + token.slice(at + 1)));
        expect(status).toBe(401);
      }),
    );
  });

  test('is refused at each length that is not its own', async () => {
    const token = await signed(CLAIMS);
    for (let length = 0; length < token.length; length++)
      expect((await refusal(bearer(token.slice(0, length)))).status).toBe(401);
  });
});

describe('an algorithm', () => {
  test.each(['none', 'None', 'nOnE', 'HS384', 'HS512', 'RS256', '', 'constructor', '__proto__'])(
    'of the name "%s" is refused where a secret is shared',
    async (alg) => {
      expect(await fault(bearer(forged({ alg }, JSON.stringify(CLAIMS))))).toContain('the algorithm');
    },
  );

  test('of the name none is refused without a signature, too', async () => {
    const [header, claims] = forged({ alg: 'none' }, JSON.stringify(CLAIMS)).split('.');
    expect(await fault(bearer(`${header}.${claims}.`))).toContain('the algorithm');
  });

  test('that the header makes critical, or that is no text, is refused', async () => {
    const claims = JSON.stringify(CLAIMS);
    for (const header of [{ alg: 'HS256', crit: ['b64'], b64: false }, { alg: ['HS256'] }, {}, { alg: 1 }])
      expect((await refusal(bearer(forged(header, claims)))).status).toBe(401);
  });

  test('is of no use where no tokens are taken', async () => {
    expect(await fault(bearer(await signed(CLAIMS)), NO_OPTIONS)).toContain('tokens are not taken here');
  });
});

describe('a token that is signed with a key of a set', () => {
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2_048 });
  const pairs = {
    RS256: rsa,
    ES256: generateKeyPairSync('ec', { namedCurve: 'P-256' }),
    EdDSA: generateKeyPairSync('ed25519'),
  };
  let isUp = true;
  let fetches = 0;
  let status = 200;
  const server = createServer((_, response) => {
    fetches++;
    void (async () => {
      const keys = await Promise.all(
        Object.entries(pairs).map(async ([alg, { publicKey }]) =>
          Object.assign(await exportJWK(publicKey), { kid: alg, alg }),
        ),
      );
      if (isUp) response.writeHead(status).end(JSON.stringify({ keys }));
      else response.destroy();
    })();
  });
  let address = '';
  beforeAll(async () => {
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((closed) => server.close(closed)));
  const bySet = (path: string): JwtOptions => ({ ...NO_OPTIONS, jwksUrl: `${address}/${path}` });
  const tokenBy = (alg: keyof typeof pairs, kid: string = alg) => signed(CLAIMS, pairs[alg].privateKey, { alg, kid });

  test.each(['RS256', 'ES256', 'EdDSA'] as const)('%s says who asks', async (alg) => {
    expect(await door(bySet('keys'))(bearer(await tokenBy(alg)))).toEqual({
      organization: 'acme',
      role: 'developer',
      subject: 'ann',
    });
  });

  test('needs the set once, whoever asks', async () => {
    const before = fetches;
    for (let time = 0; time < 5; time++) await door(bySet('once'))(bearer(await tokenBy('ES256')));
    expect(fetches - before).toBe(1);
  });

  test('is refused when its key is not in the set, or is another of the set', async () => {
    expect(await fault(bearer(await tokenBy('RS256', 'old')), bySet('keys'))).toContain('the key set has no key');
    const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
    const token = await signed(CLAIMS, stranger, { alg: 'ES256', kid: 'ES256' });
    expect(await fault(bearer(token), bySet('keys'))).toContain('the signature');
  });

  test('is not to be had by taking the public key for a secret', async () => {
    const pem = rsa.publicKey.export({ type: 'spki', format: 'pem' }).toString();
    const token = forged({ alg: 'HS256', kid: 'RS256' }, JSON.stringify(CLAIMS), pem);
    expect(await fault(bearer(token), bySet('keys'))).toContain('the algorithm');
    expect(await fault(bearer(token), { ...bySet('keys'), secret: SECRET })).toContain('the signature');
  });

  test('lives beside one that is signed with a secret', async () => {
    const both = { ...bySet('keys'), secret: SECRET };
    for (const token of [await tokenBy('EdDSA'), await signed(CLAIMS)])
      expect(await door(both)(bearer(token))).toMatchObject({ subject: 'ann' });
  });

  test('is sent again later when the set cannot be had: it is not the fault of the token', async () => {
    const token = await tokenBy('RS256');
    status = 500;
    await expect(door(bySet('broken'))(bearer(token))).rejects.toThrow(RetryableError);
    status = 200;
    isUp = false;
    await expect(door(bySet('gone'))(bearer(token))).rejects.toThrow(/^The key set could not be had: /);
    isUp = true;
    expect(await door(bySet('gone'))(bearer(token))).toMatchObject({ subject: 'ann' });
  });
});

describe('a key of ours', () => {
  test.each([{ 'x-api-key': text('acme') }, bearer(text('acme'))])('says who asks in %o', async (headers) => {
    expect(await door()(headers)).toEqual({ organization: 'acme', role: 'viewer', subject: `key:${key.id}` });
  });

  test('goes before what a proxy wants for itself', async () => {
    const headers = { 'x-api-key': text('acme'), authorization: "Bearer Google's own" };
    expect(await door(NO_OPTIONS)(headers)).toMatchObject({ organization: 'acme' });
  });

  test('is refused when it was revoked, and is unknown when it is of another organization', async () => {
    expect(
      await fault({
        'x-api-key': text('acme', 'feedfeedfeedfeed'),
      }),
    ).toContain('was revoked at 2026-11-27T12:00:00.000Z');
    expect(await fault({ 'x-api-key': text('other') })).toContain('there is no such key');
    expect(await fault({ 'x-api-key': await signed(CLAIMS) })).toContain('X-API-Key is no key');
    expect(await fault({ 'x-api-key': `${text('acme')}, ${text('acme')}` })).toContain('there is no such key');
  });
});

describe('without a credential', () => {
  test('it is said how, and no error', async () => {
    const { status, headers } = await refusal({});
    expect([status, headers]).toEqual([401, { 'www-authenticate': 'Bearer realm="daymill"' }]);
  });

  test.each(['', 'Bearer', 'Bearer ', 'Basic YTpi', 'Bearer a b', 'Bearer "\\', `Bearer ${'é'.repeat(9)}`])(
    '"%s" is refused',
    async (authorization) => {
      expect(await fault({ authorization })).toContain('Authorization is not');
    },
  );
});

describe('X-Scope-OrgID', () => {
  test('is taken when it is the organization of the credential', async () => {
    for (const headers of [bearer(await signed(CLAIMS)), { 'x-api-key': text('acme') }])
      expect(await door()({ ...headers, 'x-scope-orgid': 'acme' })).toMatchObject({ organization: 'acme' });
  });

  test.each(['other', 'ACME', '', 'acme|other', 'acme, acme'])('is forbidden as "%s"', async (scope) => {
    for (const headers of [bearer(await signed(CLAIMS)), { 'x-api-key': text('acme') }]) {
      const { status, code } = await refusal({ ...headers, 'x-scope-orgid': scope });
      expect([status, code]).toEqual([403, 'OTHER_ORGANIZATION']);
    }
  });

  test('says nothing to who is not let in', async () => {
    expect(
      await fault({
        ...bearer(await signed(CLAIMS, `${SECRET}!`)),
        'x-scope-orgid': 'acme',
      }),
    ).toContain('the signature');
  });
});
