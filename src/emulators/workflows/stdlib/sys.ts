/** What reaches outside: https://cloud.google.com/workflows/docs/reference/stdlib/sys and .../events, .../uuid. */
import { Raised, systemError } from '../errors.ts';
import { DEFAULT_CALLBACK_TIMEOUT } from '../limits.ts';
import { mapOf } from '../value.ts';
import { encodeJson } from './data.ts';
import { blocking, HTTP_METHODS, pure } from './define.ts';
import { parseTime } from './time.ts';

const SEVERITIES = new Set('DEFAULT DEBUG INFO NOTICE WARNING ERROR CRITICAL ALERT EMERGENCY'.split(' '));

export const sys = {
  get_env: pure({ name: 'string', default_value: 'string?' }, ({ name, default_value: byDefault }, host) => {
    const value = host.environment.get(name) ?? byDefault;
    if (value === undefined) throw systemError('KeyError', `environment variable not found: ${JSON.stringify(name)}`);
    return value;
  }),
  now: pure({}, (_args, host) => host.now() / 1000),
  log: blocking(
    { data: 'any?', severity: 'string?', text: 'any?', json: 'map?', timeout: 'number?' },
    // oxlint-disable-next-line require-yield -- done at once, but the language calls it blocking
    function* ({ data, severity = 'DEFAULT', text, json }, host) {
      const [value = null, ...more] = [data, text, json].filter((given) => given !== undefined);
      if (value === null || more.length > 0)
        throw systemError('ValueError', 'sys.log takes one of data, text and json');
      if (!SEVERITIES.has(severity)) throw systemError('ValueError', `unknown severity "${severity}"`);
      host.log(severity, typeof value === 'string' ? value : encodeJson(value));
      return null;
    },
  ),
  sleep: blocking({ seconds: 'number' }, function* ({ seconds }, host) {
    if (Number(seconds) < 0) throw systemError('ValueError', `sys.sleep: ${seconds} seconds is negative`);
    yield { kind: 'sleep', until: host.now() + Number(seconds) * 1000 };
    return null;
  }),
  sleep_until: blocking({ time: 'string' }, function* ({ time }) {
    yield { kind: 'sleep', until: parseTime(time) };
    return null;
  }),
};

export const events = {
  create_callback_endpoint: blocking(
    { http_callback_method: 'string?' },
    // oxlint-disable-next-line require-yield -- done at once, but the language calls it blocking
    function* ({ http_callback_method: method = 'POST' }, host) {
      if (!HTTP_METHODS.has(method)) throw systemError('ValueError', `unknown callback method "${method}"`);
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

export const uuid = { generate: pure({}, (_args, host) => host.uuid()) };
