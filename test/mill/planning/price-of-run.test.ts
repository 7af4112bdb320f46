/** What a run came to, by values. */
import { expect, test } from 'vitest';
import { PRICE_TABLES } from '../../../src/mill/model/price-table.ts';
import type { Tiers } from '../../../src/mill/model/tier.ts';
import { priceOfRun } from '../../../src/mill/planning/price-of-run.ts';
import { graph } from '../../support/graph.ts';
import { PlanningWorld, stateOf } from '../../support/planning-world.ts';

const PRICES = PRICE_TABLES['us-central1'];
const TIERS: Tiers = [{ name: 'standard', memoryMB: 2_048, topic: 'a' }];
/** A second of a worker or a function of 2 GiB: a vCPU and two GiB. */
const SECOND = PRICES.functions.vcpuSecond + 2 * PRICES.functions.gibSecond;

function price(
  ran: Readonly<Record<string, number>>,
  waves: number,
  firestore: Parameters<typeof priceOfRun>[0]['firestore'],
) {
  const manifest = graph('a: dataset flights');
  const known = new PlanningWorld().data('flights', ['2024-01-01']);
  known.completed(manifest, 'a@2024-01-01', { 'dataset:flights': 'flights 2024-01-01' });
  const state = stateOf(known.book, known);
  const typical = { seconds: 2, entities: 100, reads: 3, writes: 5, tasks: 1, cells: 9 };
  const standings = new Map([...state.standings].map(([name, standing]) => [name, { ...standing, typical }]));
  return priceOfRun({
    ran: new Map(Object.entries(ran)),
    waves,
    firestore,
    state: { ...state, standings },
    manifest,
    prices: PRICES,
    tiers: TIERS,
    tierOf: () => 'standard',
  });
}

const READS = { reads: 100, writes: 10, deletes: 1 };
const DOCUMENTS = 100 * PRICES.firestore.read + 10 * PRICES.firestore.write + PRICES.firestore.delete;

test('a quiet run costs its documents, two requests, and the steps of a day', () => {
  const steps = 35 * PRICES.workflows.internalStep;
  expect(price({}, 0, READS)).toBeCloseTo(DOCUMENTS + 2 * (SECOND + PRICES.functions.request) + steps, 12);
});

test('cells cost the seconds that they take as a rule, and their requests', () => {
  const cells = price({ a: 4 }, 0, READS) - price({}, 0, READS);
  expect(cells).toBeCloseTo(4 * (2 * SECOND + PRICES.functions.request), 12);
});

test('where nobody counts documents they are those that cells take as a rule, with those of their tasks', () => {
  const documents = price({ a: 4 }, 0, null) - price({ a: 4 }, 0, { reads: 0, writes: 0, deletes: 0 });
  expect(documents).toBeCloseTo(4 * ((3 + 3) * PRICES.firestore.read + (5 + 4) * PRICES.firestore.write), 12);
});
