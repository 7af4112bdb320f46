/** Labels and traits: where their lines are, which comes first, and what is missing. */
import { describe, expect, test } from 'vitest';
import type { Concentration } from '../../../src/computations/trading/concentration.ts';
import type { DispositionEffect } from '../../../src/computations/trading/disposition-effect.ts';
import type { Overtrading } from '../../../src/computations/trading/overtrading.ts';
import type { ReturnAttribution } from '../../../src/computations/trading/return-attribution.ts';
import type { RevengeTrading } from '../../../src/computations/trading/revenge-trading.ts';
import type { SmartMoneyScore } from '../../../src/computations/trading/smart-money-score.ts';
import { Trait, userClassifier, type UserClass } from '../../../src/computations/trading/user-classifier.ts';
import { runDay } from '../../../src/testing/index.ts';
import { portfolio, TODAY } from '../../support/trading-world.ts';

/** Somebody of whom everything is known, and nothing is to be said. */
const ATTRIBUTION: ReturnAttribution = {
  days: 60,
  alpha: { estimate: 0, error: 1 },
  marketBeta: null,
  sectorBeta: null,
  sector: null,
  explained: 0,
  pValue: 0.5,
  verdict: 'chance',
};
const DISPOSITION: DispositionEffect = { gainsRealised: 0, lossesRealised: 0, effect: 0, sales: 9, pValue: 1 };
const REVENGE: RevengeTrading = { afterLoss: 1, otherwise: 1, raisedAfterLoss: 0, raisedOtherwise: 0, pValue: 1 };
const OVERTRADING: Overtrading = { days: 60, trades: 1, monthlyTurnover: 0, monthlyCost: 0, costOfGains: null };
const CONCENTRATION: Concentration = {
  tickers: 1,
  exposure: 1,
  worth: 1,
  largestShare: 1,
  largest: 'A',
  largestOfWorth: 0,
  herfindahl: 1,
  sector: null,
  sectorShare: null,
};
const SMART: SmartMoneyScore = { score: 12, parts: { alpha: 0, sharpe: 0, disposition: 0, revenge: 0 } };

interface Found {
  readonly attribution?: Partial<ReturnAttribution>;
  readonly disposition?: Partial<DispositionEffect>;
  readonly revenge?: Partial<RevengeTrading>;
  readonly overtrading?: Partial<Overtrading>;
  readonly concentration?: Partial<Concentration>;
  readonly smart?: Partial<SmartMoneyScore>;
}

async function found(of: Found): Promise<UserClass> {
  const result = await runDay(userClassifier, TODAY, {
    portfolio: [portfolio()],
    attribution: { ann: { ...ATTRIBUTION, ...of.attribution } },
    disposition: { ann: { ...DISPOSITION, ...of.disposition } },
    revenge: { ann: { ...REVENGE, ...of.revenge } },
    overtrading: { ann: { ...OVERTRADING, ...of.overtrading } },
    concentration: { ann: { ...CONCENTRATION, ...of.concentration } },
    smart: { ann: { ...SMART, ...of.smart } },
  });
  return result['ann'] as UserClass;
}

test('a plain user has no trait, and a score', async () => {
  expect(await found({})).toEqual({ label: 'plain', traits: [], score: 12 });
});

const EACH: readonly (readonly [trait: Trait, holds: Found, holdsNot: Found])[] = [
  ['skilled', { attribution: { verdict: 'skill' } }, { attribution: { verdict: 'too-little-history' } }],
  ['revenge', { revenge: { pValue: 0.001 } }, { revenge: { pValue: 0.00101 } }],
  ['disposition', { disposition: { pValue: 0.001 } }, { disposition: { pValue: 0.00101 } }],
  ['overtrading', { overtrading: { monthlyCost: 0.0171 } }, { overtrading: { monthlyCost: 0.017 } }],
  ['concentrated', { concentration: { largestOfWorth: 0.801 } }, { concentration: { largestOfWorth: 0.8 } }],
];

test.each(EACH)('%s begins where it is said to', async (trait, holds, holdsNot) => {
  expect(await found(holds)).toEqual({ label: trait, traits: [trait], score: 12 });
  expect(await found(holdsNot)).toEqual({ label: 'plain', traits: [], score: 12 });
});

test('costs above the line are twenty percent a year and more', () => {
  expect((1 - 0.017) ** 12).toBeLessThan(1 - 0.18);
  expect(0.017 * 12).toBeGreaterThan(0.2);
});

test('of several the first is the label', async () => {
  for (let from = 0; from < EACH.length; from++) {
    const all = Object.assign({}, ...EACH.slice(from).map(([, holds]) => holds)) as Found;
    const traits = Trait.options.slice(from);
    expect(await found(all)).toEqual({ label: traits[0], traits, score: 12 });
  }
});

describe('what is missing', () => {
  test('all of it: the user is unknown', async () => {
    const nothing = { attribution: {}, disposition: {}, revenge: {}, overtrading: {}, concentration: {}, smart: {} };
    const result = await runDay(userClassifier, TODAY, { portfolio: [portfolio()], ...nothing });
    expect(result).toEqual({ ann: { label: 'unknown', traits: [], score: null } });
  });

  test('a score: unknown, unless something holds', async () => {
    expect(await found({ smart: { score: null } })).toMatchObject({ label: 'unknown' });
    const one = await found({ smart: { score: null }, concentration: { largestOfWorth: 3 } });
    expect(one).toEqual({ label: 'concentrated', traits: ['concentrated'], score: null });
  });

  test('cost and worth: neither trait', async () => {
    const none = { overtrading: { monthlyCost: null }, concentration: { largestOfWorth: null } };
    expect(await found(none)).toMatchObject({ label: 'plain' });
  });

  test('a score of nought is a score', async () => {
    expect(await found({ smart: { score: 0 } })).toEqual({ label: 'plain', traits: [], score: 0 });
  });
});
