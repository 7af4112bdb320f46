/** How many people an organization's tools have, and how often they come back. */
import { z } from 'zod';
import { defineComputation, dependency } from '../../index.ts';
import { agentActivity } from './agent-activity.ts';
import { AS_SENT } from './checks.ts';
import { commandActivity } from './command-activity.ts';
import { entryOf, organizationOf, wholeOf } from './keys.ts';
import { activityOn } from './recent-activity.ts';

const TODAY = 1;
const WEEK = 0b111_1111;
const WEEK_BEFORE = WEEK << 7;

export const ActiveUsers = z.object({
  /** Different users who ran a command or let an agent work: today, in the last 7 days, in the 7 days before those, and in the last 28 days. */
  daily: z.number().int().nonnegative(),
  weekly: z.number().int().nonnegative(),
  weeklyBefore: z.number().int().nonnegative(),
  monthly: z.number().int().positive(),
  /** Daily by monthly, 0 to 1: on what share of the days a user comes, on average. */
  stickiness: z.number().min(0).max(1),
  /** Of today's, those who were not active in the 27 days before. */
  newUsers: z.number().int().nonnegative(),
  /** Of today's, those who ran commands, and those who let agents work. */
  commandUsers: z.number().int().nonnegative(),
  agentUsers: z.number().int().nonnegative(),
  /** Agent users by daily ones, 0 to 1; null on a day on which nobody was active. */
  agentShare: z.number().min(0).max(1).nullable(),
});
export type ActiveUsers = z.infer<typeof ActiveUsers>;

/** Of one organization: per user the bits of the last 28 days. */
interface Bits {
  readonly commands: number;
  readonly agents: number;
}

/** By organization, exact: `acme/`. Of days on which there are both commands and agent runs of whichever organization. */
export const activeUsers = defineComputation({
  name: 'active-users',
  category: 'organizations',
  productLines: ['productivity'],
  tags: ['activity', 'adoption'],
  description: 'Daily, weekly and monthly active users of every organization, and how often they come back',
  needs: { commands: dependency(commandActivity), agents: dependency(agentActivity) },
  output: z.record(z.string(), ActiveUsers),
  checks: AS_SENT,
  headline: (organizations) => {
    const daily = Object.values(organizations).reduce((sum, { daily }) => sum + daily, 0);
    return `${daily} active users in ${Object.keys(organizations).length} organizations`;
  },
  compute: ({ commands, agents }, { date }) => {
    const organizations = new Map<string, Map<string, Bits>>();
    for (const [kind, users] of [['commands', commands] as const, ['agents', agents] as const])
      for (const [key, activity] of Object.entries(users)) {
        const bits = activityOn(activity, date);
        if (bits === 0) continue;
        const own = entryOf(organizations, organizationOf(key), () => new Map<string, Bits>());
        own.set(key, { ...(own.get(key) ?? { commands: 0, agents: 0 }), [kind]: bits });
      }
    return Object.fromEntries(
      [...organizations].map(([organization, users]) => [wholeOf(organization), summary([...users.values()])]),
    );
  },
});

function summary(users: readonly Bits[]): ActiveUsers {
  const count = (days: number, of: (bits: Bits) => number): number =>
    users.filter((bits) => (of(bits) & days) !== 0).length;
  const either = ({ commands, agents }: Bits): number => commands | agents;
  const daily = count(TODAY, either);
  const agentUsers = count(TODAY, ({ agents }) => agents);
  return {
    daily,
    weekly: count(WEEK, either),
    weeklyBefore: count(WEEK_BEFORE, either),
    monthly: users.length,
    stickiness: daily / users.length,
    newUsers: users.filter((bits) => either(bits) === TODAY).length,
    commandUsers: count(TODAY, ({ commands }) => commands),
    agentUsers,
    agentShare: daily === 0 ? null : agentUsers / daily,
  };
}
