/** Lenses: figures of the grid's cells. Hashes and ages are in the books; what making a cell took is in its record, a document a cell. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { atMost } from '../../process/at-most.ts';
import type { Clock } from '../../process/ports.ts';
import { Day, daysFrom, toOrdinal } from '../../values/date.ts';
import { type CellKey, type Settled } from '../model/cell.ts';
import type { CellRecord } from '../model/cell-record.ts';
import { computationIn, type Manifest } from '../model/manifest.ts';
import type { PriceTable } from '../model/price-table.ts';
import { tierNamed, type Tiers } from '../model/tier.ts';
import { dollarsOf } from '../planning/cost.ts';
import { daySpan, daysOfSet, intersect, NO_DAYS } from '../planning/day-set.ts';
import { expectations } from '../planning/expected.ts';
import { bookId } from '../planning/shelf.ts';
import type { Cells } from '../ports/cells.ts';
import type { Planning } from '../ports/planning.ts';
import type { Tasks } from '../ports/tasks.ts';
import { survey, type Survey } from '../steps/dispatch/survey.ts';
import { tierRouter } from '../tiers/tier-router.ts';
import type { Days } from './foresee.ts';
import { settledCells } from './settled-cells.ts';

export const Lens = z.enum(['hash', 'age', 'duration', 'memory', 'dollars']);
export type Lens = z.infer<typeof Lens>;

const UNITS: Readonly<Record<Lens, string>> = {
  hash: 'result',
  age: 'days',
  duration: 's',
  memory: 'MiB',
  dollars: 'USD',
};

export const LensAnswer = z.object({
  lens: Lens,
  unit: z.string(),
  from: Day,
  to: Day,
  days: z.number(),
  /**
   * By computation, a value a day; null where there is no result, or nothing is known of it. `hash`: small numbers, in the order in which
   * results first come; the same number in a row is the same result. `age`: since its run was claimed. `memory`: the peak of its task's
   * process. `dollars`: at list prices, of its own seconds and of the documents that a cell of its computation takes as a rule.
   */
  rows: z.record(z.string(), z.array(z.number().nullable())),
});
export type LensAnswer = z.infer<typeof LensAnswer>;

/** Documents that a request reads, each of them billed: books for hashes and ages, else cells, and tasks for their memory. */
export const MAX_LENS_READS = 5_000;

export interface LensAsked extends Days {
  readonly lens: Lens;
  /** All when undefined; what is in no manifest is left out. */
  readonly computations: readonly string[] | undefined;
}

export interface LensPorts {
  readonly manifest: Manifest;
  readonly planning: Planning;
  readonly cells: Pick<Cells, 'read'>;
  readonly tasks: Pick<Tasks, 'read'>;
  readonly clock: Clock;
  readonly tiers: Tiers;
  readonly prices: { readonly table: PriceTable };
}

type Value = number | null;

/** @throws {UserError} OVER_LIMIT for more than `MAX_LENS_READS` */
export async function lensAnswer({ lens, computations, from, date }: LensAsked, ports: LensPorts): Promise<LensAnswer> {
  const surveyed = await survey({ from, to: date }, ports);
  const named = computations === undefined ? undefined : new Set(computations);
  const names = surveyed.plan.computations.filter((name) => named?.has(name) ?? true);
  const cells = madeIn(surveyed, names, daySpan(toOrdinal(from), toOrdinal(date)));
  const isInBooks = lens === 'hash' || lens === 'age';
  assertWithin(
    isInBooks ? new Set(cells.map((cell) => bookId(cell.computation, cell.date))).size : cells.length,
    isInBooks ? 'books (a computation and a year each)' : 'cells',
  );
  const values = isInBooks
    ? inBooks(lens, await settledCells(cells, surveyed, ports.planning), cells, ports.clock.now())
    : await inRecords(lens, cells, surveyed, ports);
  const days = daysFrom(from, date);
  const at = new Map(days.map((day, index) => [day, index]));
  const rows = new Map(names.map((name) => [name, days.map((): Value => null)]));
  for (const [index, cell] of cells.entries()) {
    const column = at.get(cell.date);
    const row = rows.get(cell.computation);
    if (row !== undefined && column !== undefined) row[column] = values[index] ?? null;
  }
  return { lens, unit: UNITS[lens], from, to: date, days: days.length, rows: Object.fromEntries(rows) };
}

const madeIn = ({ folded }: Survey, names: readonly string[], window: ReturnType<typeof daySpan>): CellKey[] =>
  names.flatMap((computation) =>
    daysOfSet(intersect(folded.state.standings.get(computation)?.made ?? NO_DAYS, window)).map((date) => ({
      computation,
      date,
    })),
  );

function assertWithin(reads: number, what: string): void {
  if (reads <= MAX_LENS_READS) return;
  throw new UserError(
    'OVER_LIMIT',
    `This would read ${reads} ${what}, and a request reads ${MAX_LENS_READS} at most. Ask for fewer days (from, to), or name some computations.`,
  );
}

const MS_A_DAY = 86_400_000;

function inBooks(
  lens: 'hash' | 'age',
  settled: readonly (Settled | undefined)[],
  cells: readonly CellKey[],
  nowMs: number,
): Value[] {
  const numbers = new Map<string, Map<string, number>>();
  return settled.map((one, index): Value => {
    if (one?.status !== 'COMPLETED') return null;
    if (lens === 'age') return one.claimedMs === undefined ? null : rounded((nowMs - one.claimedMs) / MS_A_DAY, 3);
    const { computation = '' } = cells[index] ?? {};
    const its = numbers.get(computation) ?? new Map<string, number>();
    numbers.set(computation, its);
    const number = its.get(one.resultHash) ?? its.size;
    its.set(one.resultHash, number);
    return number;
  });
}

async function inRecords(
  lens: 'duration' | 'memory' | 'dollars',
  cells: readonly CellKey[],
  { snapshot, folded }: Survey,
  ports: LensPorts,
): Promise<Value[]> {
  const records = (await ports.cells.read(cells)).map((cell) => cell?.record);
  if (lens === 'duration') return records.map((record) => (record === undefined ? null : rounded(record.seconds, 3)));
  if (lens === 'memory') return peaksOf(records, ports.tasks);
  const { tierOf } = tierRouter(await ports.planning.memory(snapshot), ports.tiers, ports.clock.now());
  const expect = expectations(folded.state);
  return records.map((record, index) => {
    const entry = computationIn(ports.manifest, cells[index]?.computation ?? '');
    if (record === undefined || entry === undefined) return null;
    const { reads, writes, tasks } = expect(entry);
    const usage = { reads, writes, deletes: 0, seconds: record.seconds };
    return dollarsOf(usage, tasks, tierNamed(ports.tiers, tierOf(entry.name)).memoryMB, ports.prices.table);
  });
}

/** Of the attempt that made the cell. Tasks are kept for ninety days. */
async function peaksOf(records: readonly (CellRecord | undefined)[], tasks: Pick<Tasks, 'read'>): Promise<Value[]> {
  const ids = [...new Set(records.flatMap((record) => record?.taskId ?? []))];
  const found = new Map((await atMost(ids, (id) => tasks.read(id))).flatMap((task) => (task ? [[task.id, task]] : [])));
  return records.map((record) => {
    const history = found.get(record?.taskId ?? '')?.history ?? [];
    return (history.find(({ number }) => number === record?.attempt) ?? history.at(-1))?.peakRssMB ?? null;
  });
}

const rounded = (value: number, places: number): number => Math.round(value * 10 ** places) / 10 ** places;
