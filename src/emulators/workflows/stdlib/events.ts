/** https://cloud.google.com/workflows/docs/reference/stdlib/events/await_callback and create_callback_endpoint. */
import { Raised, systemError } from '../errors.ts';
import { DEFAULT_CALLBACK_TIMEOUT } from '../limits.ts';
import { mapOf } from '../value.ts';
import { blocking } from './define.ts';

const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'OPTIONS', 'PATCH']);

export const events = {
  create_callback_endpoint: blocking(
    { http_callback_method: 'string?' },
    // oxlint-disable-next-line require-yield -- done at once, but the language calls it blocking
    function* ({ http_callback_method: method = 'POST' }, host) {
      if (!METHODS.has(method)) throw systemError('ValueError', `unknown callback method "${method}"`);
      return mapOf({ url: host.createCallback(method) });
    },
  ),
  await_callback: blocking({ callback: 'map', timeout: 'number?' }, function* ({ callback, timeout }, host) {
    const url = callback.get('url');
    const id = typeof url === 'string' ? url.split('/callbacks/')[1] : undefined;
    if (id === undefined) throw systemError('ValueError', 'callback is not what create_callback_endpoint returned');
    const seconds = Number(timeout ?? DEFAULT_CALLBACK_TIMEOUT);
    if (!(seconds >= 0)) throw systemError('ValueError', `events.await_callback: timeout ${seconds} is negative`);
    const outcome = yield { kind: 'callback', id, until: host.now() + seconds * 1000 };
    if (outcome.kind === 'error') throw new Raised(outcome.error);
    return outcome.value;
  }),
};
