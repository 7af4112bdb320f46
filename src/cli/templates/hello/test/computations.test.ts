/** Computations on days that are spelled out here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDay, runDays } from 'daymill/testing';
import { dailySales } from '../src/computations/daily-sales.ts';
import { recordDay } from '../src/computations/record-day.ts';

test('a day is the sum of its orders', async () => {
  const orders = [
    { drink: 'espresso', price: 2.5 },
    { drink: 'latte', price: 4 },
    { drink: 'latte', price: 4 },
  ];
  assert.deepEqual(await runDay(dailySales, '2026-05-01', { orders }), {
    orders: 3,
    revenue: 10.5,
    bestSeller: 'latte',
  });
});

test('a record stands until a better day', async () => {
  const day = (revenue: number) => ({ today: { orders: 1, revenue, bestSeller: 'latte' } });
  const records = await runDays(recordDay, {
    '2026-05-01': day(10),
    '2026-05-02': day(8),
    '2026-05-03': day(12),
  });
  assert.deepEqual(
    records.map(({ value }) => value.date),
    ['2026-05-01', '2026-05-01', '2026-05-03'],
  );
});
