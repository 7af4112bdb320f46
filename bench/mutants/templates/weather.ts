/** Weather stations: degree days, warnings, records, forecasts scored. */
import { z } from 'zod';
import { defineComputation, defineDocument, document, history, previous } from '../../../src/index.ts';

export const weather = defineDocument({
  name: 'weather',
  document: z.record(
    z.string().max(10),
    z.object({
      low: z.number().min(-40).max(50),
      high: z.number().min(-40).max(50),
      rain: z.number().min(0).max(300),
      wind: z.number().min(0).max(60).nullable(),
      forecast: z.number().min(-40).max(50).optional(),
    }),
  ),
});

const HEATING_BELOW = 15;
const WARNINGS = [
  { level: 'red', rain: 80, wind: 33 },
  { level: 'orange', rain: 40, wind: 25 },
  { level: 'yellow', rain: 20, wind: 17 },
];

const warningOf = (rain: number, wind: number): string =>
  WARNINGS.find((each) => rain >= each.rain || wind >= each.wind)?.level ?? 'none';

const round = (value: number, digits = 1): number => {
  const factor = 10 ** digits;
  return Math.round(value * factor) / factor;
};

export const stationDay = defineComputation({
  name: 'station-day',
  category: 'weather',
  needs: { weather: document(weather), before: previous() },
  output: z.record(
    z.string(),
    z.object({
      mean: z.number(),
      degreeDays: z.number(),
      dryDays: z.number().int(),
      warning: z.string(),
      swing: z.number(),
    }),
  ),
  compute: ({ weather, before }) => {
    const stations: Record<
      string,
      { mean: number; degreeDays: number; dryDays: number; warning: string; swing: number }
    > = {};
    for (const [station, { low, high, rain, wind }] of Object.entries(weather)) {
      if (high < low) continue;
      const mean = (low + high) / 2;
      const yesterday = before?.[station];
      stations[station] = {
        mean: round(mean),
        degreeDays: round((yesterday?.degreeDays ?? 0) + Math.max(HEATING_BELOW - mean, 0), 2),
        dryDays: rain < 1 ? (yesterday?.dryDays ?? 0) + 1 : 0,
        warning: warningOf(rain, wind ?? 0),
        swing: round(high - low),
      };
    }
    return stations;
  },
});

const MIN_YEARS = 10;

async function errorOf(pairs: readonly (readonly [number, number])[]): Promise<number | null> {
  if (pairs.length < MIN_YEARS) return null;
  const squares = await Promise.resolve(pairs.map(([a, b]) => (a - b) ** 2));
  return Math.sqrt(squares.reduce((sum, each) => sum + each, 0) / squares.length);
}

/** How well the highs were forecast, and the warmest and wettest of the month before. */
export const forecastScore = defineComputation({
  name: 'forecast-score',
  category: 'weather',
  needs: { weather: document(weather), past: history(weather, 30) },
  output: z.object({
    rmse: z.number().nullable(),
    bias: z.number().nullable(),
    warmest: z.string().nullable(),
    wet: z.number().int(),
    frost: z.boolean(),
    spread: z.number(),
  }),
  compute: async ({ weather, past }) => {
    const days = [...past.map(({ value }) => value), weather];
    const pairs = days.flatMap((day) =>
      Object.values(day).flatMap(({ high, forecast }) => (forecast === undefined ? [] : [[forecast, high] as const])),
    );
    const rmse = await errorOf(pairs);
    const bias =
      pairs.length === 0 ? null : pairs.reduce((sum, [forecast, high]) => sum + forecast - high, 0) / pairs.length;
    let warmest: string | null = null;
    let top = -Infinity;
    for (const { date, value } of past) {
      const highs = Object.values(value).map(({ high }) => high);
      const peak = Math.max(...highs);
      if (highs.length > 0 && peak > top) [warmest, top] = [date, peak];
    }
    const wet = days.filter((day) => Object.values(day).some(({ rain }) => rain >= 10)).length;
    const lows = Object.values(weather).map(({ low }) => low);
    const frost = lows.length > 0 && lows.every((low) => low < 0);
    const spread = lows.length === 0 ? 0 : Math.max(...lows) - Math.min(...lows);
    return { rmse, bias, warmest, wet, frost, spread };
  },
});
