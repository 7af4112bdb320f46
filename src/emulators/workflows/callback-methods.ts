/** Callback endpoints: https://cloud.google.com/workflows/docs/creating-callback-endpoints */
import { ApiError } from '../rest-server.ts';
import type { RestCall, Routes } from '../rest-server.ts';
import type { Api } from './api.ts';
import { headerMap, parseBody } from './http-client.ts';
import { payloadOf } from './errors.ts';
import { mapOf } from './value.ts';
import type { ValueMap } from './value.ts';

export function callbackMethods({ state, store, runner, timers, callbackFault }: Api): Routes {
  return {
    'GET workflows/*/executions/*/callbacks': ({ parent: execution }) => {
      if (store.execution(execution).state !== 'ACTIVE') return {};
      const callbacks = store.callbacks(execution).map(({ id, method, payload }) => ({
        name: `${execution}/callbacks/${id}`,
        method,
        availablePayloads: payload === undefined ? [] : [payloadOf(payload)],
        waiters: String(runner.waiters(execution, id)),
      }));
      return { callbacks };
    },

    /** What `events.create_callback_endpoint` hands out. It holds one callback that nobody has read yet. */
    '* workflows/*/executions/*/callbacks/*': async (call) => {
      const [execution = '', id = ''] = call.name.split('/callbacks/');
      authenticate(call.headers.authorization);
      const received = receivedFrom(call, timers.now());
      const fault = callbackFault();
      if (fault.before !== undefined) throw fault.before;
      await state.write(() => {
        const active = store.findExecution(execution)?.state === 'ACTIVE';
        const callback = active ? store.callback(execution, id) : undefined;
        if (callback === undefined)
          throw new ApiError('NOT_FOUND', 'no execution waits here: it has ended or never was');
        if (callback.method !== call.method) {
          throw new ApiError('NOT_FOUND', `this callback endpoint takes ${callback.method}, not ${call.method}`);
        }
        if (callback.payload !== undefined) {
          throw new ApiError('RESOURCE_EXHAUSTED', 'an earlier callback has not been processed yet; try again later');
        }
        store.putPayload(execution, id, received);
      });
      runner.offer(execution);
      if (fault.after !== undefined) throw fault.after;
      return {};
    },
  };
}

function authenticate(header: string | undefined): void {
  if (header === undefined) {
    throw new ApiError('UNAUTHENTICATED', 'a callback needs "Authorization: Bearer <OAuth 2 access token>"');
  }
  if (!/^Bearer \S+$/i.test(header)) throw new ApiError('PERMISSION_DENIED', 'Authorization must be a bearer token');
}

/** What `events.await_callback` answers with. */
function receivedFrom({ method, url, headers, body }: RestCall, now: number): ValueMap {
  try {
    const request = mapOf({
      body: parseBody(headers['content-type'], body),
      headers: headerMap({ ...headers, authorization: undefined }),
      method,
      query: new Map(url.searchParams),
      url: url.pathname,
    });
    return mapOf({ http_request: request, received_time: new Date(now).toISOString(), type: 'HTTP' });
  } catch (error) {
    throw new ApiError('INVALID_ARGUMENT', `the body is not valid JSON: ${(error as Error).message}`);
  }
}
