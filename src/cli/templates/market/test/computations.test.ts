/** Computations on days that are spelled out here. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runDays } from 'daymill/testing';
import { regimeSpell } from '../src/computations/market/regime-spell.ts';

test('a spell lasts until the regime changes', async () => {
  const day = (regime: 'bull' | 'bear') => ({ today: { regime } });
  const spells = await runDays(regimeSpell, {
    '2001-01-02': day('bull'),
    '2001-01-03': day('bull'),
    '2001-01-04': day('bear'),
  });
  assert.deepEqual(
    spells.map(({ value }) => value.tradingDays),
    [1, 2, 1],
  );
});
