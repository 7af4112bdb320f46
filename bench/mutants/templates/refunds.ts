/** A shop: what is left of orders after refunds, at the latest rates. */
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, defineDocument, joined, latest } from '../../../src/index.ts';

const entity = z.object({
  customer: z.string().min(1).max(12),
  sum: z.number().min(0).max(2_000),
  items: z.number().int().min(1).max(40),
  reason: z.enum(['broken', 'late', 'other']).optional(),
});
const id = (one: z.infer<typeof entity>): string => one.customer;
export const shopOrders = defineDataset({ name: 'shop-orders', entity, id });
export const shopRefunds = defineDataset({ name: 'shop-refunds', entity, id });
export const fees = defineDocument({
  name: 'fees',
  document: z.object({ rate: z.number().min(0.1).max(9), flat: z.number().int().min(0).max(50), currency: z.string() }),
});

const LATE_FEE = 5;

export const netSales = defineComputation({
  name: 'net-sales',
  category: 'shop',
  needs: { order: dataset(shopOrders, { dayBefore: true }), refund: joined(shopRefunds), fee: latest(fees) },
  output: z.record(
    z.string(),
    z.object({ net: z.number(), kept: z.number(), grows: z.boolean(), state: z.string(), fee: z.number() }),
  ),
  perEntity: ({ sum, items }, { before, inputs: { refund, fee } }) => {
    const back = refund === undefined ? 0 : Math.min(refund.sum, sum);
    const kept = refund === undefined ? items : Math.max(items - refund.items, 0);
    const late = refund?.reason === 'late' ? LATE_FEE : 0;
    const charged = fee.flat * (refund === undefined ? 1 : 2) + late;
    return {
      net: (sum - back) * fee.rate,
      kept,
      grows: sum > (before?.sum ?? 0) && refund === undefined,
      state: refund === undefined ? 'sold' : kept === 0 ? 'returned' : (refund.reason ?? 'partly'),
      fee: charged,
    };
  },
});

export const refundShare = defineComputation({
  name: 'refund-share',
  category: 'shop',
  needs: { order: dataset(shopOrders), refund: joined(shopRefunds) },
  output: z.object({ share: z.number(), refunds: z.number().int(), most: z.string() }),
  reduce: {
    init: () => ({ sum: 0, back: 0, refunds: 0, most: '', largest: -1 }),
    add: (all, { sum }, { id: customer, inputs: { refund } }) => {
      all.sum += sum;
      if (refund === undefined) return;
      all.refunds++;
      all.back += refund.sum;
      if (refund.sum > all.largest) {
        all.largest = refund.sum;
        all.most = customer;
      }
    },
    finish: ({ sum, back, refunds, most }) => ({ share: sum === 0 ? 0 : back / sum, refunds, most }),
  },
});
