/** Requests, errors and burn rates where counters are odd, and against the figures of the SRE workbook. */
import { describe, expect, test } from 'vitest';
import { errorRate } from '../../../src/computations/fleet/error-rate.ts';
import { requestWindows, type RequestWindows, WINDOWS } from '../../../src/computations/fleet/request-windows.ts';
import { ALERTS, OBJECTIVE, sloBurn } from '../../../src/computations/fleet/slo-burn.ts';
import type { CollectedSeries } from '../../../src/index.ts';
import { runDay } from '../../../src/testing/index.ts';
import { addDays } from '../../../src/values/date.ts';
import { BEFORE, DATE, each, seriesOf } from './series.ts';

const KEY = 'acme/api';
const counter = (code: string, points: Parameters<typeof seriesOf>[2], options: Parameters<typeof seriesOf>[3] = {}) =>
  seriesOf('http_requests_total', { service: 'api', instance: '1', code }, points, options);

const windowsOf = (today: readonly CollectedSeries[], before: readonly CollectedSeries[] = []) =>
  runDay(requestWindows, DATE, { requests: { today, before } });

async function ratesOf(today: readonly CollectedSeries[], before: readonly CollectedSeries[] = []) {
  return runDay(errorRate, DATE, { windows: await windowsOf(today, before) });
}

describe('a counter', () => {
  test('counts what comes between its readings, and begins anew at 0 when it falls', async () => {
    const found = await ratesOf([
      counter('200', { '10:00': 100, '10:05': 160, '10:10': 25, '10:15': 25, '10:20': 30 }),
    ]);
    expect(found[KEY]).toMatchObject({ requests: 60 + 25 + 0 + 5, errors: 0, errorRate: 0, worstHour: null });
  });

  test('counts nothing with one reading, or none, and then has no rate', async () => {
    expect((await ratesOf([counter('200', { '10:00': 100 })]))[KEY]).toMatchObject({ requests: 0, errorRate: null });
    expect((await ratesOf([counter('200', { '10:00': null })]))[KEY]).toMatchObject({ requests: 0, errorRate: null });
    expect(await ratesOf([])).toEqual({});
  });

  test('goes on after stale markers and NaN, which are no readings', async () => {
    const found = await ratesOf([counter('500', { '10:00': 10, '10:05': null, '10:10': 25 })]);
    expect(found[KEY]).toMatchObject({ requests: 15, errors: 15, errorRate: 1 });
  });

  test('goes on over midnight where no reading is missing, and not over a gap', async () => {
    const today = [counter('200', { '00:01': 130, '12:00': 140 })];
    const before = (time: string) => [counter('200', { [time]: 100 }, { date: BEFORE })];
    expect((await ratesOf(today, before('23:58')))[KEY]?.requests).toBe(40);
    expect((await ratesOf(today, before('23:50')))[KEY]?.requests).toBe(10);
    // Begun anew over midnight: all that it shows is new.
    expect((await ratesOf([counter('200', { '00:01': 7 })], before('23:58')))[KEY]?.requests).toBe(7);
  });

  test('of delta temporality is what came since the last', async () => {
    const points = { '10:00': 5, '10:05': 3, '10:10': 0, '10:15': -2 };
    expect((await ratesOf([counter('200', points, { temporality: 'delta' })]))[KEY]?.requests).toBe(8);
  });

  test('read at the same time twice, or out of order, is read by time, the larger of two', async () => {
    const { times, values, ...rest } = counter('200', { '10:00': 1, '10:05': 4, '10:10': 9 });
    const odd = { ...rest, times: [...times.toReversed(), times[1] as number], values: [...values.toReversed(), 5] };
    expect((await ratesOf([odd]))[KEY]?.requests).toBe(8);
  });

  test('that falls below 0 is none', async () => {
    expect((await ratesOf([counter('200', { '10:00': 5, '10:05': -3, '10:10': 2 })]))[KEY]?.requests).toBe(5);
  });
});

describe('errors', () => {
  test('are told by the label of the outcome; without one nobody knows', async () => {
    const rising = { '10:00': 0, '10:05': 10 };
    const of = (labels: Record<string, string>) =>
      seriesOf('http_requests_total', { service: 'api', ...labels }, rising);
    const found = await ratesOf([
      of({ code: '200' }),
      of({ code: '404' }),
      of({ status: 'error' }),
      of({ status_code: '503' }),
      of({ path: '/' }),
    ]);
    expect(found[KEY]).toMatchObject({
      requests: 40,
      errors: 20,
      unknown: 10,
      errorRate: 0.5,
      worstHour: { hour: 10, errorRate: 0.5 },
    });
    expect((await ratesOf([of({ path: '/' })]))[KEY]).toMatchObject({ requests: 0, unknown: 10, errorRate: null });
  });

  test('have a rate with a lower bound: Wilson (1927)', async () => {
    const found = await ratesOf([
      counter('200', { '10:00': 0, '10:05': 270 }),
      counter('500', { '10:00': 0, '10:05': 30 }),
    ]);
    // The end of the score interval: from there 0.1 is z deviations away.
    const low = found[KEY]?.errorRateAtLeast ?? NaN;
    expect((0.1 - low) / Math.sqrt((low * (1 - low)) / 300)).toBeCloseTo(1.959963985, 8);
  });

  test('of one organization and of services of one name are never mixed', async () => {
    const rising = { '10:00': 0, '10:05': 10 };
    const found = await ratesOf([
      counter('200', rising),
      counter('500', rising, { organization: 'globex' }),
      seriesOf('http_requests_total', { job: 'api', instance: '2', code: '200' }, rising),
    ]);
    expect(found).toMatchObject({
      'acme/api': { requests: 20, errors: 0 },
      'globex/api': { requests: 10, errors: 10, organization: 'globex' },
    });
  });
});

/** Requests of 100 each five minutes, of which the given share fails in the given windows. */
const windows = (share: number, from = 0, to = WINDOWS): Record<string, RequestWindows> => ({
  [KEY]: {
    organization: 'acme',
    service: 'api',
    requests: Array.from({ length: WINDOWS }, () => 100),
    errors: Array.from({ length: WINDOWS }, (_, at) => (at >= from && at < to ? 100 * share : 0)),
    unknown: 0,
  },
});

async function burnOf(
  today: Record<string, RequestWindows>,
  daysBefore: readonly Record<string, RequestWindows>[] = [],
) {
  const dated = daysBefore.map((value, at) => ({ date: addDays(DATE, at - daysBefore.length), value }));
  const days = await Promise.all(
    dated.map(async ({ date, value }) => ({ date, value: await runDay(errorRate, date, { windows: value }) })),
  );
  return (
    await runDay(sloBurn, DATE, {
      today,
      windows: dated.filter(({ date }) => date >= addDays(DATE, -3)),
      day: await runDay(errorRate, DATE, { windows: today }),
      days,
    })
  )[KEY];
}

const calm = (days: number) => Array.from({ length: days }, () => windows(0));

describe('the SRE workbook’s figures', () => {
  test('alerts are at 2, 5 and 10 % of the budget of 30 days: table 5-8', () => {
    const spent = ALERTS.map(({ longHours, factor }) => (longHours * factor) / (30 * 24));
    expect(spent.map((share) => Number(share.toFixed(6)))).toEqual([0.02, 0.05, 0.1]);
    // The short window is a twelfth of the long one.
    expect(ALERTS.map(({ longHours, shortHours }) => longHours / shortHours)).toEqual([12, 12, 12]);
    expect(OBJECTIVE).toBe(0.999);
  });

  test('a burn rate of 1 uses the budget up in 30 days, and alerts nobody', async () => {
    const found = await burnOf(
      windows(0.001),
      Array.from({ length: 29 }, () => windows(0.001)),
    );
    expect(found?.burn3d).toBeCloseTo(1, 9);
    expect(found?.burn30d).toBeCloseTo(1, 9);
    expect(found?.days).toBe(30);
    expect(found?.alerts.filter(({ severity }) => severity === 'page')).toEqual([]);
  });

  // Detection time is (1 - SLO) x window x factor / error rate, in chapter 5: of a full outage 0.86 minutes, so within the first five.
  test.each([
    [1, 5],
    [0.1, 10],
    [0.0288, 35],
  ])('errors of %d page after %d minutes by the hour', async (share, minutes) => {
    const [page] = (await burnOf(windows(share, 100), calm(3)))?.alerts ?? [];
    expect(page).toMatchObject({ severity: 'page', hours: 1 });
    const began = Date.parse(`${DATE}T00:00:00Z`) + 100 * 300_000;
    expect((Date.parse(page?.from ?? '') - began) / 60_000).toBe(minutes);
  });

  test('a page ends when the short window is over, within five minutes of the errors', async () => {
    const pages = (await burnOf(windows(1, 100, 103), calm(3)))?.alerts.filter(({ hours }) => hours === 1);
    // 15 minutes of a full outage; five minutes later the window of five minutes has no error.
    expect(pages).toMatchObject([{ minutes: 15 }]);
    expect(pages?.[0]?.highestBurn).toBeCloseTo(250, 9);
  });
});

describe('burn rates', () => {
  test('look back over midnight', async () => {
    const found = await burnOf(windows(1, 0, 1), [...calm(2), windows(1, WINDOWS - 2)]);
    // At 00:05 fifteen minutes of the hour have failed.
    expect(found?.highestBurn1h).toBeCloseTo(250, 9);
    expect(found?.alerts[0]).toMatchObject({ severity: 'page', from: `${DATE}T00:05:00.000Z` });
  });

  test('are null without requests, and then alert nobody', async () => {
    const none = {
      [KEY]: { ...(windows(0)[KEY] as RequestWindows), requests: Array.from({ length: WINDOWS }, () => 0) },
    };
    expect(await burnOf(none)).toMatchObject({
      highestBurn1h: null,
      highestBurn6h: null,
      burn3d: null,
      burn30d: null,
      days: 0,
      alerts: [],
    });
    // A day that is not there is one without requests.
    expect((await burnOf(windows(0.5), [{}, {}, {}]))?.days).toBe(1);
  });

  test('of a service that is new alert once there is data for a long window', async () => {
    const found = await burnOf(windows(0.5));
    expect(found?.alerts).toMatchObject([
      { severity: 'page', hours: 1, from: `${DATE}T01:00:00.000Z` },
      { severity: 'page', hours: 6, from: `${DATE}T06:00:00.000Z` },
    ]);
  });

  test('of 30 days are of requests, not of days: a busy day weighs more', async () => {
    const busy = {
      [KEY]: { ...(windows(0)[KEY] as RequestWindows), requests: Array.from({ length: WINDOWS }, () => 900) },
    };
    expect((await burnOf(windows(0.01), [busy]))?.burn30d).toBeCloseTo(1, 9);
  });
});

test('windows are of five minutes, by the reading that shows the increase', async () => {
  const { [KEY]: found } = await windowsOf([
    counter('500', { ...each(5, '00:00', '00:20', (at) => at), '23:59': 100 }),
  ]);
  expect(found?.errors.slice(0, 6)).toEqual([0, 1, 1, 1, 1, 0]);
  expect(found?.errors.at(-1)).toBe(96);
});
