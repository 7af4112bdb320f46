/** Who ran commands lately. */
import { z } from 'zod';
import { defineComputation, dependency, previous } from '../../index.ts';
import { AS_SENT } from './checks.ts';
import { commandDay } from './command-day.ts';
import { RecentActivity, withToday } from './recent-activity.ts';

/**
 * By organization and user: `acme/ann`. State that is carried from day to day; days without any command at all are passed over, and cost nothing.
 * Bounded by the users of 28 days: who was not active for as long is forgotten.
 */
export const commandActivity = defineComputation({
  name: 'command-activity',
  category: 'people',
  productLines: ['productivity'],
  tags: ['commands', 'activity'],
  description: 'On which of the last 28 days every user ran commands',
  needs: { today: dependency(commandDay), before: previous() },
  output: z.record(z.string(), RecentActivity),
  checks: AS_SENT,

  headline: (users) => `${Object.keys(users).length} users ran commands in the last 28 days`,
  compute: ({ today, before = {} }, { date }) => withToday(before, Object.keys(today), date),
});
