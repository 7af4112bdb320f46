/** Root data: which days of each dataset are there, which wait for what they lack, which are missing, which are yet to be loaded. */
import { z } from 'zod';
import { Day, toOrdinal } from '../../values/date.ts';
import { daysOfSet, daySpan, hasDay, intersect, NO_DAYS } from '../planning/day-set.ts';
import type { RootData } from '../ports/root-data.ts';
import { type Days, foresee, type Foresight, type ForeseePorts } from './foresee.ts';

export const DataDay = z.object({
  date: Day,
  /** `waiting`: it is there, and closed since something of it is not; `pending`: its file has it, and a run loads it first. */
  state: z.enum(['there', 'waiting', 'missing', 'pending']),
  /** Entities; of days that are there, where few enough were asked for. */
  rows: z.number().optional(),
});
export type DataDay = z.infer<typeof DataDay>;

export const DataAnswer = z.object({
  datasets: z.array(z.object({ dataset: z.string(), days: z.array(DataDay) })),
});
export type DataAnswer = z.infer<typeof DataAnswer>;

/** Days whose rows are told, over all datasets: each is a read. */
export const MAX_COUNTED = 200;

/** A day that none is expected of is left out. */
export async function dataAnswer(
  grid: Days,
  ports: ForeseePorts & { readonly rootData: Pick<RootData, 'inspect'> },
): Promise<DataAnswer> {
  const foreseen = await foresee(grid, ports);
  const datasets = ports.manifest.datasets.map(({ name }) => ({ dataset: name, days: daysIn(name, grid, foreseen) }));
  const there = datasets.reduce((sum, { days }) => sum + days.filter(({ state }) => state === 'there').length, 0);
  if (there > MAX_COUNTED) return { datasets };
  return {
    datasets: await Promise.all(
      datasets.map(async ({ dataset, days }) => ({ dataset, days: await counted(dataset, days, ports.rootData) })),
    ),
  };
}

function daysIn(dataset: string, { from, date }: Days, { plan, snapshot, missing, waiting }: Foresight): DataDay[] {
  const window = daySpan(toOrdinal(from), toOrdinal(date));
  const known = snapshot.datasets.get(dataset)?.days ?? NO_DAYS;
  const foreseen = plan.request.state.datasets.get(dataset)?.days ?? NO_DAYS;
  const states = new Map<Day, DataDay['state']>();
  for (const day of missing.find((one) => one.dataset === dataset)?.days ?? []) states.set(day, 'missing');
  for (const day of daysOfSet(intersect(foreseen, window)))
    states.set(day, hasDay(known, toOrdinal(day)) ? 'there' : 'pending');
  for (const { date: day } of waiting.get(dataset) ?? []) states.set(day, 'waiting');
  return [...states]
    .filter(([day]) => day >= from && day <= date)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([day, state]) => ({ date: day, state }));
}

async function counted(
  dataset: string,
  days: readonly DataDay[],
  rootData: Pick<RootData, 'inspect'>,
): Promise<DataDay[]> {
  const there = days.flatMap(({ date, state }) => (state === 'there' ? [date] : []));
  const rows = new Map((await rootData.inspect(dataset, there)).map(({ date, count }) => [date, count]));
  return days.map((day) => {
    const count = rows.get(day.date);
    return count === undefined ? day : Object.assign({ rows: count }, day);
  });
}
