/** The whole API in this process, over the embedded Firestore, asked by tokens of any organization and role. */
import { SignJWT } from 'jose';
import { composeMeter, type MeterPorts } from '../../src/compose-meter.ts';
import { readConfig } from '../../src/config/config.ts';
import { authenticator } from '../../src/http/auth.ts';
import { httpListener } from '../../src/http/listener.ts';
import type { Route } from '../../src/http/route.ts';
import { collectRoutes } from '../../src/http/routes/index.ts';
import { firestoreUnderTest } from '../support/firestore-under-test.ts';
import { makeDoors, serve, type Serving } from './serving.ts';

const SECRET = 'a secret that only this test knows, and long enough';

export interface Asking {
  readonly status: number;
  readonly headers: Readonly<Record<string, unknown>>;
  readonly bytes: Buffer;
  /** Of JSON. */
  readonly body: Record<string, unknown>;
}

export interface AskOptions {
  readonly org?: string;
  readonly role?: string;
  readonly teams?: readonly string[];
  readonly json?: unknown;
  readonly form?: Readonly<Record<string, string>>;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface ApiUnderTest extends AsyncDisposable {
  readonly ports: MeterPorts;
  readonly routes: readonly Route[];
  readonly serving: Serving;
  tokenOf(org: string, role?: string, teams?: readonly string[]): Promise<string>;
  /** As an admin of `acme`, unless others are named. */
  ask(method: string, path: string, options?: AskOptions): Promise<Asking>;
}

export async function apiUnderTest(project: string): Promise<ApiUnderTest> {
  const firestore = await firestoreUnderTest({});
  process.env['FIRESTORE_EMULATOR_HOST'] = `127.0.0.1:${firestore.emulator?.port}`;
  const env = { DAYMILL_PROJECT: `demo-${project}`, DAYMILL_LOG: 'silent', DAYMILL_JWT_SECRET: SECRET };
  const ports = composeMeter(readConfig(env, process.cwd(), process.pid));
  const routes = collectRoutes(() => ports);
  const authenticate = authenticator(ports.jwt, ports.apiKeys);
  const serving = await serve(httpListener(routes, { ...makeDoors([]), authenticate, clock: ports.clock }));
  const tokenOf = (org: string, role = 'admin', teams?: readonly string[]): Promise<string> =>
    new SignJWT({ org, role, ...(teams === undefined ? {} : { teams }) })
      .setProtectedHeader({ alg: 'HS256' })
      .setExpirationTime('5m')
      .sign(new TextEncoder().encode(SECRET));
  return {
    ports,
    routes,
    serving,
    tokenOf,
    async ask(method, path, { org = 'acme', role = 'admin', teams, json, form, text, headers = {} } = {}) {
      const type =
        json === undefined
          ? form === undefined
            ? undefined
            : 'application/x-www-form-urlencoded'
          : 'application/json';
      const body =
        json === undefined ? (form === undefined ? text : String(new URLSearchParams(form))) : JSON.stringify(json);
      const answer = await serving.send(
        method,
        path,
        {
          authorization: `Bearer ${await tokenOf(org, role, teams)}`,
          ...(type === undefined ? {} : { 'content-type': type }),
          ...headers,
        },
        body,
      );
      const { 'content-type': answered } = answer.headers;
      const isJson =
        answer.bytes.length > 0 && typeof answered === 'string' && /^application\/(?:problem\+)?json/.test(answered);
      return { ...answer, body: isJson ? (JSON.parse(answer.bytes.toString()) as Record<string, unknown>) : {} };
    },
    async [Symbol.asyncDispose]() {
      await serving[Symbol.asyncDispose]();
      await ports.close();
      delete process.env['FIRESTORE_EMULATOR_HOST'];
      await firestore.close();
    },
  };
}
