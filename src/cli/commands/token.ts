/** `daymill token`: a token for requests to what runs on this machine. */
import { createSecretKey } from 'node:crypto';
import { UserError } from '../../errors.ts';
import { type Arguments, type Command, type Context, type ExitCode, text } from '../command.ts';
import { localSecret } from '../local/local-secret.ts';
import { readOrganization, readRole } from '../read-organization.ts';

const DEFAULT_EXPIRES = '12h';

const SECONDS = { s: 1, m: 60, h: 3_600, d: 86_400 } as const;

/** Of a token that nobody can take back. */
const MAX_SECONDS = 366 * SECONDS.d;

export const token: Command = {
  name: 'token',
  usage: `daymill token --org ORGANIZATION --role ROLE [--expires TIME]

Prints a token that daymill serve takes: curl -H "Authorization: Bearer $(daymill token --org demo --role developer)" …
It is signed with DAYMILL_JWT_SECRET, else with the secret in .daymill/jwt-secret, which is made when it is missing.
  --org       whose it is
  --role      viewer, developer, manager or admin: each may what those before it may
  --expires   for how long it holds, as 90s, 30m, 12h or 7d (default ${DEFAULT_EXPIRES}, at most 366d)
  --json      {"token", "organization", "role", "expiresAt"}
Exit code: 0 done, 2 wrong use.`,
  options: { org: { type: 'string' }, role: { type: 'string' }, expires: { type: 'string' } },
  run: runCommand,
};

async function runCommand(args: Arguments, { config, now, output }: Context): Promise<ExitCode> {
  const [organization, role] = [readOrganization(args), readRole(args)];
  const seconds = readSeconds(text(args, 'expires') ?? DEFAULT_EXPIRES);
  const { secret, jwksUrl, issuer, audience } = config.jwt;
  if (secret === undefined && jwksUrl !== undefined)
    throw new UserError(
      'BAD_ARGUMENT',
      `DAYMILL_JWKS_URL is set: tokens come from whoever publishes ${jwksUrl}. Set DAYMILL_JWT_SECRET to make some here, too.`,
    );
  const issuedAt = Math.floor(now() / 1_000);
  // Loaded here: no other command needs it.
  const { SignJWT } = await import('jose');
  const claims = new SignJWT({ org: organization, role })
    .setProtectedHeader({ alg: 'HS256', typ: 'JWT' })
    .setSubject('daymill token')
    .setIssuedAt(issuedAt)
    .setExpirationTime(issuedAt + seconds);
  if (issuer !== undefined) claims.setIssuer(issuer);
  if (audience !== undefined) claims.setAudience(audience);
  const made = await claims.sign(createSecretKey(Buffer.from(localSecret(config))));
  output.verbatim(made);
  output.data({ token: made, organization, role, expiresAt: new Date((issuedAt + seconds) * 1_000).toISOString() });
  return 0;
}

function readSeconds(typed: string): number {
  const [, count, unit] = /^(\d{1,9})([smhd])$/.exec(typed) ?? [];
  const seconds = Number(count) * SECONDS[(unit ?? 's') as keyof typeof SECONDS];
  if (seconds >= 1 && seconds <= MAX_SECONDS) return seconds;
  throw new UserError(
    'BAD_ARGUMENT',
    `--expires takes a time such as 90s, 30m, 12h or 7d, up to 366d, and "${typed}" is none.`,
  );
}
