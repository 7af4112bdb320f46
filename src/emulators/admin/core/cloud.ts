/** One request of an administration API after the other: who asks, whether the API is there, what is asked, whether they may, and the answer. */
import { ApiError, httpStatusOf } from '../../rest-server.ts';
import { type Busy, planFaults } from './faults.ts';
import type { Json } from './json.ts';
import type { AdminApi, AdminMethod } from './method.ts';
import { settle } from './events.ts';
import { assertMay } from './policies.ts';
import { readMessage } from './read-message.ts';
import { allRoutes, readRequest, type Route } from './routes.ts';
import { byId, type World } from './world.ts';

export interface AdminRequest {
  readonly method: string;
  /** The whole address: `https://run.googleapis.com/v2/…`. */
  readonly url: string;
  /** `Bearer …`; undefined: nobody said who asks. */
  readonly authorization: string | undefined;
  readonly body: Uint8Array;
}

export interface AdminAnswer {
  readonly status: number;
  readonly json: Json;
}

export interface AdminCloud {
  readonly world: World;
  answer(request: AdminRequest): AdminAnswer;
}

export interface CloudOptions {
  readonly world: World;
  readonly apis: readonly AdminApi[];
  /** Whose token it is, as policies name them; undefined: nobody's. */
  readonly callerOf: (token: string) => string | undefined;
  readonly busy?: Busy;
}

interface Answering extends Route {
  readonly method: string;
  readonly service: string;
  readonly implementation: AdminMethod | undefined;
}

/** What works before anything is enabled, or the first could not be. */
const ALWAYS_ENABLED = 'serviceusage.googleapis.com';

export function openCloud({ world, apis, callerOf, busy }: CloudOptions): AdminCloud {
  const routes = routesBy(apis);
  const faults = planFaults(busy);
  const perform = ({ method, url, authorization = '', body }: AdminRequest): Json => {
    settle(world);
    const { hostname, pathname, searchParams } = new URL(url);
    const path = decodeURIComponent(pathname);
    const caller = callerOf(authorization.replace(/^Bearer /, ''));
    if (caller === undefined)
      throw new ApiError('UNAUTHENTICATED', 'Request is missing required authentication credential.');
    faults.before(method, hostname);
    const route = routes.get(`${method} ${hostname}`)?.find((one) => one.path.test(path));
    if (route === undefined)
      throw new ApiError('NOT_FOUND', `${method} https://${hostname}${path} is no method of Google's.`);
    assertEnabled(world, route.service);
    const request = readRequest(route, path, searchParams, jsonOf(body, path), (name) => byId(name, world));
    const { implementation } = route;
    if (implementation === undefined)
      throw new ApiError('UNIMPLEMENTED', `${route.method} is not implemented by the local cloud.`);
    for (const { permission, on } of implementation.needs(request, world)) assertMay(world, caller, permission, on);
    const answer = implementation.answer({ world, caller, request, bytes: body });
    faults.after();
    return readMessage(route.response, answer, { isWhole: false, isAnswer: true });
  };
  return {
    world,
    answer(request) {
      try {
        return { status: 200, json: perform(request) };
      } catch (thrown) {
        if (!(thrown instanceof ApiError)) throw thrown;
        return errorOf(thrown, new URL(request.url).hostname);
      }
    },
  };
}

function routesBy(apis: readonly AdminApi[]): ReadonlyMap<string, readonly Answering[]> {
  const methods = new Map(
    apis.flatMap((api) => Object.entries(api.methods).map(([name, one]) => [name, { api, one }] as const)),
  );
  const found = new Map<string, Answering[]>();
  for (const route of allRoutes()) {
    const known = methods.get(route.method);
    const key = `${route.verb} ${route.host}`;
    const service = known?.api.service ?? route.host;
    found.set(key, [...(found.get(key) ?? []), { ...route, service, implementation: known?.one }]);
  }
  const described = new Set([...found.values()].flat().map(({ method }) => method));
  const stranger = [...methods.keys()].find((name) => !described.has(name));
  if (stranger !== undefined) throw new Error(`Google describes no method ${stranger}.`);
  return found;
}

/** Uploads have a path of their own, and any bytes. @throws {ApiError} INVALID_ARGUMENT for what is no JSON. */
function jsonOf(body: Uint8Array, path: string): unknown {
  if (body.length === 0 || path.startsWith('/upload/')) return undefined;
  try {
    return JSON.parse(Buffer.from(body).toString('utf8'));
  } catch {
    throw new ApiError('INVALID_ARGUMENT', 'Invalid JSON payload received. It is no JSON.');
  }
}

/** @throws {ApiError} PERMISSION_DENIED where it was never enabled, or a moment ago: https://cloud.google.com/service-usage/docs/enable-disable */
function assertEnabled(world: World, service: string): void {
  const sinceMs = service === ALWAYS_ENABLED ? -Infinity : world.enabledMs.get(service);
  if (sinceMs !== undefined && sinceMs + world.delays.api <= world.now()) return;
  const { projectNumber } = world;
  const where = `https://console.developers.google.com/apis/api/${service}/overview?project=${projectNumber}`;
  throw new ApiError(
    'PERMISSION_DENIED',
    `${service} API has not been used in project ${projectNumber} before or it is disabled. Enable it by visiting ${where} then retry. ` +
      'If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.',
    [
      {
        '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
        reason: 'SERVICE_DISABLED',
        domain: 'googleapis.com',
        metadata: { consumer: `projects/${projectNumber}`, service },
      },
    ],
  );
}

/** Cloud Storage has reasons, and no status: https://cloud.google.com/storage/docs/json_api/v1/status-codes */
const REASONS: Readonly<Record<string, string>> = {
  NOT_FOUND: 'notFound',
  ALREADY_EXISTS: 'conflict',
  PERMISSION_DENIED: 'forbidden',
  UNAUTHENTICATED: 'required',
  RESOURCE_EXHAUSTED: 'rateLimitExceeded',
  ABORTED: 'conditionNotMet',
};

/** A condition on a version that is not met is a conflict there of its own kind. */
const PRECONDITION_FAILED = 412;

function errorOf(error: ApiError, host: string): AdminAnswer {
  const { status, message, details } = error;
  const isStorage = host === 'storage.googleapis.com';
  const code = isStorage && status === 'ABORTED' ? PRECONDITION_FAILED : httpStatusOf(error);
  const said = isStorage
    ? { code, message, errors: [{ message, domain: 'global', reason: REASONS[status] ?? 'invalid' }] }
    : { code, message, status, ...(details.length === 0 ? {} : { details }) };
  return { status: code, json: { error: said } };
}
