/** How likely a user is somebody whom it pays to watch. */
import { z } from 'zod';
import { dataset, defineComputation, joined } from '../../index.ts';
import { dispositionEffect, type DispositionEffect } from './disposition-effect.ts';
import { portfolios } from './portfolios.ts';
import { returnAttribution, type ReturnAttribution } from './return-attribution.ts';
import { revengeTrading, type RevengeTrading } from './revenge-trading.ts';
import { riskReturn, type RiskReturn } from './risk-return.ts';

export const SmartMoneyScore = z.object({
  /** 0 to 100: of simulated users with this score, as many in a hundred are skilled. Null for too little history. */
  score: z.number().min(0).max(100).nullable(),
  /** What each part adds to the logarithm of the odds, beside the constant. */
  parts: z.object({
    alpha: z.number(),
    sharpe: z.number(),
    disposition: z.number(),
    revenge: z.number(),
  }),
});
export type SmartMoneyScore = z.infer<typeof SmartMoneyScore>;
export type Parts = SmartMoneyScore['parts'];

/**
 * What each part weighs, as log-odds: a logistic regression (D. R. Cox, "The Regression Analysis of Binary Sequences", 1958) of who is skilled, fitted to 20,000 simulated
 * users, of whom that is known. `npm run bench -- computations` fits it anew and says how far these are from it. They are of the simulation: for people, fit your own.
 */
export const WEIGHTS: Parts & { readonly constant: number } = {
  constant: -13.77,
  alpha: 4.21,
  sharpe: 0.84,
  disposition: 0.58,
  revenge: 0.48,
};

/**
 * Alpha by its standard error counts most, then how smooth the way was; biases that cost money count against. Drawdown and turnover were tried, and are left out:
 * skilled people of the simulation trade more than others and hold less at a time, so that the fit took cost and falls for merits. A score is evidence of 60
 * days, not of a life; what it is worth is told by the p-value of `return-attribution`.
 */
export const smartMoneyScore = defineComputation({
  name: 'smart-money-score',
  category: 'performance',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['skill'],
  description: 'Likelihood that a user is skilled, of alpha, the Sharpe ratio and biases together',
  needs: {
    portfolio: dataset(portfolios),
    attribution: joined(returnAttribution),
    risk: joined(riskReturn),
    disposition: joined(dispositionEffect),
    revenge: joined(revengeTrading),
  },
  output: z.record(z.string(), SmartMoneyScore),
  checks: { nullDensity: false },
  perEntity: (_, { inputs }) => scoreOf(featuresOf(inputs)),
});

interface Found {
  readonly attribution: ReturnAttribution | undefined;
  readonly risk: RiskReturn | undefined;
  readonly disposition: DispositionEffect | undefined;
  readonly revenge: RevengeTrading | undefined;
}

/** Farther out a feature says no more than here. */
const MOST_ERRORS = 6;
const MOST_DIGITS = 6;

/** What is weighed, each of a size of about one; undefined for too little history. */
export function featuresOf({ attribution, risk, disposition, revenge }: Found): Parts | undefined {
  if (attribution?.alpha == null || risk?.sharpe == null) return undefined;
  const { estimate, error } = attribution.alpha;
  const { sharpe, sharpeError } = risk;
  // Without an error nobody knows what an estimate says.
  if (error === 0 || sharpeError === null || sharpeError === 0) return undefined;
  return {
    alpha: within(estimate / error, MOST_ERRORS),
    sharpe: within(sharpe / sharpeError, MOST_ERRORS),
    disposition: -evidence(disposition?.pValue),
    revenge: -evidence(revenge?.pValue),
  };
}

export function scoreOf(features: Parts | undefined): SmartMoneyScore {
  const parts = { alpha: 0, sharpe: 0, disposition: 0, revenge: 0 };
  if (features === undefined) return { score: null, parts };
  let odds = WEIGHTS.constant;
  for (const part of Object.keys(parts) as (keyof Parts)[]) {
    parts[part] = WEIGHTS[part] * features[part];
    odds += parts[part];
  }
  return { score: 100 / (1 + Math.exp(-odds)), parts };
}

/** Decimal digits by which chance is unlikely: 3 for one of a thousand. */
const evidence = (pValue = 1): number => Math.min(MOST_DIGITS, -Math.log10(Math.max(pValue, Number.MIN_VALUE)));

const within = (value: number, most: number): number => Math.max(-most, Math.min(most, value));
