import fc from 'fast-check';
import { expect, test } from 'vitest';
import { answered, decide, grant, type Lease, NO_LEASE } from '../../../src/meter/limits/lease.ts';
import type { Rate } from '../../../src/meter/limits/gcra.ts';

/** Instances beside each other, with what they share. */
class World {
  tatMs = -Infinity;
  asked = 0;
  readonly passed: { readonly atMs: number; readonly cost: number }[] = [];
  readonly #rate: Rate;
  readonly #leases: Lease[];

  constructor(rate: Rate, instances: number) {
    this.#rate = rate;
    this.#leases = Array.from({ length: instances }, () => NO_LEASE);
  }

  spend(instance: number, cost: number, nowMs: number): boolean {
    const lease = this.#leases[instance] ?? NO_LEASE;
    const decision = decide(lease, cost, this.#rate, nowMs);
    if (decision.kind === 'refused') return false;
    if (decision.kind === 'passed') this.#leases[instance] = decision.lease;
    else {
      this.asked++;
      const granted = grant(this.tatMs, decision.ask, this.#rate, nowMs);
      this.#leases[instance] = answered(lease, decision.ask, granted, nowMs);
      if (!granted.ok) return false;
      this.tatMs = granted.tatMs;
    }
    this.passed.push({ atMs: nowMs, cost });
    return true;
  }

  /** Of what passed in any window, the most beyond what may. */
  excess(): number {
    let most = -Infinity;
    for (const [first, { atMs: fromMs }] of this.passed.entries()) {
      let sum = 0;
      for (const { atMs, cost } of this.passed.slice(first)) {
        sum += cost;
        most = Math.max(most, sum - this.#rate.burst - (this.#rate.perSecond * (atMs - fromMs)) / 1_000);
      }
    }
    return most;
  }
}

test('however many instances there are, in no window more passes than the limit', () => {
  const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 2_000 }), burst: fc.integer({ min: 1, max: 5_000 }) });
  const requests = fc.array(
    fc.record({
      instance: fc.nat(5),
      // Together, after a moment, or once slices have expired.
      gapMs: fc.oneof(fc.constant(0), fc.nat(300), fc.nat(9_000)),
      cost: fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 2_000 })),
    }),
    { maxLength: 300 },
  );
  fc.assert(
    fc.property(rates, requests, (rate, coming) => {
      const world = new World(rate, 6);
      let nowMs = 0;
      for (const { instance, gapMs, cost } of coming) world.spend(instance, cost, (nowMs += gapMs));
      expect(world.excess()).toBeLessThanOrEqual(1e-3);
    }),
    { numRuns: 300 },
  );
});

test('under twice the limit all of the rate is used, by few looks at what is shared', () => {
  const rate = { perSecond: 1_000, burst: 10_000 };
  const world = new World(rate, 4);
  const SECONDS = 60;
  for (let ms = 0; ms < SECONDS * 1_000; ms++)
    for (const instance of [ms % 4, (ms + 2) % 4]) world.spend(instance, 1, ms);
  expect(world.passed.length).toBeGreaterThan(rate.perSecond * SECONDS * 0.95);
  expect(world.passed.length).toBeLessThanOrEqual(rate.burst + rate.perSecond * SECONDS);
  expect(world.asked).toBeLessThan((2 * rate.perSecond * SECONDS) / 100);
});

test('a whole burst passes at once when nothing came before', () => {
  const world = new World({ perSecond: 100_000, burst: 1_000_000 }, 1);
  expect(world.spend(0, 1_000_000, 0)).toBe(true);
  expect(world.spend(0, 1, 0)).toBe(false);
});
