/**
 * Google's administration APIs for one project in memory: for tests that deploy, and for nobody else. What is published has none of this, since it reads
 * Google's own descriptions of its APIs, which are there for development alone.
 */
import { createServer } from 'node:http';
import { fromHere } from '../from-here.ts';
import { readBody } from '../http-request.ts';
import { type Listening, listenHttp } from '../loopback.ts';
import { ADMIN_APIS } from './apis.ts';
import { BILLING_ACCOUNT } from './apis/billing.ts';
import { type AdminCloud, type CloudOptions, openCloud } from './core/cloud.ts';
import { type Binding, billingAccountName, grant } from './core/policies.ts';
import { createWorld, projectOf, type WorldOptions } from './core/world.ts';

export interface AdminOptions extends WorldOptions {
  /** The project's policy, which has held for long. */
  readonly bindings: readonly Binding[];
  /** The billing account's policy, which has held for long. */
  readonly billing?: readonly Binding[];
  /** Members by their tokens, beside those of {@link tokenOf}. */
  readonly tokens?: Readonly<Record<string, string>>;
  readonly busy?: CloudOptions['busy'];
}

/** Bytes: more than any archive of a test. */
const MAX_BODY_BYTES = 64 * 1024 * 1024;

const PREFIX = 'ya29.local.';

/** What a member's requests carry: `user:ann@acme.example`. */
export const tokenOf = (member: string): string => PREFIX + Buffer.from(member).toString('base64url');

const memberOf = (token: string): string | undefined =>
  token.startsWith(PREFIX) ? Buffer.from(token.slice(PREFIX.length), 'base64url').toString('utf8') : undefined;

export function openAdminCloud(options: AdminOptions): AdminCloud {
  const world = createWorld(options);
  grant(world, projectOf(world), options.bindings, -Infinity);
  grant(world, billingAccountName(BILLING_ACCOUNT), options.billing ?? [], -Infinity);
  return openCloud({
    world,
    apis: ADMIN_APIS,
    callerOf: (token) => options.tokens?.[token] ?? memberOf(token),
    ...(options.busy === undefined ? {} : { busy: options.busy }),
  });
}

/** Behind one port: each of Google's hosts is the first part of the path. @throws when the port is taken. */
export function serveAdmin(cloud: AdminCloud, port?: number): Promise<Listening> {
  const server = createServer(
    fromHere((request, response) => {
      void (async () => {
        const { method = 'GET', url = '/', headers } = request;
        const body = await readBody(request, MAX_BODY_BYTES);
        const answer = cloud.answer({ method, url: `https:/${url}`, authorization: headers.authorization, body });
        response.writeHead(answer.status, { 'content-type': 'application/json; charset=UTF-8' });
        response.end(`${JSON.stringify(answer.json)}\n`);
      })();
    }),
  );
  return listenHttp(server, port);
}
