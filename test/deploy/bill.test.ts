import { expect, test } from 'vitest';
import { billOf, totalOf } from '../../src/deploy/bill.ts';
import { PRICE_TABLES } from '../../src/mill/model/price-table.ts';
import { planFor } from '../support/deployment.ts';

const PRICES = PRICE_TABLES['us-central1'];

test('the ceiling is of every instance at work for a month of 730 hours', () => {
  const { ceiling, cpus } = billOf(planFor().services, 2, PRICES);
  const standard = ceiling.find(({ what }) => what === 'work-standard');
  // 8 instances x (1 vCPU at $0.000024 and 2 GiB at $0.0000025 a second) x 2,628,000 s.
  expect(standard?.dollars).toBeCloseTo(609.696, 6);
  expect(totalOf(ceiling)).toBeCloseTo(1_679.292, 6);
  expect(cpus).toBe(21);
});

test('the floor has the calls that come though nothing is to do, and jobs beyond the free ones', () => {
  const dollars = (jobs: number, what: string): number =>
    billOf(planFor().services, jobs, PRICES).floor.find((line) => line.what === what)?.dollars ?? NaN;
  expect(dollars(2, 'jobs')).toBe(0);
  expect(dollars(5, 'jobs')).toBeCloseTo(0.2, 9);
  // 8,760 x (1 vCPU-second and 1 GiB-second, a request, and 2 reads).
  expect(dollars(2, 'reconcile')).toBeCloseTo(0.2409, 9);
});
