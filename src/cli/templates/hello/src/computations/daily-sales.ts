/** A day at the counter, from its orders. */
import { dataset, defineComputation } from 'daymill';
import { z } from 'zod';
import { orders } from './orders.ts';

export const DailySales = z.object({
  orders: z.number().int().positive(),
  /** In dollars. */
  revenue: z.number().positive(),
  bestSeller: z.string(),
});

export const dailySales = defineComputation({
  name: 'daily-sales',
  category: 'sales',
  needs: { orders: dataset(orders) },
  output: DailySales,
  headline: ({ orders, revenue, bestSeller }) => `${orders} orders, $${revenue.toFixed(2)}, mostly ${bestSeller}`,
  // Orders come one by one, however many there are: only the tally is kept.
  reduce: {
    init: () => ({ cents: 0, sold: new Map<string, number>() }),
    add: (tally, { drink, price }) => {
      tally.cents += Math.round(price * 100);
      tally.sold.set(drink, (tally.sold.get(drink) ?? 0) + 1);
    },
    finish: ({ cents, sold }) => {
      // The first name in the alphabet of those that were sold most often.
      const [first] = [...sold].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
      return {
        orders: [...sold.values()].reduce((sum, count) => sum + count, 0),
        revenue: cents / 100,
        bestSeller: first?.[0] ?? '',
      };
    },
  },
});
