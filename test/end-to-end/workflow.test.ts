/** The workflow that is deployed, as it is, against functions that note down what they are asked. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ManualTimers, manualTimers } from '../support/manual-timers.ts';
import { type Services, startServices } from '../support/workflows-rest.ts';

const PIPELINE = readFileSync(new URL('../../workflows/pipeline.yaml', import.meta.url), 'utf8');
const PASSES = 2;

interface Asked {
  readonly date: string;
  readonly pass: number;
  readonly callbackUrl: string;
  readonly dispatchId: string;
  readonly sweep: boolean;
  readonly computations: readonly string[] | null;
}

describe('the pipeline', () => {
  let timers: ManualTimers;
  let services: Services;
  let asked: Asked[];
  let reconciled: number;

  beforeEach(async () => {
    asked = [];
    reconciled = 0;
    timers = manualTimers(Date.parse('2001-03-01T00:30:00Z'));
    const { target } = (services = await startServices({ clock: timers.now, after: timers.after }));
    target.handle('/index', () => ({ body: { passes: PASSES, changed: {} } }));
    target.handle('/reconcile', () => {
      reconciled++;
      return { body: { closed: 0 } };
    });
  });
  afterEach(() => services.close());

  /** Answers each dispatch with the next count of tasks, of a pass, and calls back at once when there are some. */
  const dispatches = (...waves: { readonly dispatched: number; readonly pass: number }[]): void => {
    services.target.handle('/dispatch', async ({ json }) => {
      const request = json as Asked;
      asked.push(request);
      const { dispatched, pass } = waves.shift() ?? { dispatched: 0, pass: request.pass };
      if (dispatched > 0) {
        await fetch(request.callbackUrl, {
          method: 'POST',
          headers: { authorization: 'Bearer test', 'content-type': 'application/json' },
          body: '{}',
        });
      }
      return {
        body: { dispatched, runId: `run-${asked.length}`, pass, passes: PASSES, inFlight: 0 },
      };
    });
  };
  const run = (argument: object = {}) => {
    const at = (name: string): string => `${services.target.url}/${name}`;
    const functions = { index: at('index'), dispatch: at('dispatch'), reconcile: at('reconcile') };
    return services.rest.evaluate(PIPELINE, { functions, ...argument });
  };

  test('without a date takes the day before, in UTC', async () => {
    dispatches();
    expect(await run()).toMatchObject({ state: 'SUCCEEDED' });
    expect(asked.map(({ date, pass }) => `${date} ${pass}`)).toEqual(['2001-02-28 1']);
  });

  test('takes waves until nothing is left, each with a callback of its own, and goes on where the last one was', async () => {
    dispatches({ dispatched: 3, pass: 1 }, { dispatched: 1, pass: 1 }, { dispatched: 2, pass: 2 });
    const { state, result } = await run({ date: '2001-01-15' });
    expect(state).toBe('SUCCEEDED');
    expect(JSON.parse(result)).toMatchObject({
      date: '2001-01-15',
      waves: 3,
      tasks: 6,
      runs: ['run-1', 'run-2', 'run-3'],
    });
    expect(asked.map(({ pass }) => pass)).toEqual([1, 1, 1, 2]);
    expect(new Set(asked.map(({ callbackUrl }) => callbackUrl)).size).toBe(asked.length);
    expect(new Set(asked.map(({ dispatchId }) => dispatchId)).size).toBe(1);
    expect(reconciled).toBe(1);
  });

  test('hands on which computations are asked for, or that all are', async () => {
    dispatches();
    await run();
    await run({ computations: ['heat'] });
    expect(asked.map(({ computations }) => computations)).toEqual([null, ['heat']]);
  });

  test.each([
    { retryable: 0, sweeps: [false, false], asks: 1 },
    // A result that is found lost is made again by the next round, and its readers by the one after it: a round for each pass, and one.
    {
      retryable: 2,
      sweeps: [false, false, ...Array.from({ length: PASSES + 1 }, () => true)],
      asks: PASSES + 2,
    },
  ])(
    'sweeps what failed for passing reasons, so often as results can be found lost: $retryable cells',
    async ({ retryable, sweeps, asks }) => {
      dispatches({ dispatched: 3, pass: 1 });
      const days: unknown[] = [];
      services.target.handle('/reconcile', ({ json }) => {
        days.push(json);
        return { body: { day: { failed: 3, retryable } } };
      });
      const { state, result } = await run({ date: '2001-01-15', from: '2001-01-01' });
      expect(state).toBe('SUCCEEDED');
      expect(asked.map(({ sweep }) => sweep)).toEqual(sweeps);
      // Asked after each round, and the last answer is the day's.
      expect(days).toHaveLength(asks);
      expect(days[0]).toEqual({ date: '2001-01-15', from: '2001-01-01', dispatchId: asked[0]?.dispatchId });
      expect(JSON.parse(result)).toMatchObject({ reconciled: { day: { failed: 3, retryable } } });
    },
  );

  test('does not reconcile on a day without work', async () => {
    dispatches();
    await run({ date: '2001-01-15' });
    expect(reconciled).toBe(0);
  });

  describe('with a preflight', () => {
    const withPreflight = () =>
      run({
        functions: Object.fromEntries(
          ['index', 'preflight', 'dispatch', 'reconcile'].map((name) => [name, `${services.target.url}/${name}`]),
        ),
      });

    test.each([0, 3])('asks for verdicts on changed code first, and simulates %d new ones last', async (left) => {
      const order: unknown[] = [];
      dispatches({ dispatched: 1, pass: 1 });
      services.target.handle('/preflight', ({ json }) => {
        order.push(asked.length, json);
        return { body: { left } };
      });
      expect(await withPreflight()).toMatchObject({ state: 'SUCCEEDED' });
      expect(order).toEqual([0, { changedOnly: true }, ...(left === 0 ? [] : [asked.length, {}])]);
    });

    test.each([500, 503])('goes on without verdicts when it fails with %d, after one retry at most', async (code) => {
      let times = 0;
      dispatches({ dispatched: 1, pass: 1 });
      services.target.handle('/preflight', () => {
        times++;
        return { code, body: {} };
      });
      const ended = withPreflight();
      if (code === 503) {
        await expect.poll(() => timers.waits()).toContain(1_000);
        timers.advance(1_000);
      }
      const { state, result } = await ended;
      expect(state).toBe('SUCCEEDED');
      expect(JSON.parse(result)).toMatchObject({ tasks: 1 });
      expect(times).toBe(code === 500 ? 1 : 2);
    });
  });
});
