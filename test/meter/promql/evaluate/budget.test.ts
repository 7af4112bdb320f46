/** What bounds a query: the clock is looked at also within one series, and what is made is counted before it is made. */
import { expect, test } from 'vitest';
import { prepare, run } from '../../../../src/meter/promql/query.ts';
import { LOOKED_AT_ONCE } from '../../../../src/meter/promql/evaluate/budget.ts';

const SECOND = 1_000;
const SAMPLES = 10_000;
const STEPS = 1_000;
const range = { startMs: SAMPLES * SECOND, endMs: (SAMPLES + STEPS - 1) * SECOND, stepMs: SECOND, lookbackMs: 300_000 };

/** One series, a sample a second, up to where the query begins and behind. */
function ask(text: string, { maxSamples = 1e9, checkTime = () => {} } = {}) {
  const prepared = prepare(text, range);
  const timesMs = Float64Array.from({ length: SAMPLES + STEPS }, (_, at) => at * SECOND);
  const series = { labels: [['__name__', 'm']], timesMs, values: timesMs.map((ms) => ms / SECOND) };
  const selected = new Map([...prepared.selections.keys()].map((node) => [node, [series]]));
  return run(prepared, selected as never, { maxSamples, maxSteps: 11_000 }, checkTime);
}

test('a query over one series ends when its time is up', () => {
  let checks = 0;
  const checkTime = (): void => {
    if (++checks > 4) throw new Error('the time is up');
  };
  // Each of a thousand windows sees ten thousand samples: there is no other series to be stopped at.
  expect(() => ask('avg_over_time(m[9000s])', { checkTime })).toThrow('the time is up');
  expect(checks * LOOKED_AT_ONCE).toBeLessThan((STEPS * 9_000) / 4);
});

test.each(['m @ 5', 'avg_over_time(m[5m] @ 5)', 'sum_over_time(m[5m:1m] @ 5)'])(
  'what %s is spread over is counted',
  (text) => {
    const { samples } = ask(text);
    expect(samples).toBeGreaterThanOrEqual(SAMPLES + STEPS + STEPS);
    const before = SAMPLES + STEPS + STEPS / 2;
    expect(() => ask(text, { maxSamples: before })).toThrow('max_samples_per_query');
  },
);

test('a sign makes as many values as it is before', () => {
  const { samples } = ask('-m');
  expect(samples).toBe(ask('m').samples + STEPS);
});
