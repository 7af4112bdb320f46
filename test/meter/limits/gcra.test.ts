import fc from 'fast-check';
import { expect, test } from 'vitest';
import { pass, type Rate } from '../../../src/meter/limits/gcra.ts';

const rates = fc.record({
  perSecond: fc.integer({ min: 1, max: 100_000 }),
  burst: fc.integer({ min: 1, max: 100_000 }),
});

test('a burst passes at once, and then what comes at the rate', () => {
  const rate = { perSecond: 10, burst: 5 };
  const burst = pass(-Infinity, 5, rate, 1_000);
  expect(burst).toEqual({ ok: true, tatMs: 1_500 });
  expect(pass(1_500, 1, rate, 1_000)).toEqual({ ok: false, limit: 'rate', waitMs: 100 });
  expect(pass(1_500, 1, rate, 1_100)).toEqual({ ok: true, tatMs: 1_600 });
});

test('more than a burst never passes', () => {
  expect(pass(-Infinity, 6, { perSecond: 10, burst: 5 }, 0)).toEqual({ ok: false, limit: 'burst', waitMs: 500 });
});

test('a timestamp of a clock that was ahead keeps nobody out for longer than a burst takes', () => {
  expect(pass(1e12, 1, { perSecond: 10, burst: 5 }, 0)).toEqual({ ok: false, limit: 'rate', waitMs: 100 });
});

/** Of every window between two arrivals what passed is at most the burst, and what comes at the rate meanwhile. */
function expectKept(passed: readonly { readonly atMs: number; readonly cost: number }[], rate: Rate): void {
  for (const [first, { atMs: fromMs }] of passed.entries()) {
    let sum = 0;
    for (const { atMs, cost } of passed.slice(first)) {
      sum += cost;
      expect(sum).toBeLessThanOrEqual(rate.burst + (rate.perSecond * (atMs - fromMs)) / 1_000 + 1e-3);
    }
  }
}

test('never passes more than the rate and the burst, and always what was refused after the wait that it names', () => {
  const arrivals = fc.array(fc.record({ gapMs: fc.nat(2_000), cost: fc.integer({ min: 1, max: 50_000 }) }), {
    maxLength: 60,
  });
  fc.assert(
    fc.property(rates, arrivals, (rate, coming) => {
      let [nowMs, tatMs] = [0, -Infinity];
      const passed: { atMs: number; cost: number }[] = [];
      for (const { gapMs, cost } of coming) {
        nowMs += gapMs;
        let found = pass(tatMs, cost, rate, nowMs);
        if (!found.ok && found.limit === 'burst') continue;
        if (!found.ok) found = pass(tatMs, cost, rate, (nowMs += found.waitMs));
        expect(found.ok).toBe(true);
        if (found.ok) tatMs = found.tatMs;
        passed.push({ atMs: nowMs, cost });
      }
      expectKept(passed, rate);
    }),
  );
});
