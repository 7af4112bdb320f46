/** Computations on days that are spelled out here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDay } from 'daymill/testing';
import { revengeTrading } from '../src/computations/trading/revenge-trading.ts';

test('larger positions after every loss, and after losses alone, are more than chance', async () => {
  const trade = { ticker: 'TEC1', leverage: 1, price: 10, fees: 0 };
  // Each noon a loser is closed; what is opened half an hour later is four times as large as what is opened in the evening and at night.
  const noons = Array.from({ length: 12 }, (_, day) => day * 1_440 + 720);
  const closed = noons.flatMap((noon) => [
    { ...trade, units: 1, opened: noon - 700, closed: noon, closePrice: 9 },
    { ...trade, units: 4, opened: noon + 30, closed: noon + 40, closePrice: 11 },
    { ...trade, units: 1, opened: noon + 500, closed: noon + 510, closePrice: 11 },
  ]);
  const found = await runDay(revengeTrading, '2026-05-01', {
    portfolio: [{ user: 'ann', cash: 0, positions: [] }],
    history: [{ user: 'ann', closed, equity: [], deposits: [] }],
  });
  assert.equal(found['ann']?.raisedAfterLoss, 1);
  assert.equal(found['ann']?.raisedOtherwise, 0);
  assert.ok((found['ann']?.pValue ?? 1) < 0.001);
});
