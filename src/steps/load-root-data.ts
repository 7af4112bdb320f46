/** Loads bundled datasets from their files, as far as the target day, and only what is not there yet. */
import { UserError } from '../errors.ts';
import type { Dataset, FileSource } from '../model/dataset.ts';
import type { Day } from '../model/date.ts';
import type { LoadRange } from './bundled-files.ts';
import { checkRow } from './check-row.ts';
import { type DayRow, dayWriter } from './day-writer.ts';
import type { Artifacts, Log, RootData } from './ports.ts';

export interface LoadPorts {
  readonly root: string;
  readonly artifacts: Artifacts;
  readonly rootData: RootData;
  readonly log: Log;
  readonly newId: () => string;
  readonly readSource: (
    source: FileSource<unknown>,
    options: { root: string; from: Day; to: Day },
  ) => AsyncIterable<{ readonly date: Day; readonly rows: readonly unknown[] }>;
}

export interface LoadReport {
  readonly dataset: string;
  readonly days: number;
  readonly rows: number;
}

/** `onDay` hears of each day as it is read. @throws {UserError} BAD_SOURCE */
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
  { dataset, source, from, to: last, hash, through, fileChanged }: LoadRange,
  ports: LoadPorts,
  onDay: (dataset: string, date: Day) => void,
): Promise<LoadReport> {
  if (from > last) return { dataset: dataset.name, days: 0, rows: 0 };
  const read = new Set<Day>();
  let rows = 0;
  const known = await ports.rootData.days(dataset.name);
  const writer = dayWriter(dataset, known, ports);
  for await (const day of ports.readSource(source, { root: ports.root, from, to: last })) {
    await writer.put(
      day.date,
      day.rows.map((row, index) => checked(dataset, day.date, index, row)),
    );
    read.add(day.date);
    rows += day.rows.length;
    onDay(dataset.name, day.date);
  }
  await writer.finish();
  const gone = fileChanged ? [...known.keys()].filter((date) => !read.has(date)) : [];
  await ports.rootData.removeDays(dataset.name, gone);
  await ports.rootData.writeMark(dataset.name, { file: source.file, hash, through });
  const days = read.size;
  ports.log.info(
    { event: 'loaded', dataset: dataset.name, days, rows, gone: gone.length },
    `loaded ${days} days of ${dataset.name}, ${rows} rows; ${gone.length} days are gone`,
  );
  return { dataset: dataset.name, days, rows };
}

function checked(dataset: Dataset, date: Day, index: number, row: unknown): DayRow {
  const where = `row ${index + 1}`;
  const found = checkRow(dataset, row);
  if (!('reason' in found)) return { ...found, where };
  throw new UserError(
    'BAD_SOURCE',
    `${dataset.name}, ${where} of ${date}: ${found.column}: ${found.reason}. Nothing of this day was loaded.`,
  );
}
