/** What was sold: one row an order, in data/orders.csv. */
import { defineDataset, number } from 'daymill';
import { z } from 'zod';

export const Order = z.object({
  drink: z.string(),
  /** In dollars. */
  price: z.number().positive(),
});

export const orders = defineDataset({
  name: 'orders',
  entity: Order,
  source: {
    file: 'data/orders.csv',
    format: 'csv',
    dateColumn: 'date',
    parse: (row) => ({ drink: String(row['drink']), price: number(row, 'price') }),
  },
});
