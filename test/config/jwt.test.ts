import { tmpdir } from 'node:os';
import { expect, test } from 'vitest';
import { readConfig } from '../../src/config/config.ts';

const jwtOf = (env: Record<string, string>) => readConfig(env, tmpdir(), 1).jwt;

test('what tokens have to be is read from the environment', () => {
  const nothing = { secret: undefined, jwksUrl: undefined, issuer: undefined, audience: undefined };
  expect(jwtOf({})).toEqual(nothing);
  expect(jwtOf({ DAYMILL_JWT_SECRET: '' })).toEqual(nothing);
  expect(
    jwtOf({
      DAYMILL_JWT_SECRET: 'x'.repeat(32),
      DAYMILL_JWKS_URL: 'https://issuer.example/keys',
      DAYMILL_JWT_ISSUER: 'https://issuer.example/',
      DAYMILL_JWT_AUDIENCE: 'daymill',
    }),
  ).toEqual({
    secret: 'x'.repeat(32),
    jwksUrl: 'https://issuer.example/keys',
    issuer: 'https://issuer.example/',
    audience: 'daymill',
  });
});

test('a secret that is too short is refused, and is not said', () => {
  const short = 'short and sweet';
  expect(() => jwtOf({ DAYMILL_JWT_SECRET: short })).toThrow(
    /environment\.DAYMILL_JWT_SECRET: is no secret of at least 32/,
  );
  expect(() => jwtOf({ DAYMILL_JWT_SECRET: short })).not.toThrow(short);
});

test.each(['http://127.0.0.1:8080/keys', 'http://localhost/keys', 'http://[::1]/keys'])('keys may be at %s', (url) => {
  expect(jwtOf({ DAYMILL_JWKS_URL: url }).jwksUrl).toBe(url);
});

test.each(['http://issuer.example/keys', 'file:///etc/keys', 'keys', 'http://localhost.example/keys'])(
  'keys may not be at %s',
  (url) => {
    expect(() => jwtOf({ DAYMILL_JWKS_URL: url })).toThrow(/DAYMILL_JWKS_URL: is no URL with https/);
  },
);
