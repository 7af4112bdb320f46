/** The state of the market in one word. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { crossing50200 } from './crossing-50-200.ts';
import { drawdown } from './drawdown.ts';
import { volatility20 } from './volatility-20.ts';

/** The customary lines: 20 % below the peak is a bear market, 10 % a correction. */
const BEAR = -0.2;
const CORRECTION = -0.1;
/** A year's figure, ours: about one trading day in seven of 2000 to 2020 lies above it. */
const TURBULENT = 0.25;

export const Regime = z.object({
  regime: z.enum(['bear', 'correction', 'turbulent', 'bull', 'sideways', 'unknown']),
});

/**
 * The first that holds: bear, from 20 % below the peak; correction, from 10 %; turbulent, from a volatility of 25 %; bull, with the
 * 50-day average above the 200-day one; sideways, with it not above; unknown, while the averages are.
 */
export const regime = defineComputation({
  name: 'regime',
  category: 'signals',
  productLines: ['markets'],
  tags: ['trend', 'volatility'],
  description: 'Bear, correction, turbulent, bull or sideways',
  needs: { risk: dependency(volatility20), fall: dependency(drawdown), trend: dependency(crossing50200) },
  output: Regime,
  headline: ({ regime }) => regime,
  compute: ({ risk, fall, trend }) => {
    if (fall.drawdown <= BEAR) return { regime: 'bear' as const };
    if (fall.drawdown <= CORRECTION) return { regime: 'correction' as const };
    if ((risk.volatility ?? 0) >= TURBULENT) return { regime: 'turbulent' as const };
    if (trend.position === 'unknown') return { regime: 'unknown' as const };
    return { regime: trend.position === 'above' ? ('bull' as const) : ('sideways' as const) };
  },
});
