/**
 * A hundred people against scipy and statsmodels. Who they are is in test/fixtures/trading-oracle.json.gz, simulated once; their figures are in trading-oracle.csv, made of it
 * by trading-oracle.py beside it.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { beforeAll, expect, test } from 'vitest';
import type { DispositionEffect } from '../../../src/computations/trading/disposition-effect.ts';
import type { HoldingAsymmetry } from '../../../src/computations/trading/holding-asymmetry.ts';
import type { History } from '../../../src/computations/trading/histories.ts';
import type { Portfolio } from '../../../src/computations/trading/portfolios.ts';
import { pricePanel } from '../../../src/computations/trading/price-panel.ts';
import type { Instruments, Prices } from '../../../src/computations/trading/prices.ts';
import type { ReturnAttribution } from '../../../src/computations/trading/return-attribution.ts';
import type { RevengeTrading } from '../../../src/computations/trading/revenge-trading.ts';
import type { RiskGeometry } from '../../../src/computations/trading/risk-geometry.ts';
import { runDay } from '../../../src/testing/index.ts';
import { bareLoop } from '../../support/bare-loop.ts';
import { PER_USER } from '../../support/traders.ts';

interface Found {
  readonly 'disposition-effect': DispositionEffect;
  readonly 'holding-asymmetry': HoldingAsymmetry;
  readonly 'return-attribution': ReturnAttribution;
  readonly 'revenge-trading': RevengeTrading;
  readonly 'risk-geometry': RiskGeometry;
}

/** A user's figures by the names of their columns; null where there is none. */
type Expected = Readonly<Record<string, number | null>>;

const people: { readonly user: string; readonly found: Found; readonly expected: Expected }[] = [];

interface Stored {
  readonly prices: readonly { readonly date: string; readonly value: Prices }[];
  readonly listed: Instruments;
  readonly portfolios: readonly Portfolio[];
  readonly histories: readonly History[];
}

beforeAll(async () => {
  const folder = join(import.meta.dirname, '../../fixtures');
  const stored = JSON.parse(gunzipSync(readFileSync(join(folder, 'trading-oracle.json.gz'))).toString()) as Stored;
  const [header = '', ...lines] = readFileSync(join(folder, 'trading-oracle.csv'), 'utf8').trim().split('\n');
  const names = header.split(',');
  const { date, value: today } = stored.prices.at(-1) as Stored['prices'][number];
  const panel = await runDay(pricePanel, date, { today, past: stored.prices.slice(0, -1), listed: stored.listed });
  const look = bareLoop(PER_USER, { date, whole: { 'price-panel': panel } });
  for (const [at, line] of lines.entries()) {
    const [user = '', ...figures] = line.split(',');
    const found = look(user, stored.portfolios[at], { histories: stored.histories[at] }) as unknown as Found;
    const pairs = figures.map((figure, column) => [names[column + 1], figure === '' ? null : Number(figure)] as const);
    people.push({ user, found, expected: Object.fromEntries(pairs) });
  }
});

/** Users whose figure is none where it should be one, or the other way round, or further off than its share. */
const wrong = (name: string, of: (found: Found) => number | null | undefined, share = 1e-9): string[] =>
  people.flatMap(({ user, found, expected }) => {
    const [actual, right] = [of(found) ?? null, expected[name] as number | null];
    if (actual === null || right === null) return actual === right ? [] : [`${user}: ${actual} is not ${right}`];
    return Math.abs(actual - right) <= share * Math.abs(right) ? [] : [`${user}: ${actual} is not ${right}`];
  });

test.each<[name: string, of: (found: ReturnAttribution) => number | null | undefined]>([
  ['alpha', ({ alpha }) => alpha?.estimate],
  ['alphaError', ({ alpha }) => alpha?.error],
  ['beta', ({ marketBeta }) => marketBeta?.estimate],
  ['betaError', ({ marketBeta }) => marketBeta?.error],
  ['sectorBeta', ({ sectorBeta }) => sectorBeta?.estimate],
  ['sectorError', ({ sectorBeta }) => sectorBeta?.error],
  ['explained', ({ explained }) => explained],
  ['alphaP', ({ pValue }) => pValue],
])('%s is that of statsmodels’ OLS', (name, of) => {
  expect(wrong(name, (found) => of(found['return-attribution']))).toEqual([]);
});

test('the p-values of revenge trading are those of scipy’s fisher_exact', () => {
  expect(wrong('revengeP', (found) => found['revenge-trading'].pValue)).toEqual([]);
  expect(people.filter(({ expected }) => (expected['revengeP'] as number) < 0.001).length).toBeGreaterThan(2);
});

test('the p-values of holding times are those of scipy’s mannwhitneyu', () => {
  expect(wrong('holdingP', (found) => found['holding-asymmetry'].pValue)).toEqual([]);
});

test('the p-values of the disposition effect are those of scipy’s hypergeom, convolved', () => {
  expect(wrong('dispositionP', (found) => found['disposition-effect'].pValue)).toEqual([]);
  expect(people.filter(({ expected }) => (expected['dispositionP'] as number) < 0.001).length).toBeGreaterThan(5);
});

test('corners and area are those of scipy’s ConvexHull', () => {
  expect(wrong('corners', (found) => found['risk-geometry'].corners)).toEqual([]);
  expect(wrong('area', (found) => found['risk-geometry'].area, 1e-8)).toEqual([]);
});

test('the distance is to the best mixture that scipy’s linprog finds', () => {
  expect(wrong('distance', (found) => found['risk-geometry'].distance, 1e-6)).toEqual([]);
  expect(people.filter(({ expected }) => expected['distance'] !== null).length).toBeGreaterThan(5);
});
