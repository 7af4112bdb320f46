import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { RetryableError } from '../../../src/errors.ts';
import { firestoreQuotas } from '../../../src/google/meter/firestore-quotas.ts';
import { DEFAULT_LIMITS, type OrganizationLimits } from '../../../src/meter/model/limits.ts';
import type { Quotas, QuotaVerdict } from '../../../src/meter/ports/quotas.ts';
import { firestoreUnderTest, type FirestoreUnderTest } from '../../support/firestore-under-test.ts';

const START_MS = Date.parse('2026-11-27T12:00:00Z');
let organizations = 0;

/** Instances that ask at once may have to wait for longer than they do. */
function orUnavailable(thrown: unknown): undefined {
  if (!(thrown instanceof RetryableError)) throw thrown;
}

describe('quotas of organizations', () => {
  let firestore: FirestoreUnderTest;
  beforeAll(async () => {
    firestore = await firestoreUnderTest({});
  });
  afterAll(() => firestore.close());

  function world(instances: number, limits: OrganizationLimits = DEFAULT_LIMITS) {
    let nowMs = START_MS;
    const clock = { now: () => nowMs };
    const all = Array.from({ length: instances }, () => firestoreQuotas(firestore.client, clock));
    const organization = `quotas-${organizations++}`;
    return {
      spend: (instance: number, cost = 1, kind: 'ingestion' | 'single' = 'ingestion'): Promise<QuotaVerdict> =>
        (all[instance] as Quotas).spend(organization, kind, cost, limits),
      pass: (ms: number) => void (nowMs += ms),
      now: () => nowMs,
    };
  }
  const writes = () => firestore.emulator?.counters().writes ?? 0;

  test('are never exceeded, whatever instances send at once', { timeout: 60_000 }, async () => {
    const rates = fc.record({ perSecond: fc.integer({ min: 1, max: 500 }), burst: fc.integer({ min: 1, max: 1_000 }) });
    const bursts = fc.array(
      fc.record({
        gapMs: fc.oneof(fc.nat(200), fc.nat(6_000)),
        requests: fc.array(fc.record({ instance: fc.nat(3), cost: fc.integer({ min: 1, max: 300 }) }), {
          maxLength: 5,
        }),
      }),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(rates, bursts, async ({ perSecond, burst }, coming) => {
        const { spend, pass, now } = world(4, {
          ...DEFAULT_LIMITS,
          ingestion_rate: perSecond,
          ingestion_burst_size: burst,
        });
        const passed: { atMs: number; cost: number }[] = [];
        for (const { gapMs, requests } of coming) {
          pass(gapMs);
          const verdicts = await Promise.all(
            requests.map(({ instance, cost }) => spend(instance, cost).catch(orUnavailable)),
          );
          for (const [at, { cost }] of requests.entries())
            if (verdicts[at]?.ok === true) passed.push({ atMs: now(), cost });
        }
        for (const [first, { atMs: fromMs }] of passed.entries()) {
          let sum = 0;
          for (const { atMs, cost } of passed.slice(first)) {
            sum += cost;
            expect(sum).toBeLessThanOrEqual(burst + (perSecond * (atMs - fromMs)) / 1_000 + 1e-3);
          }
        }
      }),
      { numRuns: 8 },
    );
  });

  test('cost about one write a hundred requests', async () => {
    const { spend, pass } = world(2, { ...DEFAULT_LIMITS, request_rate: 1_000 });
    const before = writes();
    let ok = 0;
    for (let ms = 0; ms < 5_000; ms++) {
      pass(1);
      if ((await spend(ms % 2, 1, 'single')).ok) ok++;
    }
    expect(ok).toBe(5_000);
    expect(writes() - before).toBeLessThanOrEqual(ok / 100);
  });

  test('say which limit it was, what it is, and when to come again', async () => {
    const { spend } = world(1, { ...DEFAULT_LIMITS, ingestion_rate: 10, ingestion_burst_size: 50, request_rate: 1 });
    expect(await spend(0, 51)).toEqual({
      ok: false,
      limit: 'burst',
      name: 'ingestion_burst_size',
      value: 50,
      retryAfterSeconds: 5,
    });
    expect(await spend(0, 50)).toEqual({ ok: true });
    expect(await spend(0, 25)).toEqual({
      ok: false,
      limit: 'rate',
      name: 'ingestion_rate',
      value: 10,
      retryAfterSeconds: 1,
    });
    const verdicts = await Promise.all(Array.from({ length: 30 }, () => spend(0, 1, 'single')));
    expect(verdicts.filter((one) => one.ok)).toHaveLength(10);
    expect(verdicts.at(-1)).toMatchObject({ ok: false, limit: 'rate', name: 'request_rate', value: 1 });
  });

  test('go on by what was taken while the store is gone, and then ask to come again', async () => {
    const { client } = firestore;
    let isUp = true;
    // The client's own surface, as it fails.
    const failing = new Proxy(client, {
      get: (target, name) =>
        name === 'runTransaction' && !isUp
          ? () => Promise.reject(Object.assign(new Error('14 UNAVAILABLE'), { code: 14 }))
          : (Reflect.get(target, name) as unknown),
    });
    const quotas = firestoreQuotas(failing, { now: () => START_MS });
    const spend = () => quotas.spend('quotas-gone', 'single', 1, DEFAULT_LIMITS);
    await spend();
    isUp = false;
    for (let left = 0; left < 100; left++) expect(await spend()).toEqual({ ok: true });
    await expect(spend()).rejects.toThrow(RetryableError);
    isUp = true;
    expect(await spend()).toEqual({ ok: true });
  });
});
