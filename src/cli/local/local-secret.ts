/** `.daymill/jwt-secret`: what tokens of the local cloud are signed with. Made when it is first asked for. */
import { randomBytes } from 'node:crypto';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Config } from '../../config/config.ts';
import { UserError } from '../../errors.ts';

/** As HS256 wants: https://www.rfc-editor.org/rfc/rfc7518#section-3.2 */
const SECRET_BYTES = 32;

/** DAYMILL_JWT_SECRET, where it is set. @throws {UserError} BAD_ARGUMENT when the file holds no secret */
export function localSecret({ home, jwt }: Pick<Config, 'home' | 'jwt'>): string {
  if (jwt.secret !== undefined) return jwt.secret;
  const file = join(home, 'jwt-secret');
  const secret = (readIfThere(file) ?? made(file)).trim();
  if (Buffer.byteLength(secret) >= SECRET_BYTES) return secret;
  throw new UserError(
    'BAD_ARGUMENT',
    `${file} holds less than ${SECRET_BYTES} bytes. Remove it: the next daymill serve or token makes it anew.`,
  );
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw thrown;
  }
}

/** It is there whole or not at all: of two processes that make it at once, both have that of the first. */
function made(file: string): string {
  mkdirSync(join(file, '..'), { recursive: true });
  const own = `${file}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(own, `${randomBytes(SECRET_BYTES).toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  try {
    linkSync(own, file);
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code !== 'EEXIST') throw thrown;
  } finally {
    rmSync(own);
  }
  return readFileSync(file, 'utf8');
}
