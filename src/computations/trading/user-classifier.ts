/** What kind of trader each user is, as far as that is more than chance. */
import { z } from 'zod';
import { dataset, defineComputation, joined } from '../../index.ts';
import { concentration, type Concentration } from './concentration.ts';
import { dispositionEffect, type DispositionEffect } from './disposition-effect.ts';
import { overtrading, type Overtrading } from './overtrading.ts';
import { portfolios } from './portfolios.ts';
import { returnAttribution, type ReturnAttribution } from './return-attribution.ts';
import { revengeTrading, type RevengeTrading } from './revenge-trading.ts';
import { SIGNIFICANCE } from './significance.ts';
import { smartMoneyScore } from './smart-money-score.ts';

/** Fees of a month, as a share of mean equity, that no skill known pays for: 20 % and more of it in a year. */
const TOO_COSTLY = 0.017;
/** Four fifths of what a user is worth in one ticker. */
const CONCENTRATED = 0.8;

/** In this order one is the label, where several hold. */
export const Trait = z.enum(['skilled', 'revenge', 'disposition', 'overtrading', 'concentrated']);
export type Trait = z.infer<typeof Trait>;

export const UserClass = z.object({
  /** `plain` where nothing holds; `unknown` where too little is known to say so. */
  label: z.enum([...Trait.options, 'plain', 'unknown']),
  /** All that holds. */
  traits: z.array(Trait),
  /** Of `smart-money-score`. */
  score: z.number().min(0).max(100).nullable(),
});
export type UserClass = z.infer<typeof UserClass>;

/**
 * Skill, revenge and disposition hold by their p-values, at one of a thousand each; overtrading and concentration by named lines. How often it is right is known of
 * the simulated users alone, see docs/computations.md.
 */
export const userClassifier = defineComputation({
  name: 'user-classifier',
  category: 'users',
  productLines: ['trading', 'stocks', 'crypto'],
  tags: ['bias', 'skill'],
  description: 'Skilled, revenge, disposition, overtrading, concentrated or plain',
  needs: {
    portfolio: dataset(portfolios),
    attribution: joined(returnAttribution),
    disposition: joined(dispositionEffect),
    revenge: joined(revengeTrading),
    overtrading: joined(overtrading),
    concentration: joined(concentration),
    smart: joined(smartMoneyScore),
  },
  output: z.record(z.string(), UserClass),
  checks: { nullDensity: false },
  perEntity: (_, { inputs }): UserClass => {
    const traits = traitsOf(inputs);
    const score = inputs.smart?.score ?? null;
    return { label: traits[0] ?? (score === null ? 'unknown' : 'plain'), traits, score };
  },
});

interface Found {
  readonly attribution: ReturnAttribution | undefined;
  readonly disposition: DispositionEffect | undefined;
  readonly revenge: RevengeTrading | undefined;
  readonly overtrading: Overtrading | undefined;
  readonly concentration: Concentration | undefined;
}

export function traitsOf({ attribution, disposition, revenge, overtrading, concentration }: Found): Trait[] {
  const holds: Readonly<Record<Trait, boolean>> = {
    skilled: attribution?.verdict === 'skill',
    revenge: (revenge?.pValue ?? 1) <= SIGNIFICANCE,
    disposition: (disposition?.pValue ?? 1) <= SIGNIFICANCE,
    overtrading: (overtrading?.monthlyCost ?? 0) > TOO_COSTLY,
    concentrated: (concentration?.largestOfWorth ?? 0) > CONCENTRATED,
  };
  return Trait.options.filter((trait) => holds[trait]);
}
