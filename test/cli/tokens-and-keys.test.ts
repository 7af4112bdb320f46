/** `daymill token` and `daymill keys` by the real command line, on a project's local cloud. */
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { authenticator } from '../../src/http/auth.ts';
import { localSecret } from '../../src/cli/local/local-secret.ts';
import { type ShopProject, shopProject } from './shop-project.ts';
import { daymill } from './start-daymill.ts';

const NO_JWT = { secret: undefined, jwksUrl: undefined, issuer: undefined, audience: undefined };

describe('on a laptop', () => {
  let project: ShopProject;
  const run = (...args: string[]) => daymill(project, args);
  beforeAll(() => {
    project = shopProject();
  });
  afterAll(() => project.remove());

  test('a token is made that opens what has the secret of the project', async () => {
    const { code, json } = await run('token', '--org', 'demo', '--role', 'manager', '--expires', '90s', '--json');
    const made = json<{ token: string; organization: string; role: string; expiresAt: string }>();
    expect(code).toBe(0);
    expect(made).toMatchObject({ organization: 'demo', role: 'manager' });
    expect(Date.parse(made.expiresAt) - Date.now()).toBeLessThanOrEqual(90_000);
    const file = join(project.home, 'jwt-secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    const secret = localSecret({ home: project.home, jwt: NO_JWT });
    expect(secret).toBe(readFileSync(file, 'utf8').trim());
    const authenticate = authenticator({ ...NO_JWT, secret }, { find: () => Promise.resolve({ kind: 'unknown' }) });
    expect(await authenticate({ authorization: `Bearer ${made.token}` })).toEqual({
      organization: 'demo',
      role: 'manager',
      subject: 'daymill token',
    });
    const bare = await run('token', '--org', 'demo', '--role', 'viewer');
    expect(bare.stdout).toMatch(/^eyJ[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  test('a secret that is set goes before the file, and a file that holds too little is not used', () => {
    const secret = 's'.repeat(32);
    expect(localSecret({ home: '/nowhere', jwt: { ...NO_JWT, secret } })).toBe(secret);
    writeFileSync(join(project.root, 'jwt-secret'), 'short\n');
    expect(() => localSecret({ home: project.root, jwt: NO_JWT })).toThrow(/holds less than 32 bytes\. Remove it/);
  });

  test.each([
    [['token', '--role', 'admin'], 'Whose? Say --org ORGANIZATION.'],
    [['token', '--org', '..', '--role', 'admin'], '--org: ".." is no organization'],
    [['token', '--org', 'demo'], 'Which role? Say --role, one of viewer, developer, manager, admin.'],
    [['token', '--org', 'demo', '--role', 'root'], '--role takes one of'],
    [['token', '--org', 'demo', '--role', 'admin', '--expires', '2y'], '--expires takes a time'],
    [['token', '--org', 'demo', '--role', 'admin', '--expires', '367d'], '--expires takes a time'],
    [['token', '--org', 'demo', '--role', 'admin', '--expires', '0s'], '--expires takes a time'],
  ])('%o is told what is wrong', async (args, why) => {
    const { code, stderr } = await run(...args);
    expect(code).toBe(2);
    expect(stderr).toContain(why);
  });

  test('keys are made, listed and revoked', async () => {
    expect((await run('keys', '--org', 'demo')).stdout).toBe('demo has no keys.\n');
    const made = await run('keys', 'create', '--org', 'demo', '--role', 'developer', '--label', 'a robot', '--json');
    const { key, text } = made.json<{ key: { id: string }; text: string }>();
    expect(text).toMatch(/^dm_[\w-]+\.[0-9a-f]{16}\.[\w-]{43}$/);
    const listed = await run('keys', 'list', '--org', 'demo', '--json');
    expect(listed.json()).toMatchObject({
      keys: [{ id: key.id, organization: 'demo', role: 'developer', label: 'a robot', revokedMs: null }],
    });
    expect(listed.stdout).not.toContain(text.split('.')[2]);
    expect((await run('keys', 'revoke', key.id, '--org', 'demo')).stdout).toContain(`${key.id} is revoked.`);
    expect((await run('keys', '--org', 'demo', '--json')).json()).toMatchObject({
      keys: [{ id: key.id, revokedMs: expect.any(Number) as number }],
    });
    const unknown = await run('keys', 'revoke', key.id, '--org', 'another');
    expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining(`another has no key ${key.id}`)]);
  });
});
