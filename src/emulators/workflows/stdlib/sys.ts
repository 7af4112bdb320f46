/** https://cloud.google.com/workflows/docs/reference/stdlib/sys/get_env and its neighbours. */
import { systemError } from '../errors.ts';
import { blocking, pure } from './define.ts';
import { encodeJson } from './json.ts';
import { parseTime } from './time.ts';

const SEVERITIES = new Set([
  'DEFAULT',
  'DEBUG',
  'INFO',
  'NOTICE',
  'WARNING',
  'ERROR',
  'CRITICAL',
  'ALERT',
  'EMERGENCY',
]);

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
      const given = [data, text, json].filter((value) => value !== undefined);
      if (given.length !== 1) throw systemError('ValueError', 'sys.log takes one of data, text and json');
      if (!SEVERITIES.has(severity)) throw systemError('ValueError', `unknown severity "${severity}"`);
      const [value = null] = given;
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
