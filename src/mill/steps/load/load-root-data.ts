/** Loads bundled datasets from their files, as far as the target day, and only what is not there yet. */
import { UserError } from '../../../errors.ts';
import { checkRow, withoutDate } from '../../execution/check-row.ts';
import type { Dataset, FileSource } from '../../model/dataset.ts';
import type { InexactNumber } from '../../model/file-row.ts';
import type { Day } from '../../../values/date.ts';
import { daysOfSet } from '../../planning/day-set.ts';
import type { LoadRange } from './bundled-files.ts';
import { type DayRow, dayWriter } from './day-writer.ts';
import { partlyLoaded } from './partly-loaded.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { RootData } from '../../ports/root-data.ts';
import type { Log } from '../../../process/ports.ts';

/** A day as its file has it. */
interface ReadDay {
  readonly date: Day;
  readonly rows: readonly unknown[];
  readonly places: readonly string[];
  /** Whether no `parse` has seen them. */
  readonly raw: boolean;
  readonly inexact: ReadonlyMap<number, readonly InexactNumber[]>;
}

export interface LoadPorts {
  readonly root: string;
  readonly artifacts: Artifacts;
  readonly rootData: RootData;
  readonly log: Log;
  readonly newId: () => string;
  readonly readSource: (
    source: FileSource<unknown>,
    options: { root: string; from: Day; to: Day },
  ) => AsyncIterable<ReadDay>;
  /** The days that it will yield: that the file is in order is known before anything of it is written. */
  readonly sourceDays: (source: FileSource<unknown>, options: { root: string; from: Day; to: Day }) => Promise<Day[]>;
}

export interface LoadReport {
  readonly dataset: string;
  readonly days: number;
  readonly rows: number;
}

/** `onDay` hears of each day once all of it is fit to be loaded. @throws {UserError} BAD_SOURCE, after the days before it were written. */
export async function loadRootData(
  ranges: readonly LoadRange[],
  ports: LoadPorts,
  onDay: (dataset: string, date: Day) => void = () => {},
): Promise<LoadReport[]> {
  const reports: LoadReport[] = [];
  for (const range of ranges) reports.push(await loadRange(range, ports, onDay));
  return reports;
}

async function loadRange(
  { dataset, source, from, to: last, hash, through, fresh, fileChanged, lost }: LoadRange,
  ports: LoadPorts,
  onDay: (dataset: string, date: Day) => void,
): Promise<LoadReport> {
  if (from > last && !fresh) return { dataset: dataset.name, days: 0, rows: 0 };
  const known = new Map(await ports.rootData.days(dataset.name));
  for (const date of daysOfSet(lost)) known.delete(date);
  const dates = await ports.sourceDays(source, { root: ports.root, from, to: last });
  const writer = dayWriter(dataset, known, ports);
  const whole: Day[] = [];
  let rows = 0;
  try {
    for await (const day of ports.readSource(source, { root: ports.root, from, to: last })) {
      await writer.put(
        day.date,
        day.rows.map((row, index) => checked(dataset, source, day, row, index)),
      );
      whole.push(day.date);
      rows += day.rows.length;
      onDay(dataset.name, day.date);
    }
  } catch (thrown) {
    // Days that were told as loaded are.
    await writer.finish();
    throw partlyLoaded(thrown, whole);
  }
  await writer.finish();
  const gone = fileChanged ? goneDays(known, dates) : [];
  await ports.rootData.removeDays(dataset.name, gone);
  await ports.rootData.writeMark(dataset.name, { file: source.file, hash, through });
  const days = whole.length;
  ports.log.info(
    { event: 'loaded', dataset: dataset.name, days, rows, gone: gone.length },
    `loaded ${days} days of ${dataset.name}, ${rows} rows; ${gone.length} days are gone`,
  );
  return { dataset: dataset.name, days, rows };
}

function goneDays(known: ReadonlyMap<Day, unknown>, dates: readonly Day[]): Day[] {
  const there = new Set(dates);
  return [...known.keys()].filter((date) => !there.has(date));
}

function checked(
  dataset: Dataset,
  source: FileSource<unknown>,
  { date, places, raw, inexact }: ReadDay,
  row: unknown,
  index: number,
): DayRow {
  const where = places[index] ?? '';
  const found = checkRow(dataset, raw ? withoutDate(dataset, source.dateColumn, row) : row, {
    inexact: inexact.get(index),
  });
  if (!('reason' in found)) return { ...found, where };
  const column = found.column === '' ? '' : `${found.column}: `;
  throw new UserError('BAD_SOURCE', `${dataset.name}: ${source.file}, ${where}, of ${date}: ${column}${found.reason}.`);
}
