/**
 * Google's administration APIs in memory, as a deployment calls them: bytes in, bytes out, without a socket, on a clock whose sleeps take no time. What is
 * deployed there answers as Daymill's functions do, as far as a deployment tries them.
 */
import type { Answer, Clock, Method, Request } from '../../src/deploy/google/api.ts';
import { DEPLOYER_ROLES } from '../../src/deploy/deployer.ts';
import { writeDocument } from '../../src/emulators/admin/apis/firestore-documents.ts';
import { enable } from '../../src/emulators/admin/apis/service-usage.ts';
import type { AdminAnswer, AdminCloud } from '../../src/emulators/admin/core/cloud.ts';
import { type Json, valueAt } from '../../src/emulators/admin/core/json.ts';
import type { ServiceCall, World } from '../../src/emulators/admin/core/world.ts';
import { type AdminOptions, openAdminCloud, tokenOf } from '../../src/emulators/admin/start.ts';
import { Ping } from '../../src/mill/model/message.ts';
import { NUMBER } from './deployment.ts';

/** Who deploys, with what `daymill deploy --roles` prints. */
export const DEPLOYER = 'user:ann@acme.example';
/** Who may do everything, for what people do by hand. */
export const OWNER = 'user:owner@acme.example';

const START_MS = Date.UTC(2026, 0, 1);

export interface GoogleAdmin {
  readonly cloud: AdminCloud;
  readonly world: World;
  /** As whoever deploys. */
  request: Request;
  readonly clock: Clock;
  /** Every call that changes something, as `PATCH run.googleapis.com/…`, whoever made it. */
  readonly changes: string[];
  /** Workers answer no message. */
  isSilent: boolean;
  /** Called before each call; what it answers is answered instead. */
  intercept: (method: Method, url: string) => Answer | undefined;
  /** As the project's owner. @throws what was refused */
  byHand(method: Method, url: string, json?: Json): Promise<Json>;
}

export interface GoogleAdminOptions extends Partial<Omit<AdminOptions, 'bindings'>> {
  /** Of whoever deploys. */
  readonly roles?: readonly string[];
  /** APIs that have been enabled for long, without `.googleapis.com`. */
  readonly apis?: readonly string[];
}

/** A fresh project, unless the options say otherwise. */
export function googleAdmin({ roles, apis = [], now, ...options }: GoogleAdminOptions = {}): GoogleAdmin {
  const clock = manualClock();
  const cloud = openAdminCloud({
    projectId: 'acme',
    projectNumber: NUMBER,
    now: now ?? clock.now,
    billing: [{ role: 'roles/billing.costsManager', members: [DEPLOYER, OWNER] }],
    ...options,
    bindings: [
      ...(roles ?? DEPLOYER_ROLES.map(({ role }) => role)).map((role) => ({ role, members: [DEPLOYER] })),
      { role: 'roles/owner', members: [OWNER] },
    ],
  });
  const { world } = cloud;
  for (const api of apis) enable(world, `${api}.googleapis.com`, -Infinity);
  world.serve = (call) => (google.isSilent ? 200 : answerAsDaymill(world, call));
  const google: GoogleAdmin = {
    cloud,
    world,
    request: (method, url, body) => Promise.resolve(ask(google, DEPLOYER, method, url, body)),
    clock,
    changes: [],
    isSilent: false,
    intercept: () => undefined,
    byHand(method, url, json) {
      const { status, data } = ask(google, OWNER, method, url, json === undefined ? undefined : { json });
      return status < 300 ? Promise.resolve(data as Json) : Promise.reject(new Error(JSON.stringify(data)));
    },
  };
  return google;
}

/** Time passes when all who wait for it do, until the first of them wakes: as if they waited side by side. */
function manualClock(): Clock {
  let nowMs = START_MS;
  const sleepers: { readonly atMs: number; readonly wake: () => void }[] = [];
  const pass = (): void => {
    const next = sleepers.sort((left, right) => left.atMs - right.atMs).shift();
    if (next === undefined) return;
    nowMs = Math.max(nowMs, next.atMs);
    next.wake();
  };
  return {
    now: () => nowMs,
    sleep: (ms) =>
      new Promise((resolve) => {
        sleepers.push({ atMs: nowMs + ms, wake: resolve });
        // After all that goes on without waiting.
        setImmediate(pass);
      }),
  };
}

function ask(google: GoogleAdmin, member: string, method: Method, url: string, body: Parameters<Request>[2]): Answer {
  const { hostname, pathname } = new URL(url);
  const path = decodeURIComponent(pathname);
  if (isChange(method, path)) google.changes.push(`${method} ${hostname}${path}`);
  const intercepted = google.intercept(method, url);
  if (intercepted !== undefined) return intercepted;
  return asAnswer(
    google.cloud.answer({ method, url, authorization: `Bearer ${tokenOf(member)}`, body: bytesOf(body) }),
  );
}

/** Whoever asks it over HTTP is written down. */
export const listenedTo = ({ cloud, changes }: GoogleAdmin): AdminCloud => ({
  ...cloud,
  answer(request) {
    const { hostname, pathname } = new URL(request.url);
    const path = decodeURIComponent(pathname);
    if (isChange(request.method, path)) changes.push(`${request.method} ${hostname}${path}`);
    return cloud.answer(request);
  },
});

export const isChange = (method: string, path: string): boolean =>
  method !== 'GET' && !/:(getIamPolicy|testIamPermissions)$/.test(path);

/** As over the wire: nobody shares an object with it. */
const asAnswer = ({ status, json }: AdminAnswer): Answer => ({ status, data: JSON.parse(JSON.stringify(json)) });

function bytesOf(body: Parameters<Request>[2]): Uint8Array {
  if (body === undefined) return new Uint8Array();
  return 'bytes' in body ? body.bytes : Buffer.from(JSON.stringify(body.json));
}

interface Variable {
  readonly name: string;
  readonly value?: string;
}

/** A worker answers a ping in its database, as its account: functions/work.ts. All else is answered with nothing. */
export function answerAsDaymill(world: World, { service, body }: ServiceCall): number {
  const data = valueAt(body, 'message.data');
  if (typeof data !== 'string') return 200;
  const ping = Ping.safeParse(JSON.parse(Buffer.from(data, 'base64').toString('utf8')));
  if (!ping.success) return 200;
  const containers = valueAt(service, 'template.containers') as readonly { readonly env: readonly Variable[] }[];
  const env = new Map((containers[0]?.env ?? []).map(({ name, value }) => [name, value]));
  const name = `projects/${env.get('DAYMILL_PROJECT')}/databases/${env.get('DAYMILL_DATABASE')}/documents/pings/${env.get('DAYMILL_TIER')}`;
  const member = `serviceAccount:${String(valueAt(service, 'template.serviceAccount'))}`;
  try {
    writeDocument(world, member, name, { id: { stringValue: ping.data.id } });
    return 204;
  } catch {
    return 500;
  }
}
