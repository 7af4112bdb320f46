/** A warehouse: what changed since yesterday, what to order, what it costs in tiers. */
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, dependency, history } from '../../../src/index.ts';

export const stock = defineDataset({
  name: 'stock',
  entity: z.object({
    sku: z.string().min(1).max(16),
    quantity: z.number().int().min(0).max(5_000),
    reserved: z.number().int().min(0).max(500),
    price: z.number().min(0).max(900).optional(),
    shelf: z.string().max(8).nullable(),
  }),
});

/** Per unit, from that many units on. */
const TIERS = [
  { from: 0, fee: 0.5 },
  { from: 100, fee: 0.4 },
  { from: 500, fee: 0.25 },
  { from: 2_000, fee: 0.1 },
];

/** Each unit costs what its own tier says. */
function storageFee(quantity: number): number {
  let fee = 0;
  for (const [index, tier] of TIERS.entries()) {
    if (quantity <= tier.from) break;
    const end = TIERS[index + 1]?.from ?? Infinity;
    fee += (Math.min(quantity, end) - tier.from) * tier.fee;
  }
  return fee;
}

function aisleOf(shelf: string | null, fallback = 'none'): string {
  if (shelf === null || shelf === '') return fallback;
  const [aisle = fallback, row] = shelf.split('-');
  return row === undefined ? aisle : `${aisle}/${row.padStart(2, '0')}`;
}

const Action = z.enum(['order', 'wait', 'new']);

const REORDER_AT = 20;

export const stockMoves = defineComputation({
  name: 'stock-moves',
  category: 'warehouse',
  needs: { stock: dataset(stock, { dayBefore: true }) },
  output: z.record(
    z.string(),
    z.object({
      moved: z.number().int(),
      free: z.number().int(),
      value: z.number(),
      fee: z.number(),
      aisle: z.string(),
      action: Action,
    }),
  ),
  perEntity: ({ quantity, reserved, price, shelf }, { before }) => {
    const free = Math.max(quantity - reserved, 0);
    const moved = quantity - (before?.quantity ?? 0);
    const value = quantity * (price ?? before?.price ?? 1);
    const action: z.infer<typeof Action> =
      before === undefined ? 'new' : free < REORDER_AT && moved <= 0 ? 'order' : 'wait';
    return { moved, free, value, fee: storageFee(quantity), aisle: aisleOf(shelf), action };
  },
});

/** Days that what moves out on average lets the free stock last; median over the entries. */
export const stockReach = defineComputation({
  name: 'stock-reach',
  category: 'warehouse',
  needs: { today: dependency(stockMoves), past: history(stockMoves, 14) },
  output: z.object({
    median: z.number().nullable(),
    shortest: z.array(z.string()),
    orders: z.number().int(),
    fees: z.number(),
  }),
  compute: ({ today, past }) => {
    const outflow = new Map<string, number>();
    for (const { value } of past) {
      for (const [id, { moved }] of Object.entries(value)) {
        if (moved >= 0) continue;
        outflow.set(id, (outflow.get(id) ?? 0) - moved);
      }
    }
    const reaches: { id: string; days: number }[] = [];
    let orders = 0;
    let fees = 0;
    for (const [id, { free, fee, action }] of Object.entries(today)) {
      fees += fee;
      if (action === 'order') orders++;
      const gone = outflow.get(id);
      if (gone === undefined) continue;
      reaches.push({ id, days: Math.floor((free * past.length) / gone) });
    }
    reaches.sort((a, b) => a.days - b.days || (a.id < b.id ? -1 : 1));
    const middle = Math.floor(reaches.length / 2);
    const median =
      reaches.length === 0
        ? null
        : reaches.length % 2 === 1
          ? (reaches[middle]?.days ?? 0)
          : ((reaches[middle - 1]?.days ?? 0) + (reaches[middle]?.days ?? 0)) / 2;
    return { median, shortest: reaches.slice(0, 3).map(({ id }) => id), orders, fees };
  },
});
