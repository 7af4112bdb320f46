/** What an organization says its agents may use in a month. */
import { z } from 'zod';
import { dataset, defineComputation } from '../../index.ts';
import { AS_SENT } from './checks.ts';
import { figures } from './events.ts';
import { wholeOf } from './keys.ts';

/** The `metric_name` of a productivity event whose `metric_value` is the budget. */
const BUDGET = 'token-budget';

interface Said {
  readonly timestamp: string;
  readonly tokens: number;
}

/**
 * By organization: `acme/`. Tokens a calendar month, as the day's last productivity event named `token-budget` says; of those at one time the
 * one with the greater id. A negative one is passed over.
 */
export const tokenBudget = defineComputation({
  name: 'token-budget',
  category: 'organizations',
  productLines: ['productivity'],
  tags: ['tokens'],
  description: 'Tokens a month that an organization allows itself, where it says so',
  needs: { figures: dataset(figures) },
  output: z.record(z.string(), z.number().nonnegative()),
  checks: AS_SENT,
  headline: (budgets) => `${Object.keys(budgets).length} organizations said a budget`,
  // One number an organization.
  reduce: {
    init: () => new Map<string, Said>(),
    add: (budgets, { organization, metric_name, metric_value, timestamp }) => {
      if (metric_name !== BUDGET || metric_value < 0) return;
      const said = budgets.get(organization);
      if (said === undefined || timestamp >= said.timestamp)
        budgets.set(organization, { timestamp, tokens: metric_value });
    },
    finish: (budgets) =>
      Object.fromEntries([...budgets].map(([organization, { tokens }]) => [wholeOf(organization), tokens])),
  },
});
