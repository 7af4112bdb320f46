/** How much an organization's agents use, how unevenly, and how much of its budget is left. */
import { z } from 'zod';
import { defineComputation, dependency, history, previous } from '../../index.ts';
import { herfindahlIndex } from '../statistics/herfindahl-index.ts';
import { quantile } from '../statistics/quantile.ts';
import { agentDay } from './agent-day.ts';
import type { AgentDay } from './agent-day.ts';
import { AS_SENT } from './checks.ts';
import { byOrganization, organizationOf, wholeOf } from './keys.ts';
import { tokenBudget } from './token-budget.ts';

/** A budget holds from the day after it was said, until another is, and for two months at most. */
const BUDGET_DAYS = 62;

export const TokenUse = z.object({
  /** Tokens in and out, today; those of runs that name no user among them. */
  tokens: z.number().nonnegative(),
  /** Of those, the ones of runs that name no user. The figures by user leave them out. */
  unsignedTokens: z.number().nonnegative(),
  /** Users with any tokens today. */
  users: z.number().int().nonnegative(),
  /** Tokens a user: median, 90th and 99th percentile over those users (Hyndman & Fan's definition 7); null without any. */
  p50: z.number().nonnegative().nullable(),
  p90: z.number().nonnegative().nullable(),
  p99: z.number().nonnegative().nullable(),
  /** Herfindahl-Hirschman index over the users' shares: 1 by the number of users where all use alike, 1 where one uses all; null without any. */
  hhi: z.number().min(0).max(1).nullable(),
  /** 1 / HHI: as many users of equal use would be as concentrated. */
  effectiveUsers: z.number().nonnegative().nullable(),
  /** Share of the user with the most, 0 to 1; null without any. */
  largestShare: z.number().min(0).max(1).nullable(),
  /** The calendar month (UTC), and the tokens of its days so far, today's among them. */
  month: z.string(),
  monthTokens: z.number().nonnegative(),
  /** Tokens a month that the organization said last, by yesterday; null where it said none in 62 days. */
  budget: z.number().nonnegative().nullable(),
  /** Tokens of the month by the budget: above 1 where it is spent. Null without a budget, or with one of 0. */
  budgetShare: z.number().nonnegative().nullable(),
});
export type TokenUse = z.infer<typeof TokenUse>;

/** By organization: `acme/`. One that used none today keeps its month until the month is over. */
export const tokenUse = defineComputation({
  name: 'token-use',
  category: 'organizations',
  productLines: ['productivity'],
  tags: ['agents', 'tokens', 'concentration'],
  description: 'Tokens of every organization: a user’s percentiles, concentration, and share of the month’s budget',
  needs: { today: dependency(agentDay), budgets: history(tokenBudget, BUDGET_DAYS), before: previous() },
  output: z.record(z.string(), TokenUse),
  checks: AS_SENT,
  headline: (organizations) => {
    const tokens = Object.values(organizations).reduce((sum, use) => sum + use.tokens, 0);
    const over = Object.values(organizations).filter(({ budgetShare }) => (budgetShare ?? 0) > 1).length;
    return `${tokens} tokens in ${Object.keys(organizations).length} organizations, ${over} over budget`;
  },
  compute: ({ today, budgets, before = {} }, { date }) => {
    const month = date.slice(0, 7);
    const users = byOrganization(today);
    const going = Object.entries(before).filter(([, use]) => use.month === month);
    const organizations = new Set([...users.keys(), ...going.map(([key]) => organizationOf(key))]);
    return Object.fromEntries(
      [...organizations].map((organization) => {
        const key = wholeOf(organization);
        const use = useOf(users.get(organization) ?? []);
        const earlier = before[key]?.month === month ? before[key].monthTokens : 0;
        const budget = budgets.findLast(({ value }) => value[key] !== undefined)?.value[key] ?? null;
        const monthTokens = earlier + use.tokens;
        const budgetShare = budget === null || budget === 0 ? null : monthTokens / budget;
        return [key, { ...use, month, monthTokens, budget, budgetShare }];
      }),
    );
  },
});

const tokensOf = ({ inputTokens, outputTokens }: AgentDay): number => inputTokens + outputTokens;

function useOf(
  days: readonly { readonly name: string; readonly value: AgentDay }[],
): Omit<TokenUse, 'month' | 'monthTokens' | 'budget' | 'budgetShare'> {
  const unsigned = days.find(({ name }) => name === '');
  const unsignedTokens = unsigned === undefined ? 0 : tokensOf(unsigned.value);
  const ascending = days
    .filter(({ name }) => name !== '')
    .map(({ value }) => tokensOf(value))
    .filter((tokens) => tokens > 0)
    .sort((a, b) => a - b);
  const signed = ascending.reduce((sum, tokens) => sum + tokens, 0);
  const largest = ascending.at(-1);
  const hhi = largest === undefined ? null : Math.min(1, herfindahlIndex(ascending));
  return {
    tokens: signed + unsignedTokens,
    unsignedTokens,
    users: ascending.length,
    p50: quantile(ascending, 0.5) ?? null,
    p90: quantile(ascending, 0.9) ?? null,
    p99: quantile(ascending, 0.99) ?? null,
    hhi,
    effectiveUsers: hhi === null ? null : 1 / hhi,
    largestShare: largest === undefined ? null : largest / signed,
  };
}
