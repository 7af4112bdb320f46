/** What a shop sold: orders of a day, in several currencies, and what is made of them. */
import { z } from 'zod';
import { dataset, defineComputation, defineDataset, dependency, history } from '../../../src/index.ts';

export const orders = defineDataset({
  name: 'orders',
  entity: z.object({
    at: z.iso.datetime({ offset: true }),
    currency: z.string().min(1).max(12),
    amount: z.number().min(0).max(100_000),
    items: z.number().int().min(0).max(50),
    channel: z.enum(['web', 'store', 'phone']),
    coupon: z.string().max(20).optional(),
    country: z.string().max(20).nullable(),
  }),
});

/** Euros for one unit. */
const RATES: Readonly<Record<string, number>> = { EUR: 1, USD: 0.92, GBP: 1.17, CHF: 1.04, JPY: 0.0061 };
const UNKNOWN_RATE = 0;

const codeOf = (currency: string): string => currency.trim().toUpperCase();

function euros(amount: number, currency: string): number {
  const rate = RATES[codeOf(currency)];
  return rate === undefined ? UNKNOWN_RATE : Math.round(amount * rate * 100) / 100;
}

const DISCOUNTS: readonly (readonly [prefix: string, share: number])[] = [
  ['VIP', 0.2],
  ['SUMMER', 0.1],
  ['WELCOME', 0.05],
];

function discountOf(coupon: string | undefined): number {
  if (coupon === undefined) return 0;
  for (const [prefix, share] of DISCOUNTS) {
    if (coupon.startsWith(prefix)) return share;
  }
  return coupon.endsWith('-STAFF') ? 0.3 : 0;
}

export const revenue = defineComputation({
  name: 'revenue',
  category: 'sales',
  needs: { orders: dataset(orders) },
  output: z.object({
    gross: z.number(),
    net: z.number(),
    orders: z.number().int(),
    largest: z.number(),
    byChannel: z.record(z.string(), z.number()),
  }),
  reduce: {
    init: () => ({ gross: 0, net: 0, orders: 0, largest: 0, byChannel: new Map<string, number>() }),
    add: (sum, order) => {
      if (order.items === 0) return;
      const gross = euros(order.amount, order.currency);
      const net = gross * (1 - discountOf(order.coupon));
      sum.gross += gross;
      sum.net += net;
      sum.orders++;
      if (net > sum.largest) sum.largest = net;
      sum.byChannel.set(order.channel, (sum.byChannel.get(order.channel) ?? 0) + net);
    },
    finish: ({ gross, net, orders, largest, byChannel }) => ({
      gross,
      net,
      orders,
      largest,
      byChannel: Object.fromEntries(byChannel),
    }),
  },
});

/** By the day in UTC, and by the hour as the buyer's clock showed it. */
export const orderClock = defineComputation({
  name: 'order-clock',
  category: 'sales',
  needs: { orders: dataset(orders) },
  output: z.record(
    z.string(),
    z.object({ day: z.string(), local: z.string(), hour: z.number().int(), weekend: z.boolean(), late: z.boolean() }),
  ),
  perEntity: ({ at, channel }) => {
    const moment = new Date(at);
    const weekday = moment.getUTCDay();
    const hour = Number(at.slice(11, 13));
    return {
      day: moment.toISOString().slice(0, 10),
      local: at.slice(0, 10),
      hour,
      weekend: weekday === 0 || weekday === 6,
      late: channel === 'web' && (hour < 6 || hour >= 22),
    };
  },
});

const SHORT_DAYS = 7;
const LONG_DAYS = 28;

/** Null until the longer window is full. */
export const revenueTrend = defineComputation({
  name: 'revenue-trend',
  category: 'sales',
  needs: { today: dependency(revenue), past: history(revenue, LONG_DAYS) },
  output: z.object({
    week: z.number().nullable(),
    ratio: z.number().nullable(),
    best: z.string().nullable(),
    rising: z.number().int(),
  }),
  compute: ({ today, past }) => {
    const nets = past.map(({ value }) => value.net);
    const recent = nets.slice(-SHORT_DAYS);
    const total = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0);
    const week = recent.length < SHORT_DAYS ? null : total(recent) / recent.length;
    const usual = past.length < LONG_DAYS ? null : total(nets) / LONG_DAYS;
    let best: string | null = null;
    let bestNet = today.net;
    for (const { date, value } of past) {
      if (value.net > bestNet) {
        best = date;
        bestNet = value.net;
      }
    }
    let rising = 0;
    for (let index = nets.length - 1; index > 0; index--) {
      if ((nets[index] ?? 0) <= (nets[index - 1] ?? 0)) break;
      rising++;
    }
    return { week, ratio: usual === null || usual === 0 ? null : today.net / usual, best, rising };
  },
});
