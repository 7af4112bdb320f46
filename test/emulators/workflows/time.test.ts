import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { RETENTION_DAYS } from '../../../src/emulators/workflows/limits.ts';
import { manualTimers } from '../../support/manual-timers.ts';
import type { ManualTimers } from '../../support/manual-timers.ts';
import { startServices, until } from '../../support/workflows-rest.ts';
import type { Services } from '../../support/workflows-rest.ts';

const START = Date.UTC(2024, 0, 31, 9);
const HOUR = 3_600_000;

const waitFor = (timeout: string): string => `
- make: {call: events.create_callback_endpoint, result: cb}
- wait:
    try: {call: events.await_callback, args: {callback: "\${cb}"${timeout}}}
    except: {as: e, steps: [{a: {return: ["\${e.tags}", "\${sys.now()}"]}}]}`;

describe('on a clock that the test moves', () => {
  let timers: ManualTimers;
  let services: Services;
  beforeEach(async () => {
    timers = manualTimers(START);
    services = await startServices({ clock: timers.now, after: timers.after });
  });
  afterEach(() => services.close());

  /** Moves time on until the execution has ended. */
  const endedBy = async (name: string, step: number): Promise<Record<string, unknown>> =>
    until(async () => {
      timers.advance(step);
      const { body } = await services.rest.send('GET', name);
      return (body as { state: string }).state === 'ACTIVE' ? undefined : (body as Record<string, unknown>);
    });

  test('sys.sleep and sys.sleep_until end at their time and not before', async () => {
    const { rest } = services;
    await rest.deploy(
      'sleeping',
      `
- a: {call: sys.sleep_until, args: {time: "2024-01-31T10:00:00Z"}}
- b: {assign: [{first: "\${sys.now()}"}]}
- c: {call: sys.sleep, args: {seconds: 1800}}
- d: {call: sys.sleep_until, args: {time: "2020-01-01T00:00:00Z"}}
- e: {return: ["\${first}", "\${sys.now()}"]}`,
    );
    const { name } = await rest.execute('sleeping');
    const ended = await endedBy(name, HOUR / 4);
    const [first, last] = JSON.parse(String(ended['result'])) as [number, number];
    expect(first * 1000).toBeGreaterThanOrEqual(START + HOUR);
    expect(last - first).toBeGreaterThanOrEqual(1800);
  });

  test('a callback that does not come is a TimeoutError, after 12 hours unless another time is given', async () => {
    const { rest } = services;
    await rest.deploy('default', waitFor(''));
    await rest.deploy('given', waitFor(', timeout: 60'));
    const one = await rest.execute('default');
    const two = await rest.execute('given');
    const given = JSON.parse(String((await endedBy(two.name, 30_000))['result'])) as [string[], number];
    expect(given[0]).toEqual(['TimeoutError']);
    expect(given[1] * 1000).toBeLessThan(START + HOUR);
    const byDefault = JSON.parse(String((await endedBy(one.name, HOUR))['result'])) as [string[], number];
    expect(byDefault[0]).toEqual(['TimeoutError']);
    expect(byDefault[1] * 1000).toBeGreaterThanOrEqual(START + 12 * HOUR);
  });

  test('an execution is remembered for ninety days after its end, and one that goes on as long as it does', async () => {
    const { rest } = services;
    await rest.deploy('short', '- a: {return: 1}');
    await rest.deploy('long', '- a: {call: sys.sleep, args: {seconds: 31000000}}');
    const long = await rest.execute('long');
    const first = await rest.execute('short');
    await endedBy(first.name, 1_000);
    const day = 24 * HOUR;
    const statusOf = async ({ name }: { name: string }): Promise<number> => (await rest.send('GET', name)).code;
    timers.advance(RETENTION_DAYS * day - HOUR);
    const second = await rest.execute('short');
    expect(await statusOf(first)).toBe(200);
    timers.advance(2 * HOUR);
    await rest.execute('short');
    await rest.execute('long');
    expect(await Promise.all([first, second, long].map(statusOf))).toEqual([404, 200, 200]);
  });
});
