/** Root data: each day of each dataset that is there, waits for something, is in a file and not loaded, or is missing. */
import { z } from 'zod';
import { Day, toOrdinal } from '../../values/date.ts';
import { describeMissing } from '../model/completeness.ts';
import type { ManifestDataset } from '../model/manifest.ts';
import {
  dayCount,
  type DaySet,
  daySetOfDays,
  daysOfSet,
  daySpan,
  intersect,
  NO_DAYS,
  subtract,
  unite,
} from '../planning/day-set.ts';
import type { RootData } from '../ports/root-data.ts';
import type { waitingDays } from '../steps/load/root-data-changes.ts';
import { type Days, foresee, type ForeseePorts, type Foresight } from './foresee.ts';

/**
 * - `there` computations read it; `waiting` it is not whole (`waitsFor`), or a worker did not find it as it was indexed
 * - `pending` it is in its file, or will be generated, and a run loads it first; `missing` it should be there, and is nowhere
 */
const DataState = z.enum(['there', 'waiting', 'pending', 'missing']);
type DataState = z.infer<typeof DataState>;

const DataDay = z.object({
  date: Day,
  state: DataState,
  waitsFor: z.string().optional(),
  /** Entities; absent of a document, of files that are read where they lie, and where more days are asked for than are counted. */
  rows: z.number().optional(),
  loadedMs: z.number().optional(),
});
type DataDay = z.infer<typeof DataDay>;

/** Days that none is expected of are left out. */
export const DataAnswer = z.object({ datasets: z.array(z.object({ dataset: z.string(), days: z.array(DataDay) })) });
export type DataAnswer = z.infer<typeof DataAnswer>;

/** Days of all datasets together whose rows are told: a document each. Of more, none are. */
export const MAX_COUNTED_DAYS = 2_000;

export interface DataPorts extends ForeseePorts {
  readonly rootData: RootData;
}

export async function dataAnswer({ from, date }: Days, ports: DataPorts): Promise<DataAnswer> {
  const foreseen = await foresee({ from, date }, ports);
  const window = daySpan(toOrdinal(from), toOrdinal(date));
  const states = ports.manifest.datasets.map(({ name }) => statesOf(name, window, foreseen));
  const stored = states.reduce((sum, { there, waiting }) => sum + dayCount(there) + dayCount(waiting), 0);
  const datasets = await Promise.all(
    ports.manifest.datasets.map(async (entry, index) => {
      const own = states[index] as States;
      const days = daysOf(own, foreseen.waiting.get(entry.name) ?? []);
      const isCounted = stored <= MAX_COUNTED_DAYS && dayCount(own.there) + dayCount(own.waiting) > 0;
      return {
        dataset: entry.name,
        days: isCounted ? await withRows(days, entry, { from, date }, ports.rootData) : days,
      };
    }),
  );
  return { datasets };
}

type States = Readonly<Record<DataState, DaySet>>;

/** Each day in one of them at most. */
function statesOf(name: string, window: DaySet, { folded, plan, missing, waiting }: Foresight): States {
  const { days: known = NO_DAYS, doubted = NO_DAYS } = folded.state.datasets.get(name) ?? {};
  const coming = plan.request.state.datasets.get(name)?.days ?? NO_DAYS;
  const notWhole = daySetOfDays((waiting.get(name) ?? []).map((day) => day.date));
  const open = subtract(subtract(intersect(known, window), doubted), notWhole);
  const absent = daySetOfDays(missing.find(({ dataset }) => dataset === name)?.days ?? []);
  return {
    there: open,
    waiting: intersect(window, unite(notWhole, intersect(doubted, known))),
    pending: intersect(window, subtract(subtract(coming, known), notWhole)),
    missing: intersect(window, absent),
  };
}

function daysOf(states: States, waiting: ReturnType<typeof waitingDays>): DataDay[] {
  const why = new Map(waiting.map(({ date, missing }) => [date, describeMissing(missing)]));
  const days = DataState.options.flatMap((state) =>
    daysOfSet(states[state]).map((date): DataDay => {
      const waitsFor =
        state === 'waiting' ? (why.get(date) ?? 'the indexer: it was not found as it was indexed') : undefined;
      return waitsFor === undefined ? { date, state } : { date, state, waitsFor };
    }),
  );
  return days.sort((a, b) => (a.date < b.date ? -1 : 1));
}

async function withRows(
  days: readonly DataDay[],
  { name, kind, files }: ManifestDataset,
  { from, date }: Days,
  rootData: Pick<RootData, 'counted'>,
): Promise<DataDay[]> {
  const found = new Map((await rootData.counted(name, from, date)).map((one) => [one.date, one]));
  return days.map((day) => {
    const one = day.state === 'there' || day.state === 'waiting' ? found.get(day.date) : undefined;
    if (one === undefined) return day;
    const rows = kind === 'entities' && files === undefined ? { rows: one.count } : {};
    return Object.assign({}, day, rows, { loadedMs: one.changedMs });
  });
}
