/**
 * A small stand-in for Compute Engine's metadata server, so that google-auth-library finds credentials on this machine.
 * Set GCE_METADATA_HOST to its address and METADATA_SERVER_DETECTION=assume-present. Tokens are made up; none works on Google.
 * Paths: https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
 */
import { createServer } from 'node:http';
import type { Listening } from './loopback.ts';
import { listenHttp } from './loopback.ts';
import { TOKEN_LIFETIME_SECONDS, unsignedToken } from './unsigned-token.ts';
import { fromHere } from './from-here.ts';

const ROOT = '/computeMetadata/v1/';
const ACCOUNTS = 'instance/service-accounts';
/** Every answer carries it, and every request below {@link ROOT} must. */
const FLAVOR = 'Google';

/** What makes clients ask it. */
export const metadataEnv = (port: number) => ({
  GCE_METADATA_HOST: `127.0.0.1:${port}`,
  METADATA_SERVER_DETECTION: 'assume-present',
});

/** @throws when the port is taken. */
export function startMetadataServer(options: {
  projectId: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
}): Promise<Listening> {
  const { projectId, clock = Date.now } = options;
  const email = `local@${projectId}.iam.gserviceaccount.com`;
  const scopes = ['https://www.googleapis.com/auth/cloud-platform'];
  const account = { aliases: ['default'], email, scopes };
  const token = { access_token: `local-${projectId}`, expires_in: TOKEN_LIFETIME_SECONDS, token_type: 'Bearer' };
  const values: ReadonlyMap<string, string | object> = new Map<string, string | object>([
    ['instance', 'service-accounts/\n'],
    ['project/project-id', projectId],
    ['universe/universe-domain', 'googleapis.com'],
    [ACCOUNTS, { default: account }],
    [`${ACCOUNTS}/default`, account],
    [`${ACCOUNTS}/default/email`, email],
    [`${ACCOUNTS}/default/scopes`, scopes.join('\n')],
    [`${ACCOUNTS}/default/token`, token],
  ]);

  const answer = (pathname: string, query: URLSearchParams): { status?: number; value: string | object } => {
    const key = pathname.slice(ROOT.length).replace(/\/$/u, '').replace(`/${email}`, '/default');
    if (key === `${ACCOUNTS}/default/identity`) {
      const audience = query.get('audience');
      if (audience !== null) return { value: unsignedToken({ audience, email, now: clock() }) };
      return { status: 400, value: 'The query needs an audience, as in identity?audience=https://example.com.' };
    }
    const value = pathname.startsWith(ROOT) ? values.get(key) : undefined;
    return value === undefined ? { status: 404, value: `The local metadata server has no ${pathname}.` } : { value };
  };

  const server = createServer(
    fromHere((request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://metadata');
      const allowed = request.headers['metadata-flavor'] === FLAVOR;
      const { status = 200, value } =
        pathname === '/'
          ? { value: 'computeMetadata/\n' }
          : allowed
            ? answer(pathname, searchParams)
            : { status: 403, value: 'Missing Metadata-Flavor:Google header.' };
      const type = typeof value === 'string' ? 'application/text' : 'application/json';
      response.writeHead(status, { 'metadata-flavor': FLAVOR, 'content-type': type });
      response.end(typeof value === 'string' ? value : JSON.stringify(value));
    }),
  );
  return listenHttp(server, options.port);
}
