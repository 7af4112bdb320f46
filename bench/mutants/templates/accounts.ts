/** Accounts of a subscription: plans, churn, credit scores, names as people type them. */
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, dependency, previous } from '../../../src/index.ts';

export const accounts = defineDataset({
  name: 'accounts',
  entity: z.object({
    name: z.string().max(40),
    plan: z.string().max(12),
    seats: z.number().int().min(0).max(400),
    since: z.iso.date(),
    lastSeen: z.iso.date().nullable(),
    invoices: z.array(z.object({ amount: z.number().min(-5_000).max(5_000), paid: z.boolean() })).max(5),
  }),
});

const Risk = z.enum(['none', 'watch', 'high']);

const PRICES: Readonly<Record<string, number>> = { free: 0, team: 9.5, business: 19, enterprise: 39 };
const DAY_MS = 86_400_000;

const daysBetween = (from: string, to: string): number => Math.round((Date.parse(to) - Date.parse(from)) / DAY_MS);

function planOf(plan: string): string {
  const name = plan.trim().toLowerCase();
  return Object.hasOwn(PRICES, name) ? name : 'free';
}

/** `van  der Berg,  Anna` and `Anna van der Berg` are one. */
function personOf(name: string): string {
  const [last = '', first] = name.normalize('NFC').split(',');
  const whole = first === undefined ? last : `${first} ${last}`;
  return whole.trim().replaceAll(/\s+/g, ' ').toLowerCase();
}

function monthly(seats: number, plan: string): number {
  const price = PRICES[plan] ?? 0;
  switch (plan) {
    case 'enterprise':
      return price * Math.max(seats, 25);
    case 'business':
      return price * seats * (seats >= 50 ? 0.9 : 1);
    default:
      return price * seats;
  }
}

export const accountHealth = defineComputation({
  name: 'account-health',
  category: 'subscriptions',
  needs: { accounts: dataset(accounts) },
  output: z.record(
    z.string(),
    z.object({
      person: z.string(),
      plan: z.string(),
      monthly: z.number(),
      age: z.number().int(),
      idle: z.number().int().nullable(),
      debt: z.number(),
      risk: Risk,
    }),
  ),
  perEntity: ({ name, plan, seats, since, lastSeen, invoices }, { date }) => {
    const known = planOf(plan);
    const idle = lastSeen === null ? null : Math.max(daysBetween(lastSeen, date), 0);
    const debt = invoices.filter(({ paid }) => !paid).reduce((sum, { amount }) => sum + amount, 0);
    const risk: z.infer<typeof Risk> =
      debt > 1_000 || (idle ?? 999) > 60 ? 'high' : debt > 0 || (idle ?? 0) >= 14 ? 'watch' : 'none';
    return {
      person: personOf(name),
      plan: known,
      monthly: monthly(seats, known),
      age: daysBetween(since, date),
      idle,
      debt,
      risk,
    };
  },
});

/** Recurring revenue by plan, who moved between risks, and the accounts of one person under several ids. */
export const subscriptionBook = defineComputation({
  name: 'subscription-book',
  category: 'subscriptions',
  needs: { health: dependency(accountHealth), before: previous() },
  output: z.object({
    revenue: z.number(),
    plans: z.record(z.string(), z.number()),
    risks: z.record(z.string(), z.string()),
    worsened: z.array(z.string()),
    doubles: z.number().int(),
    oldest: z.number().int(),
    share: z.number(),
  }),
  compute: ({ health, before }) => {
    const order = ['none', 'watch', 'high'];
    const plans: Record<string, number> = {};
    const risks: Record<string, string> = {};
    const people = new Map<string, string[]>();
    const worsened: string[] = [];
    let revenue = 0;
    let oldest = 0;
    for (const [id, account] of Object.entries(health)) {
      revenue += account.monthly;
      plans[account.plan] = (plans[account.plan] ?? 0) + account.monthly;
      risks[id] = account.risk;
      const known = before?.risks[id];
      if (known !== undefined && order.indexOf(account.risk) > order.indexOf(known)) worsened.push(id);
      people.set(account.person, [...(people.get(account.person) ?? []), id]);
      if (account.age > oldest) oldest = account.age;
    }
    const doubles = [...people.values()].filter((ids) => ids.length > 1).length;
    const largest = Math.max(0, ...Object.values(plans));
    return {
      revenue,
      plans,
      risks,
      worsened: worsened.toSorted(),
      doubles,
      oldest,
      share: revenue > 0 ? largest / revenue : 0,
    };
  },
});
