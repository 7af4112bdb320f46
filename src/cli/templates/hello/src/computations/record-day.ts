/** The best day so far: a computation may read its own result of the day before. */
import { defineComputation, dependency, previous } from 'daymill';
import { z } from 'zod';
import { dailySales } from './daily-sales.ts';

export const recordDay = defineComputation({
  name: 'record-day',
  category: 'sales',
  needs: { today: dependency(dailySales), before: previous() },
  output: z.object({ date: z.iso.date(), revenue: z.number() }),
  headline: ({ date, revenue }) => `$${revenue.toFixed(2)} on ${date}`,
  compute: ({ today, before }, { date }) =>
    before !== undefined && before.revenue >= today.revenue ? before : { date, revenue: today.revenue },
});
