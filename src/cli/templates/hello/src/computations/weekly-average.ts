/** The revenue of a day, smoothed over the week that ends with it. */
import { defineComputation, dependency, history } from 'daymill';
import { z } from 'zod';
import { dailySales } from './daily-sales.ts';

export const weeklyAverage = defineComputation({
  name: 'weekly-average',
  category: 'sales',
  needs: { today: dependency(dailySales), week: history(dailySales, 6) },
  output: z.object({ revenue: z.number(), days: z.number().int() }),
  headline: ({ revenue, days }) => `$${revenue.toFixed(2)} a day over ${days} days`,
  compute: ({ today, week }) => {
    const revenues = [...week.map(({ value }) => value.revenue), today.revenue];
    return { revenue: revenues.reduce((sum, one) => sum + one, 0) / revenues.length, days: revenues.length };
  },
});
