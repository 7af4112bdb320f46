/** What depends on where in the year a day lies: months, quarters, fiscal years, holidays. */
import { z } from 'zod';
import { defineComputation, defineDocument, document, previous } from '../../../src/index.ts';

export const spend = defineDocument({
  name: 'spend',
  document: z.object({
    cloud: z.number().min(0).max(50_000),
    people: z.number().min(0).max(50_000),
    other: z.number().min(0).max(50_000),
  }),
});

const MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
const BUDGETS = [90_000, 90_000, 95_000, 95_000, 95_000, 100_000, 80_000, 80_000, 100_000, 100_000, 110_000, 120_000];

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;

function daysIn(year: number, month: number): number {
  const days = MONTH_DAYS[month - 1] ?? 30;
  return month === 2 && isLeap(year) ? days + 1 : days;
}

export const budget = defineComputation({
  name: 'budget',
  category: 'finance',
  needs: { spend: document(spend), before: previous() },
  output: z.object({ month: z.string(), spent: z.number(), expected: z.number(), left: z.number(), over: z.boolean() }),
  compute: ({ spend, before }, { date }) => {
    const year = Number(date.slice(0, 4));
    const month = Number(date.slice(5, 7));
    const day = Number(date.slice(8));
    const today = spend.cloud + spend.people + spend.other;
    const sameMonth = before !== undefined && before.month === date.slice(0, 7);
    const spent = sameMonth ? before.spent + today : today;
    const planned = BUDGETS[month - 1] ?? 0;
    const expected = (planned * day) / daysIn(year, month);
    return { month: date.slice(0, 7), spent, expected, left: planned - spent, over: spent > expected };
  },
});

const Kind = z.enum(['work', 'weekend', 'holiday']);

const HOLIDAYS = new Set(['01-01', '05-01', '10-03', '12-25', '12-26']);
const FISCAL_START = 4;

function quarterOf(date: string): string {
  const month = Number(date.slice(5, 7));
  const shifted = (month - FISCAL_START + 12) % 12;
  const year = Number(date.slice(0, 4)) - (month < FISCAL_START ? 1 : 0);
  return `FY${year} Q${Math.floor(shifted / 3) + 1}`;
}

function weekdayOf(date: string): number {
  const day = new Date(`${date}T00:00:00Z`).getUTCDay();
  return day === 0 ? 7 : day;
}

/** Costs by kind of day; on holidays and weekends people cost nothing extra. */
export const dayCost = defineComputation({
  name: 'day-cost',
  category: 'finance',
  needs: { spend: document(spend) },
  output: z.object({
    quarter: z.string(),
    kind: Kind,
    cost: z.number(),
    season: z.string(),
  }),
  compute: ({ spend }, { date }) => {
    const isHoliday = HOLIDAYS.has(date.slice(5));
    const weekday = weekdayOf(date);
    const kind: z.infer<typeof Kind> = isHoliday ? 'holiday' : weekday > 5 ? 'weekend' : 'work';
    const factor = kind === 'holiday' ? 2 : kind === 'weekend' ? 1.5 : 1;
    const cost = spend.cloud + spend.people * factor + spend.other / factor;
    const month = date.slice(5, 7);
    const season = ['12', '01', '02'].includes(month)
      ? 'winter'
      : month >= '06' && month <= '08'
        ? 'summer'
        : 'between';
    return { quarter: quarterOf(date), kind, cost, season };
  },
});
