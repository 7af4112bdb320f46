/** Callback endpoints: https://cloud.google.com/workflows/docs/creating-callback-endpoints */
import { existingExecution } from './api-call.ts';
import type { Api, ApiCall, ApiRequest, Json } from './api-call.ts';
import { ApiError } from './api-error.ts';
import { headerMap, parseBody } from './http-client.ts';
import { rfc3339 } from './timestamp.ts';
import { mapOf, toJson } from './value.ts';
import type { ValueMap } from './value.ts';

export function listCallbacks(api: Api, { parent: executionName }: ApiCall): Json {
  const { state } = existingExecution(api, executionName);
  if (state !== 'ACTIVE') return {};
  const callbacks = api.store.callbacks(executionName).map(({ id, method, payload }) => ({
    name: `${executionName}/callbacks/${id}`,
    method,
    availablePayloads: payload === undefined ? [] : [printable(payload as ValueMap)],
    waiters: String(api.runner.waiters(executionName, id)),
  }));
  return { callbacks };
}

/** The endpoint that `events.create_callback_endpoint` hands out. Its slot holds one callback that nobody has read yet. */
export async function sendCallback(api: Api, request: ApiCall): Promise<Json> {
  const [executionName = '', id = ''] = request.name.split('/callbacks/');
  authenticate(request.headers.authorization);
  const received = payloadOf(request, api.now());
  await api.state.write(() => {
    const active = api.store.execution(executionName)?.state === 'ACTIVE';
    const callback = active ? api.store.callback(executionName, id) : undefined;
    if (callback === undefined) throw new ApiError('NOT_FOUND', 'no execution waits here: it has ended or never was');
    if (callback.method !== request.method) {
      throw new ApiError('NOT_FOUND', `this callback endpoint takes ${callback.method}, not ${request.method}`);
    }
    if (callback.payload !== undefined) {
      throw new ApiError('RESOURCE_EXHAUSTED', 'an earlier callback has not been processed yet; try again later');
    }
    api.store.putPayload(executionName, id, received);
  });
  api.runner.offer(executionName);
  return {};
}

function authenticate(header: string | undefined): void {
  if (header === undefined) {
    throw new ApiError('UNAUTHENTICATED', 'a callback needs "Authorization: Bearer <OAuth 2 access token>"');
  }
  if (!/^Bearer \S+$/i.test(header)) throw new ApiError('PERMISSION_DENIED', 'Authorization must be a bearer token');
}

function payloadOf({ method, url, headers, body }: ApiRequest, now: number): ValueMap {
  try {
    const content = parseBody(headers['content-type'], body);
    const query = mapOf(Object.fromEntries(url.searchParams));
    const request = {
      body: content,
      headers: headerMap({ ...headers, authorization: undefined }),
      method,
      query,
      url: url.pathname,
    };
    return mapOf({ http_request: mapOf(request), received_time: rfc3339(now), type: 'HTTP' });
  } catch (error) {
    throw new ApiError('INVALID_ARGUMENT', `the body is not valid JSON: ${(error as Error).message}`);
  }
}

function printable(payload: ValueMap): string {
  try {
    return toJson(payload);
  } catch {
    return '{}'; // a body of bytes
  }
}
