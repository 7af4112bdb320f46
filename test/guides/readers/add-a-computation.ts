/** docs/guides/add-a-computation.md: written, broken, moved and removed again in the project of the flights. */
import type { Reader } from '../../support/guide/follow-guide.ts';
import { emptyProject, type Installed } from '../../support/guide/guide-project.ts';

/** What the shops of the fragments have. */
const SHOP = `
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, defineDocument, dependency, document, history, joined, latest, previous } from 'daymill';
const Order = z.object({ customer: z.string(), sum: z.number() });
const orders = defineDataset({ name: 'orders', entity: Order, id: (one) => one.customer });
const refunds = defineDataset({ name: 'refunds', entity: Order, id: (one) => one.customer });
const stores = defineDocument({ name: 'stores', document: z.array(z.object({ id: z.string(), name: z.string() })) });
const prices = defineDocument({ name: 'prices', document: z.object({ high: z.number(), low: z.number(), close: z.number() }) });
const rates = defineComputation({
  name: 'rates', category: 'sales', needs: { orders: dataset(orders) }, output: z.object({ eur: z.number() }),
  reduce: { init: () => ({ eur: 1 }), add: () => undefined, finish: (one) => one },
});
const dailySales = defineComputation({
  name: 'daily-sales', category: 'sales', needs: { order: dataset(orders) }, output: z.record(z.string(), z.number()),
  perEntity: (order) => order.sum,
});
void [dependency, document, history, joined, latest, previous, prices, refunds, stores, rates, dailySales];
`;

export const readerOf = (installed: Installed): Reader => ({
  begin: (folder) => emptyProject(installed, folder),
  undone: ['Read other results', 'Break it'],
  exits: {
    'npx tsc --noEmit': 1,
    QUALITY_CIRCUIT_BREAKER: 1,
    'completed without 160 of 14828': 1,
    'Failed. 2001-01-31: 31 failed': 1,
    'daymill: src/computations': 2,
  },
  fragments: {
    'checks: {': (code) => ({
      path: 'src/fragments/checks.ts',
      text: `${SHOP}
export const priced = defineComputation({
  name: 'priced', category: 'sales', needs: { order: dataset(orders) }, output: z.record(z.string(), z.object({ price: z.number() })),
  perEntity: (order) => ({ price: order.sum }),
  ${code}
});`,
    }),
    'export const netSales': (code) => ({ path: 'src/fragments/net-sales.ts', text: SHOP + code }),
    'export const averageTrueRange': (code) => ({ path: 'src/fragments/average-true-range.ts', text: SHOP + code }),
    'export const storeSales': (code) => ({ path: 'src/fragments/store-sales.ts', text: SHOP + code }),
  },
});
