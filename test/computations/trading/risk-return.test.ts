/** Sharpe, Sortino and drawdown: by hand, and of bad input. */
import { describe, expect, test } from 'vitest';
import type { History } from '../../../src/computations/trading/histories.ts';
import { type RiskReturn, riskOf, riskReturn } from '../../../src/computations/trading/risk-return.ts';
import { runDay } from '../../../src/testing/index.ts';
import { at, history, panelOf, portfolio, TODAY, worthAfter } from '../../support/trading-world.ts';

const alternating = Array.from({ length: 60 }, (_, day) => (day % 2 === 0 ? 0.02 : -0.01));
const flat = Array.from({ length: 61 }, () => 10);
const UNKNOWN = { reward: null, risk: null, sharpe: null, sharpeError: null, sortino: null, maximumDrawdown: null };

async function found(of: Partial<History>, days = 61): Promise<RiskReturn | undefined> {
  const panel = await panelOf({ closes: { A: flat.slice(0, days) } });
  const result = await runDay(riskReturn, TODAY, { portfolio: [portfolio()], history: [history(of)], panel });
  return result['ann'];
}

test('sixty days of two percent up, one down', async () => {
  // The mean is 0.005; each is 0.015 off it, so that the squares sum to 60 * 0.015², of 59 degrees of freedom.
  const risk = 0.015 * Math.sqrt(60 / 59);
  const sharpe = 0.005 / risk;
  expect(await found({ equity: worthAfter(alternating) })).toEqual({
    returns: 60,
    reward: expect.closeTo(0.005, 12),
    risk: expect.closeTo(risk, 12),
    sharpe: expect.closeTo(sharpe * Math.sqrt(252), 9),
    // A. W. Lo (2002), equation 9: sqrt((1 + SR² / 2) / T), before it is made yearly.
    sharpeError: expect.closeTo(Math.sqrt((1 + sharpe ** 2 / 2) / 60) * Math.sqrt(252), 9),
    // Half of the days lose 0.01.
    sortino: expect.closeTo((0.005 / (0.01 * Math.SQRT1_2)) * Math.sqrt(252), 9),
    maximumDrawdown: expect.closeTo(0.01, 12),
  });
});

// A. W. Lo, "The Statistics of Sharpe Ratios", Financial Analysts Journal 58 (2002), table 1: asymptotic standard errors of independent returns, by SR and T.
test.each([
  [0.5, 60, 0.137],
  [1, 60, 0.158],
  [1.5, 60, 0.188],
  [2, 60, 0.224],
  [3, 60, 0.303],
  [1, 24, 0.25],
  [0.5, 36, 0.177],
])('the standard error of a ratio of %d over %d returns is %d', (ratio, count, error) => {
  // Half of them one deviation above the mean, half below: the sample deviation is 1, the mean the ratio.
  const apart = Math.sqrt((count - 1) / count);
  const { sharpe, sharpeError } = riskOf(
    Array.from({ length: count }, (_, at) => 0.01 * (ratio + (at % 2 === 0 ? apart : -apart))),
  );
  expect((sharpe as number) / Math.sqrt(252)).toBeCloseTo(ratio, 9);
  expect((sharpeError as number) / Math.sqrt(252)).toBeCloseTo(error, 3);
});

test('a drawdown is from the highest point so far, not from the first', () => {
  const days = [...Array.from({ length: 17 }, () => 0), 0.5, -0.5, 0.2, 1, -0.4];
  // 1, 1.5, 0.75, 0.9, 1.8, 1.08.
  expect(riskOf(days).maximumDrawdown).toBeCloseTo(0.5, 12);
});

describe('bad input', () => {
  test('too little history says how little, and nothing else', async () => {
    expect(await found({})).toEqual({ returns: 0, ...UNKNOWN });
    expect(await found({ equity: [1000] })).toEqual({ returns: 0, ...UNKNOWN });
    expect(await found({ equity: worthAfter(alternating.slice(0, 19)) })).toEqual({ returns: 19, ...UNKNOWN });
    expect((await found({ equity: worthAfter(alternating.slice(0, 20)) }))?.sharpe).toBeGreaterThan(0);
    const panel = await panelOf({ closes: { A: flat } });
    const nobody = await runDay(riskReturn, TODAY, { portfolio: [portfolio()], history: [], panel });
    expect(nobody).toEqual({ ann: { returns: 0, ...UNKNOWN } });
  });

  test('NaN is refused where it comes in', async () => {
    await expect(found({ equity: [1, Number.NaN] })).rejects.toThrow(
      'risk-return was given a wrong history.0.equity.1',
    );
  });

  test('days that nobody knows are left out with those after them', async () => {
    const equity: (number | null)[] = worthAfter(alternating);
    equity[30] = null;
    expect((await found({ equity }))?.returns).toBe(58);
  });

  test('returns that do not vary have no ratio, though rounding varies them', async () => {
    expect(await found({ equity: flat })).toMatchObject({ risk: 0, sharpe: null, sharpeError: null, sortino: null });
    const growing = Array.from({ length: 61 }, (_, day) => 1000 * 1.001 ** day);
    expect(riskOf(growing.slice(1).map((worth, day) => worth / (growing[day] as number) - 1)).risk).toBeGreaterThan(0);
    expect(await found({ equity: growing })).toMatchObject({ sharpe: null, sharpeError: null, sortino: null });
  });

  test('who never lost has a Sharpe ratio and no Sortino ratio', () => {
    const one = riskOf(Array.from({ length: 30 }, (_, day) => (day % 2) / 100));
    expect(one).toMatchObject({ sortino: null, maximumDrawdown: 0 });
    expect(one.sharpe).toBeGreaterThan(0);
  });

  test('who lost everything, or more, has fallen all the way', async () => {
    const calm = worthAfter(alternating.slice(0, 40));
    const lost = await found({ equity: [...calm, 0, 0] });
    expect(lost).toMatchObject({ returns: 41, maximumDrawdown: 1 });
    expect(lost?.sharpe).toBeLessThan(0);
    const owing = await found({ equity: [...calm, -300, -200, 5000, 5100] });
    expect(owing).toMatchObject({ maximumDrawdown: 1, returns: 42 });
    expect(owing?.reward).toBeLessThan(lost?.reward as number);
  });

  test('what is paid in makes nobody better, nor is it a way out of a fall', async () => {
    const equity = worthAfter(alternating);
    const paid = equity.map((worth, day) => (day >= 30 ? worth * 3 : worth));
    const deposits = [{ minute: at(30), amount: (equity[30] as number) * 2 }];
    const [plain, richer] = [await found({ equity }), await found({ equity: paid, deposits })];
    for (const [name, value] of Object.entries(plain ?? {}))
      expect(richer?.[name as keyof RiskReturn]).toBeCloseTo(value as number, 9);
  });
});
