/** The prices that a project names in its package.json. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { readConfig } from '../../../src/config/config.ts';
import { PRICE_TABLES } from '../../../src/mill/model/price-table.ts';

const root = mkdtempSync(join(tmpdir(), 'daymill-prices-'));
afterAll(() => rmSync(root, { recursive: true }));

const pricesWith = (daymill: object) => {
  writeFileSync(join(root, 'package.json'), JSON.stringify({ daymill }));
  return readConfig({}, root, 1).prices;
};

test('are those of us-central1 unless another table is named, or given', () => {
  expect(pricesWith({})).toEqual({ name: 'us-central1', table: PRICE_TABLES['us-central1'] });
  expect(pricesWith({ prices: 'nam5' })).toEqual({ name: 'nam5', table: PRICE_TABLES.nam5 });
  const own = { ...PRICE_TABLES.nam5, pubsub: { tebibyte: 30 } };
  expect(pricesWith({ prices: own })).toEqual({ name: 'package.json', table: own });
});

test.each([['mars'], [{ ...PRICE_TABLES.nam5, pubsub: {} }]])('%j is no price table', (prices) => {
  expect(() => pricesWith({ prices })).toThrow(/prices: no price table: give the name of one \(us-central1, nam5\)/);
});
