/** Who let agents work lately. */
import { z } from 'zod';
import { defineComputation, dependency, previous } from '../../index.ts';
import { agentDay } from './agent-day.ts';
import { AS_SENT } from './checks.ts';
import { RecentActivity, withToday } from './recent-activity.ts';

/**
 * By organization and user: `acme/ann`. State that is carried from day to day; days without any agent at all are passed over, and cost nothing.
 * Bounded by the users of 28 days: who was not active for as long is forgotten.
 */
export const agentActivity = defineComputation({
  name: 'agent-activity',
  category: 'people',
  productLines: ['productivity'],
  tags: ['agents', 'activity'],
  description: 'On which of the last 28 days every user let agents work',
  needs: { today: dependency(agentDay), before: previous() },
  output: z.record(z.string(), RecentActivity),
  checks: AS_SENT,
  headline: (users) => `${Object.keys(users).length} users let agents work in the last 28 days`,
  compute: ({ today, before = {} }, { date }) => withToday(before, Object.keys(today), date),
});
