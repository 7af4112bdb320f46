/** Saturation and forecasts where gauges are odd. */
import { describe, expect, test } from 'vitest';
import { capacityForecast } from '../../../src/computations/fleet/capacity-forecast.ts';
import { cpuSaturation } from '../../../src/computations/fleet/cpu-saturation.ts';
import { diskLevel } from '../../../src/computations/fleet/disk-level.ts';
import { memorySaturation } from '../../../src/computations/fleet/memory-saturation.ts';
import { runDay } from '../../../src/testing/index.ts';
import { addDays } from '../../../src/values/date.ts';
import { DATE, each, seriesOf, wholeDay } from './series.ts';

type Points = Parameters<typeof seriesOf>[2];

const saturationOf = async (points: Points) => {
  const gauge = [seriesOf('runtime_cpu_ema', { runtime_name: 'api/1' }, points)];
  return Object.values(await runDay(cpuSaturation, DATE, { gauge }))[0];
};

describe('saturation', () => {
  test('is the share of the time above the line, each reading holding until the next', async () => {
    const found = await saturationOf({ ...wholeDay(1, () => 0.5), ...each(1, '10:00', '10:29', () => 0.9) });
    expect(found).toMatchObject({
      line: 0.8,
      minutes: 1_440,
      minutesAbove: 30,
      shareAbove: 30 / 1_440,
      peak: 0.9,
      peakAt: '2026-03-02T10:00:00.000Z',
    });
    expect(found?.mean).toBeCloseTo((1_410 * 0.5 + 30 * 0.9) / 1_440, 12);
  });

  test('holds a reading for five minutes at most: what is not known is not counted', async () => {
    expect(await saturationOf({ '10:00': 0.9, '12:00': 0.2 })).toMatchObject({
      minutes: 10,
      minutesAbove: 5,
      shareAbove: 0.5,
    });
    expect(await saturationOf({ '23:58': 1 })).toMatchObject({ minutes: 2, shareAbove: 1, mean: 1 });
  });

  test('on the line is not above it, and readings that are none say nothing', async () => {
    expect((await saturationOf({ '10:00': 0.8, '10:01': null, '10:02': 0.8 }))?.shareAbove).toBe(0);
    expect(await saturationOf({ '10:00': null })).toBeUndefined();
  });

  test('of memory has a line of its own', async () => {
    const gauge = [seriesOf('runtime_memory_ema', { runtime_name: 'api/1' }, { '10:00': 0.85 })];
    expect(Object.values(await runDay(memorySaturation, DATE, { gauge }))).toMatchObject([
      { line: 0.9, shareAbove: 0 },
    ]);
  });
});

const levelOf = (level: number, resource = '/var (sda1)') => ({
  disk: { organization: 'acme', service: 'api', runtime: '1', resource, level, readings: 24 },
});

/** Levels by days before today, the last of them today's; undefined is a day without. */
async function forecastOf(levels: readonly (number | undefined)[]) {
  const days = levels.map((level, at) => ({ date: addDays(DATE, at - levels.length + 1), level }));
  const past = days.slice(0, -1).map(({ date, level }) => ({ date, value: level === undefined ? {} : levelOf(level) }));
  const found = await runDay(capacityForecast, DATE, { today: levelOf(days.at(-1)?.level ?? NaN), past });
  return found['disk'];
}
const rising = (days: number, by: number, from = 0.2) => Array.from({ length: days }, (_, at) => from + at * by);

describe('a forecast', () => {
  test('is where the line is at 1', async () => {
    const found = await forecastOf(rising(20, 0.02));
    expect(found).toMatchObject({ verdict: 'filling', days: 20, resource: '/var (sda1)' });
    // From 0.58 by 0.02 a day.
    expect(found?.slope).toBeCloseTo(0.02, 12);
    for (const days of [found?.daysUntilFull, found?.earliest, found?.latest]) expect(days).toBeCloseTo(21, 9);
  });

  test('needs a week: one level, or six, are a short history', async () => {
    const nothing = { slope: null, daysUntilFull: null, earliest: null, latest: null };
    expect(await forecastOf([0.5])).toMatchObject({ verdict: 'short-history', days: 1, ...nothing });
    expect(await forecastOf(rising(6, 0.02))).toMatchObject({ verdict: 'short-history', days: 6, ...nothing });
    expect(await forecastOf(rising(7, 0.02))).toMatchObject({ verdict: 'filling', days: 7 });
  });

  test('of what is flat, or may be, is none; of what falls neither', async () => {
    expect(await forecastOf(Array.from({ length: 20 }, () => 0.4))).toMatchObject({
      verdict: 'flat',
      slope: 0,
      daysUntilFull: null,
    });
    const wobbling = rising(8, 0.0001).map((level, at) => level + 0.01 * (at % 2));
    expect(await forecastOf(wobbling)).toMatchObject({ verdict: 'flat', daysUntilFull: null });
    expect(await forecastOf(rising(20, -0.01, 0.6))).toMatchObject({ verdict: 'falling', daysUntilFull: null });
  });

  test('begins anew where somebody made room', async () => {
    const found = await forecastOf([...rising(12, 0.05), ...rising(8, 0.02, 0.3)]);
    expect(found).toMatchObject({ verdict: 'filling', days: 8 });
    expect(found?.slope).toBeCloseTo(0.02, 12);
    expect(await forecastOf([...rising(12, 0.05), ...rising(3, 0.02)])).toMatchObject({
      verdict: 'short-history',
      days: 3,
    });
  });

  test('takes days by their dates, so that missing ones and odd ones turn nothing', async () => {
    const days: (number | undefined)[] = rising(20, 0.02);
    days[4] = undefined;
    days[11] = undefined;
    days[15] = 0.55;
    expect((await forecastOf(days))?.slope).toBeCloseTo(0.02, 3);
  });

  test('of what is full is that it is full', async () => {
    expect(await forecastOf([1])).toMatchObject({
      verdict: 'full',
      daysUntilFull: 0,
      earliest: 0,
      latest: 0,
      slope: null,
    });
    expect(await forecastOf([...rising(8, 0.1), 1.02])).toMatchObject({ verdict: 'full', daysUntilFull: 0 });
  });

  test('reads the last level of the day, and leaves out what has none', async () => {
    const disk = (points: Points, labels = {}) =>
      seriesOf('system.filesystem.utilization', { service: 'api', instance: '1', ...labels }, points);
    const found = await runDay(diskLevel, DATE, {
      disks: [
        disk({ '10:00': 0.4, '23:00': 0.5, '23:30': null }, { mountpoint: '/var', device: 'sda1' }),
        disk({ '10:00': null }),
      ],
    });
    expect(Object.values(found)).toMatchObject([
      { level: 0.5, readings: 2, resource: '/var (sda1)', service: 'api', runtime: '1' },
    ]);
  });

  test('is of what is used, and named by the labels of OpenTelemetry, too', async () => {
    const of = (state: string) =>
      seriesOf(
        'system.filesystem.utilization',
        { job: 'api', instance: '1', 'system.device': 'sda1', 'system.filesystem.state': state },
        { '10:00': 0.4 },
      );
    const found = await runDay(diskLevel, DATE, { disks: [of('used'), of('free'), of('reserved')] });
    expect(Object.values(found)).toMatchObject([{ level: 0.4, resource: 'sda1' }]);
  });
});
