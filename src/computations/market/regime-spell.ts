/** How long the market has been in its state. */
import { z } from 'zod';
import { defineComputation, dependency, previous } from '../../index.ts';
import { Regime, regime } from './regime.ts';

export const RegimeSpell = Regime.extend({
  since: z.iso.date(),
  /** From the first of them to today, both counted. */
  tradingDays: z.number().int().positive(),
});

export const regimeSpell = defineComputation({
  name: 'regime-spell',
  category: 'signals',
  productLines: ['markets'],
  tags: ['trend'],
  description: 'Trading days since the regime last changed',
  needs: { today: dependency(regime), before: previous() },
  output: RegimeSpell,
  headline: ({ regime, tradingDays, since }) =>
    `${regime} for ${tradingDays} trading ${tradingDays === 1 ? 'day' : 'days'}, since ${since}`,
  compute: ({ today, before }, { date }) =>
    before?.regime === today.regime
      ? { ...before, tradingDays: before.tradingDays + 1 }
      : { regime: today.regime, since: date, tradingDays: 1 },
});
