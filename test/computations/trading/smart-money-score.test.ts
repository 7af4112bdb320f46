/** The score by hand, and of what is missing. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { DispositionEffect } from '../../../src/computations/trading/disposition-effect.ts';
import type { ReturnAttribution } from '../../../src/computations/trading/return-attribution.ts';
import type { RevengeTrading } from '../../../src/computations/trading/revenge-trading.ts';
import { riskOf, type RiskReturn } from '../../../src/computations/trading/risk-return.ts';
import { smartMoneyScore, type SmartMoneyScore, WEIGHTS } from '../../../src/computations/trading/smart-money-score.ts';
import { runDay } from '../../../src/testing/index.ts';
import { portfolio, TODAY } from '../../support/trading-world.ts';

interface Found {
  readonly attribution?: ReturnAttribution;
  readonly risk?: RiskReturn;
  readonly disposition?: DispositionEffect;
  readonly revenge?: RevengeTrading;
}

const attribution = (estimate: number, error = 1): ReturnAttribution => ({
  days: 60,
  alpha: { estimate, error },
  marketBeta: null,
  sectorBeta: null,
  sector: null,
  explained: null,
  pValue: null,
  verdict: 'chance',
});
const risk = (sharpe: number, sharpeError = 1): RiskReturn => ({ ...riskOf([]), returns: 60, sharpe, sharpeError });
const disposition = (pValue: number): DispositionEffect => ({
  gainsRealised: null,
  lossesRealised: null,
  effect: null,
  sales: 0,
  pValue,
});
const revenge = (pValue: number): RevengeTrading => ({
  afterLoss: 0,
  otherwise: 0,
  raisedAfterLoss: null,
  raisedOtherwise: null,
  pValue,
});

async function found(of: Found): Promise<SmartMoneyScore> {
  const own = <T>(value: T | undefined): Record<string, T> => (value === undefined ? {} : { ann: value });
  const result = await runDay(smartMoneyScore, TODAY, {
    portfolio: [portfolio()],
    attribution: own(of.attribution),
    risk: own(of.risk),
    disposition: own(of.disposition),
    revenge: own(of.revenge),
  });
  return result['ann'] as SmartMoneyScore;
}

const logistic = (odds: number): number => 100 / (1 + Math.exp(-odds));

test('of an alpha and a Sharpe ratio of three and two errors, and biases at one in a hundred and one in ten', async () => {
  const all = {
    attribution: attribution(0.3, 0.1),
    risk: risk(2, 1),
    disposition: disposition(0.01),
    revenge: revenge(0.1),
  };
  const { score, parts } = await found(all);
  expect(parts.alpha).toBeCloseTo(3 * WEIGHTS.alpha, 12);
  expect(parts.sharpe).toBeCloseTo(2 * WEIGHTS.sharpe, 12);
  expect(parts.disposition).toBeCloseTo(-2 * WEIGHTS.disposition, 12);
  expect(parts.revenge).toBeCloseTo(-WEIGHTS.revenge, 12);
  const odds = WEIGHTS.constant + 3 * WEIGHTS.alpha + 2 * WEIGHTS.sharpe - 2 * WEIGHTS.disposition - WEIGHTS.revenge;
  expect(score).toBeCloseTo(logistic(odds), 9);
});

test('biases take away, and skill gives', () => {
  for (const weight of [WEIGHTS.alpha, WEIGHTS.sharpe, WEIGHTS.disposition, WEIGHTS.revenge])
    expect(weight).toBeGreaterThan(0);
});

describe('what is missing', () => {
  const NOTHING = { score: null, parts: { alpha: 0, sharpe: 0, disposition: 0, revenge: 0 } };

  test('an alpha or a Sharpe ratio: there is no score', async () => {
    expect(await found({})).toEqual(NOTHING);
    expect(await found({ risk: risk(2), disposition: disposition(0.5), revenge: revenge(0.5) })).toEqual(NOTHING);
    expect(await found({ attribution: attribution(2) })).toEqual(NOTHING);
    expect(await found({ attribution: { ...attribution(2), alpha: null }, risk: risk(2) })).toEqual(NOTHING);
    expect(await found({ attribution: attribution(2), risk: riskOf([]) })).toEqual(NOTHING);
  });

  test('the error of either: there is no score', async () => {
    expect(await found({ attribution: attribution(0, 0), risk: risk(2) })).toEqual(NOTHING);
    expect(await found({ attribution: attribution(2), risk: risk(0, 0) })).toEqual(NOTHING);
    expect(await found({ attribution: attribution(2), risk: { ...risk(0), sharpeError: null } })).toEqual(NOTHING);
  });

  test('biases: nothing is held against anybody', async () => {
    const skill = { attribution: attribution(2), risk: risk(1) };
    expect(await found(skill)).toEqual(await found({ ...skill, disposition: disposition(1), revenge: revenge(1) }));
  });
});

test('what is far out says no more than a limit: six errors, six digits', async () => {
  const far = {
    attribution: attribution(1e9),
    risk: risk(-1e9),
    disposition: disposition(0),
    revenge: revenge(1e-300),
  };
  const { parts, score } = await found(far);
  expect(parts.alpha).toBeCloseTo(6 * WEIGHTS.alpha, 12);
  expect(parts.sharpe).toBeCloseTo(-6 * WEIGHTS.sharpe, 12);
  expect(parts.disposition).toBeCloseTo(-6 * WEIGHTS.disposition, 12);
  expect(parts.revenge).toBeCloseTo(-6 * WEIGHTS.revenge, 12);
  expect(score).toBeGreaterThan(0);
  const least = await found({ ...far, attribution: attribution(-1e9) });
  expect(least.score).toBeGreaterThanOrEqual(0);
  expect(least.score).toBeLessThan(1e-9);
});

test('a better alpha never makes a worse score, a stronger bias never a better one', async () => {
  const errors = fc.double({ min: -9, max: 9, noNaN: true });
  const pValues = fc.double({ min: 0, max: 1, noNaN: true });
  await fc.assert(
    fc.asyncProperty(errors, errors, errors, pValues, pValues, async (one, other, sharpe, p, q) => {
      const scoreOf = async (alpha: number, pValue: number): Promise<number> => {
        const of = { attribution: attribution(alpha), risk: risk(sharpe), disposition: disposition(pValue) };
        return (await found(of)).score as number;
      };
      const base = await scoreOf(Math.min(one, other), Math.min(p, q));
      expect(await scoreOf(Math.max(one, other), Math.min(p, q))).toBeGreaterThanOrEqual(base - 1e-9);
      expect(await scoreOf(Math.min(one, other), Math.max(p, q))).toBeGreaterThanOrEqual(base - 1e-9);
    }),
    { numRuns: 40 },
  );
});
