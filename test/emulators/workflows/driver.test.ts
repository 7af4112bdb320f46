import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Driver } from '../../../src/emulators/workflows/driver.ts';
import type { End, Sources, Turn } from '../../../src/emulators/workflows/driver.ts';
import type { Effect, Outcome } from '../../../src/emulators/workflows/effect.ts';
import { systemError } from '../../../src/emulators/workflows/errors.ts';
import { parseProgram } from '../../../src/emulators/workflows/parse.ts';
import { mapOf } from '../../../src/emulators/workflows/value.ts';
import type { ValueMap } from '../../../src/emulators/workflows/value.ts';

/** A world whose answers differ each time, so that a replay that asked it would be seen. */
function world(now = 0): Sources & { logged: string[]; at: (time: number) => void } {
  let time = now;
  let ids = 0;
  const logged: string[] = [];
  return {
    logged,
    at: (next) => {
      time = next;
    },
    now: () => time,
    uuid: () => `id-${ids++}-${time}`,
    log: (_severity, text) => void logged.push(text),
    environment: new Map(),
    callbackUrl: (id) => `http://world-${time}/callbacks/${id}`,
    token: () => 'token',
  };
}

const effects = (driver: Driver): [number, Effect][] =>
  Array.from(driver.waits, ([wait, { effect }]) => [wait, effect]);

const NO_REPLAY: Sources = {
  ...world(),
  now: () => expect.unreachable('a replay asked for the time'),
  uuid: () => expect.unreachable('a replay asked for an id'),
  log: () => expect.unreachable('a replay logged'),
};

const BUSY = parseProgram(`
main:
  steps:
    - init: {assign: [{seen: []}, {tries: 0}]}
    - work:
        parallel:
          shared: [seen, tries]
          concurrency_limit: 3
          for:
            value: n
            range: [1, 5]
            steps:
              - id: {assign: [{id: '\${uuid.generate() + string(sys.now())}'}]}
              - one:
                  try: {call: http.get, args: {url: '\${"http://x/" + string(n)}'}, result: r}
                  retry: {predicate: "\${logged}", max_retries: 2, backoff: {initial_delay: 1, max_delay: 60, multiplier: 2}}
                  except: {as: e, steps: [{note: {assign: [{seen: '\${list.concat(seen, e.tags[0])}'}]}}]}
              - log: {call: sys.log, args: {text: "\${id}"}}
              - nap: {call: sys.sleep, args: {seconds: "\${n}"}}
              - keep: {assign: [{seen: "\${list.concat(seen, [n, id, len(seen)])}"}]}
    - wait: {call: events.create_callback_endpoint, result: cb}
    - got: {call: events.await_callback, args: {callback: "\${cb}", timeout: 10}, result: last}
    - done: {return: ["\${seen}", "\${cb}", "\${json.encode_to_string(last)}", "\${sys.now()}"]}
logged:
  params: [e]
  steps: [{log: {call: sys.log, args: {text: "\${e.message}"}}}, {a: {return: true}}]
`);

describe('replay', () => {
  test('at every point, in every order of outcomes, leads to the same open waits and the same end', () => {
    fc.assert(
      fc.property(fc.infiniteStream(fc.nat()), fc.infiniteStream(fc.boolean()), (choices, failures) => {
        const live = world();
        const driver = new Driver(BUSY, null, live);
        const turns: Turn[] = [];
        let advance = driver.advance();
        turns.push(advance.turn);
        for (let time = 1; advance.end === undefined; time++) {
          live.at(time * 1000);
          const open = effects(driver);
          const [wait, effect] = open[(choices.next().value ?? 0) % open.length] as [number, Effect];
          const failed = effect.kind === 'http' && failures.next().value === true;
          const outcome: Outcome = failed
            ? { kind: 'error', error: systemError('ConnectionError', `at ${time}`).value as ValueMap }
            : { kind: 'value', value: mapOf({ time: BigInt(time) }) };
          advance = driver.advance({ wait, outcome });
          turns.push(advance.turn);

          const again = new Driver(BUSY, null, NO_REPLAY);
          for (const turn of turns) again.replay(turn);
          expect(effects(again)).toEqual(effects(driver));
        }
        // Stopped just before the last turn, it ends as the first did.
        const last = turns.at(-1) as Turn;
        const resumed = new Driver(BUSY, null, { ...NO_REPLAY, now: live.now, uuid: live.uuid });
        for (const turn of turns.slice(0, -1)) resumed.replay(turn);
        expect(resumed.advance(last.event)).toEqual(advance);
      }),
      { numRuns: 200 },
    );
  });

  test('a journal of another program is refused, not followed', () => {
    const driver = new Driver(parseProgram('- a: {return: 1}'), null, world());
    driver.replay({ answers: [] });
    expect(() => driver.replay({ event: { wait: 0, outcome: { kind: 'value', value: null } }, answers: [] })).toThrow(
      'which is not open',
    );
    const other = new Driver(parseProgram('- a: {return: "${sys.now()}"}'), null, world());
    expect(() => other.replay({ answers: [1, 2] })).toThrow('nothing asked for');
  });
});

/** Seconds between attempts at a step that fails with the given outcomes, and how the execution ended. */
const attempts = (
  retry: string,
  tags: readonly (number | 'ConnectionError' | 'TimeoutError')[],
): [number[], End | undefined] => {
  const live = world(1_000_000);
  const source = `- a: {try: {call: http.get, args: {url: "http://x"}, result: r}, retry: ${retry}}\n- b: {return: "\${r}"}`;
  const driver = new Driver(parseProgram(source), null, live);
  const delays: number[] = [];
  let { end } = driver.advance();
  for (const tag of tags) {
    const [wait] = driver.waits.keys();
    if (wait === undefined) break;
    const raised =
      typeof tag === 'number' ? systemError('HttpError', 'status', { code: BigInt(tag) }) : systemError(tag, 'failed');
    ({ end } = driver.advance({ wait, outcome: { kind: 'error', error: raised.value as ValueMap } }));
    const [[sleep, effect] = []] = effects(driver);
    if (sleep === undefined || effect?.kind !== 'sleep') break;
    delays.push((effect.until - live.now()) / 1000);
    live.at(effect.until);
    driver.advance({ wait: sleep, outcome: { kind: 'value', value: null } });
  }
  return [delays, end];
};

describe('retry', () => {
  test('http.default_retry waits 1 s, then 1.25 times as long each time, five times', () => {
    const [delays, end] = attempts(
      '"${http.default_retry}"',
      Array.from({ length: 9 }, () => 503),
    );
    expect(delays).toEqual([1, 1.25, 1.5625, 1.953125, 2.44140625]);
    expect(end?.state).toBe('FAILED');
  });

  test.each<[number | 'ConnectionError' | 'TimeoutError', boolean, boolean]>([
    [429, true, true],
    [500, false, false],
    [502, true, false],
    [503, true, true],
    [504, true, false],
    [404, false, false],
    ['ConnectionError', true, false],
    ['TimeoutError', true, false],
  ])('%s is retried: %s by default, %s when not idempotent', (tag, idempotent, nonIdempotent) => {
    expect(attempts('"${http.default_retry}"', [tag])[0].length > 0).toBe(idempotent);
    expect(attempts('"${http.default_retry_non_idempotent}"', [tag])[0].length > 0).toBe(nonIdempotent);
  });

  test('a policy of one’s own has its own predicate, number and delays', () => {
    const policy =
      '{predicate: "${http.default_retry_predicate}", max_retries: 4, backoff: {initial_delay: 2, max_delay: 10, multiplier: 3}}';
    expect(attempts(policy, [503, 503, 503, 503, 503])[0]).toEqual([2, 6, 10, 10]);
    expect(attempts(policy, [503, 404])[0]).toEqual([2]);
    const always = '{max_retries: 1, backoff: "${retry.default_backoff}"}';
    expect(attempts(always, [404, 404])[0]).toEqual([1]);
  });
});
