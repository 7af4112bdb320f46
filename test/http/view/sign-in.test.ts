/** Who looks at the page: whoever works here, or whom Google's proxy has signed in; by keys of the test's own in the place of Google's. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { userInfo } from 'node:os';
import { exportJWK, type JWTPayload, SignJWT } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { CollectSettings, DashboardSettings } from '../../../src/config/project-settings.ts';
import { HttpError } from '../../../src/http/http-error.ts';
import { viewSignIn } from '../../../src/http/view-sign-in.ts';

const NOW_MS = Date.parse('2026-11-27T12:00:00Z');
const NOW = NOW_MS / 1_000;
const AUDIENCE = '/projects/123456789012/locations/europe-west1/services/daymill-view';
const HEADER = 'x-goog-iap-jwt-assertion';
const CLAIMS = {
  iss: 'https://cloud.google.com/iap',
  aud: AUDIENCE,
  sub: 'accounts.google.com:7',
  email: 'Ann@acme.example',
  iat: NOW - 10,
  exp: NOW + 590,
};
const dashboard = DashboardSettings.parse({ admins: ['ann@acme.example'], organization: 'acme' });
const DEPLOYED: Parameters<typeof viewSignIn>[0] = {
  signIn: { isLocal: false, audience: AUDIENCE },
  dashboard,
  collect: undefined,
};
const LOCAL: Parameters<typeof viewSignIn>[0] = {
  signIn: { isLocal: true, audience: undefined },
  dashboard: undefined,
  collect: undefined,
};

const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const signed = (claims: JWTPayload, key = privateKey) =>
  new SignJWT(claims).setProtectedHeader({ alg: 'ES256', kid: 'iap' }).sign(key);

describe('the page, deployed', () => {
  const server = createServer((_, response) => {
    void exportJWK(publicKey).then((jwk) =>
      response.end(JSON.stringify({ keys: [{ ...jwk, kid: 'iap', alg: 'ES256' }] })),
    );
  });
  let keysUrl = '';
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    keysUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  const door = (config = DEPLOYED) => viewSignIn(config, { keysUrl, clock: { now: () => NOW_MS } });
  const enter = async (claims: JWTPayload, headers: IncomingHttpHeaders = {}) =>
    door()({ ...headers, [HEADER]: await signed(claims) });
  const refusal = async (entering: Promise<unknown>): Promise<HttpError> => {
    const thrown: unknown = await entering.catch((error: unknown) => error);
    if (thrown instanceof HttpError) return thrown;
    throw new Error(`not refused: ${JSON.stringify(thrown)}`);
  };

  test('knows who was signed in, and whether they may act', async () => {
    expect(await enter(CLAIMS)).toEqual({ organization: 'acme', role: 'admin', subject: 'ann@acme.example' });
    expect(await enter({ ...CLAIMS, email: 'bob@acme.example' })).toEqual({
      organization: 'acme',
      role: 'viewer',
      subject: 'bob@acme.example',
    });
  });

  test('shows an organization of others to admins alone', async () => {
    const other = { 'x-scope-orgid': 'umbrella' };
    expect(await enter(CLAIMS, other)).toMatchObject({ organization: 'umbrella' });
    const viewer = { ...CLAIMS, email: 'bob@acme.example' };
    expect(await refusal(enter(viewer, other))).toMatchObject({ status: 403, code: 'OTHER_ORGANIZATION' });
    expect(await enter(viewer, { 'x-scope-orgid': 'acme' })).toMatchObject({ organization: 'acme' });
    expect(await refusal(enter(CLAIMS, { 'x-scope-orgid': '..' }))).toMatchObject({ status: 400 });
  });

  test.each([
    ['is of another issuer', { iss: 'https://accounts.google.com' }],
    ['is for another audience', { aud: AUDIENCE.replace('daymill', 'shop') }],
    ['expired at 2026-11-27T11:58:20', { exp: NOW - 100 }],
    ['no claim exp', { exp: undefined }],
    ['does not say who you are', { email: undefined }],
    ['does not say who you are', { email: 7 }],
  ])('takes no word that %s', async (why, wrong) => {
    const { status, code, message } = await refusal(enter({ ...CLAIMS, ...wrong } as JWTPayload));
    expect([status, code]).toEqual([401, 'UNAUTHENTICATED']);
    expect(message).toContain(why);
    expect(message).toContain('Load the page again');
  });

  test('takes nobody else’s word, and no other way of giving it', async () => {
    const entering = async (headers: IncomingHttpHeaders) => refusal(door()(headers));
    expect(await entering({ [HEADER]: await signed(CLAIMS, stranger) })).toMatchObject({
      status: 401,
      message: expect.stringContaining('the signature of the token does not fit') as string,
    });
    const none = `${Buffer.from('{"alg":"none"}').toString('base64url')}.${Buffer.from(JSON.stringify(CLAIMS)).toString('base64url')}.`;
    for (const assertion of [none, 'x', '', await signed(CLAIMS).then((token) => `${token}x`)])
      expect(await entering({ [HEADER]: assertion })).toMatchObject({ status: 401 });
    for (const headers of [
      {},
      { authorization: `Bearer ${await signed(CLAIMS)}` },
      { 'x-goog-authenticated-user-email': 'accounts.google.com:ann@acme.example' },
    ])
      expect(await entering(headers)).toMatchObject({
        status: 401,
        message: expect.stringContaining('open the page by its address') as string,
      });
  });

  test('lets nobody in where it was not told whose word to take', async () => {
    const config = { ...DEPLOYED, signIn: { isLocal: false, audience: undefined } };
    const entering = door(config)({ [HEADER]: await signed(CLAIMS) });
    expect(await refusal(entering)).toMatchObject({
      status: 401,
      message: expect.stringContaining('daymill deploy') as string,
    });
  });

  test('waits for keys that cannot be had, rather than refuse', async () => {
    const config = { keysUrl: 'http://127.0.0.1:1/', clock: { now: () => NOW_MS } };
    await expect(viewSignIn(DEPLOYED, config)({ [HEADER]: await signed(CLAIMS) })).rejects.toMatchObject({
      code: 'UNAVAILABLE',
    });
  });
});

test('on Cloud Run nobody is let in unasked, whatever the variables say', async () => {
  const env = { DAYMILL_ROOT: '/nowhere', DAYMILL_VIEW: 'local' };
  expect(readConfig(env, '/', 1).signIn).toEqual({ isLocal: true, audience: undefined });
  const deployed = readConfig({ ...env, K_REVISION: 'daymill-view-00001-abc' }, '/', 1);
  await expect(viewSignIn(deployed)({})).rejects.toMatchObject({ status: 401 });
});

test('on a laptop it is who works there, and any organization is theirs to see', async () => {
  const subject = userInfo().username;
  expect(await viewSignIn(LOCAL)({})).toEqual({ organization: 'demo', role: 'admin', subject });
  expect(await viewSignIn(LOCAL)({ 'x-scope-orgid': 'acme' })).toMatchObject({ organization: 'acme' });
  const collect = CollectSettings.parse({ owner: 'umbrella' });
  expect(await viewSignIn({ ...LOCAL, collect })({})).toMatchObject({ organization: 'umbrella' });
  expect(await viewSignIn({ ...LOCAL, dashboard, collect })({})).toMatchObject({ organization: 'acme' });
});
