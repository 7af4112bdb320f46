/**
 * A small stand-in for Compute Engine's metadata server, so that google-auth-library finds credentials on this machine.
 * Set GCE_METADATA_HOST to its address and METADATA_SERVER_DETECTION=assume-present. Tokens are made up; none works on Google.
 * Paths: https://cloud.google.com/compute/docs/metadata/predefined-metadata-keys
 */
import type { ServerResponse } from 'node:http';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { TOKEN_LIFETIME_SECONDS, unsignedToken } from './unsigned-token.ts';

const ROOT = '/computeMetadata/v1/';
/** Every answer carries it, and every request below {@link ROOT} must. */
const FLAVOR = 'Google';

/** @throws when the port is taken. */
export async function startMetadataServer(options: {
  projectId: string;
  /** 0, the default, takes a free one. */
  port?: number;
  /** Milliseconds since 1970. */
  clock?: () => number;
}): Promise<{ port: number; close(): Promise<void> }> {
  const { projectId, clock = Date.now } = options;
  const email = `local@${projectId}.iam.gserviceaccount.com`;
  const scopes = ['https://www.googleapis.com/auth/cloud-platform'];

  const account: Record<string, (query: URLSearchParams) => string | object> = {
    '': () => ({ aliases: ['default'], email, scopes }),
    email: () => email,
    scopes: () => scopes.join('\n'),
    token: () => ({ access_token: `local-${projectId}`, expires_in: TOKEN_LIFETIME_SECONDS, token_type: 'Bearer' }),
    identity: (query) => {
      const audience = query.get('audience');
      if (audience === null)
        throw new Error('The query needs an audience, as in identity?audience=https://example.com.');
      return unsignedToken({ audience, email, now: clock() });
    },
  };
  const values: Record<string, () => string | object> = {
    instance: () => 'service-accounts/\n',
    'project/project-id': () => projectId,
    'universe/universe-domain': () => 'googleapis.com',
    'instance/service-accounts': () => ({ default: account['']?.(new URLSearchParams()) }),
  };

  const answer = (path: string, query: URLSearchParams, response: ServerResponse): void => {
    const [, name = '', key = ''] = /^instance\/service-accounts\/([^/]+)(?:\/(.*))?$/u.exec(path) ?? [];
    const known = name === 'default' || name === email ? account : {};
    const value = Object.hasOwn(values, path) ? values[path] : Object.hasOwn(known, key) ? known[key] : undefined;
    if (value === undefined) return end(response, 404, `The local metadata server has no ${ROOT}${path}.`);
    try {
      end(response, 200, value(query));
    } catch (error) {
      end(response, 400, (error as Error).message);
    }
  };

  const server = createServer((request, response) => {
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://metadata');
    if (pathname === '/') end(response, 200, 'computeMetadata/\n');
    else if (request.headers['metadata-flavor'] !== FLAVOR)
      end(response, 403, 'Missing Metadata-Flavor:Google header.');
    else if (!pathname.startsWith(ROOT)) end(response, 404, `The local metadata server has no ${pathname}.`);
    else answer(pathname.slice(ROOT.length).replace(/\/$/u, ''), searchParams, response);
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject).listen(options.port ?? 0, '127.0.0.1', resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function end(response: ServerResponse, status: number, value: string | object): void {
  const text = typeof value === 'string';
  response
    .writeHead(status, { 'metadata-flavor': FLAVOR, 'content-type': text ? 'application/text' : 'application/json' })
    .end(text ? value : JSON.stringify(value));
}
