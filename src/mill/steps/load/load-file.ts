/**
 * Loads a file of any size and order into a dataset. First every row is read, checked and put by its day; then each day is
 * written whole, or not at all. So nothing is written before the last row was seen, and a day with a wrong row stays as it was.
 */
import { codeOf, UserError } from '../../../errors.ts';
import { checkRow, withoutDate } from '../../execution/check-row.ts';
import { type DateColumn, type Dataset, filesOf, generatorOf, loadedFrom } from '../../model/dataset.ts';
import type { FileRow } from '../../model/file-row.ts';
import type { Day } from '../../../values/date.ts';
import type { Hash } from '../../../values/hash.ts';
import { sameDays } from '../../planning/day-set.ts';
import { afterLoadByHand } from '../../planning/loaded-by.ts';
import { type DayChange, type DayRow, describeSameId, dayWriter, sameIds } from './day-writer.ts';
import { type IndexPorts, type IndexReport, indexRootData } from './index-root-data.ts';
import { partlyLoaded } from './partly-loaded.ts';
import type { Artifacts } from '../../ports/artifacts.ts';
import type { RootData } from '../../ports/root-data.ts';

/** `days`: a day of the file takes the place of the day that is there. `merge`: its entities do, by their ids. `replace`: as `days`, and days that the file does not have go. */
export type LoadMode = 'days' | 'merge' | 'replace';

export interface LoadFileRequest {
  readonly dataset: Dataset;
  /** For the mark and for messages; of several files as they were named. */
  readonly file: string;
  readonly dateColumn: DateColumn;
  readonly mode: LoadMode;
  /** Whether rows are columns of text, for the source's `parse`, rather than entities as the schema has them. */
  readonly parses: boolean;
  /** Whether a file without rows is right, and no download that failed; so it is when the dataset's source says it, too. */
  readonly allowEmpty?: boolean;
  readonly rows: AsyncIterable<readonly FileRow[]>;
}

export interface RejectedRow {
  /** Where several files are loaded. */
  readonly file?: string | undefined;
  readonly line: number;
  /** Undefined when the row has no day that could be read. */
  readonly date: Day | undefined;
  /** Empty when the row as a whole is wrong. */
  readonly column: string;
  readonly reason: string;
  readonly row: unknown;
}

/** Rows by day, outside of memory. */
export interface RowsByDay {
  add(date: Day, row: KeptRow): void;
  dates(): Day[];
  /** As they were added. */
  rowsOf(date: Day): KeptRow[];
}

interface KeptRow {
  readonly file: string | undefined;
  readonly line: number;
  readonly id: string | undefined;
  /** The entity, or the document, as canonical JSON. */
  readonly json: string;
}

export interface LoadFilePorts extends IndexPorts {
  readonly artifacts: Artifacts;
  readonly rootData: RootData;
  readonly newId: () => string;
  readonly rowsByDay: RowsByDay;
  readonly onRejected: (row: RejectedRow) => void;
  readonly onDay: (done: number, total: number) => void;
}

export interface LoadFileReport {
  readonly dataset: string;
  /** Read from the file, blank ones left out. */
  readonly rows: number;
  readonly blank: number;
  readonly rejected: number;
  readonly days: Readonly<Record<DayChange | 'removed' | 'held', number>>;
  /** Days that stay as they were because of wrong rows, ascending. */
  readonly held: readonly Day[];
  /** Days that the file no longer has, and that stay because it has rows without a day, which may be theirs. */
  readonly kept: number;
  readonly index: IndexReport;
}

/** Times that indexing is tried again when a dispatcher writes at the same time. */
const INDEX_ATTEMPTS = 5;

/** @throws {UserError} BAD_ARGUMENT, BAD_SOURCE, and what reading throws: nothing was written then, but for days before one that is too large. */
export async function loadFile(request: LoadFileRequest, ports: LoadFilePorts): Promise<LoadFileReport> {
  const { dataset, mode } = request;
  const lies = filesOf(dataset);
  if (lies !== undefined)
    throw new UserError(
      'BAD_ARGUMENT',
      `${dataset.name} is not loaded: its files are read where they lie, ${lies.pattern}. Put the file there.`,
    );
  if (generatorOf(dataset) !== undefined)
    throw new UserError(
      'BAD_ARGUMENT',
      `${dataset.name} is not loaded from files: its generator makes it, and daymill run loads what that makes.`,
    );
  if (mode === 'merge' && dataset.kind === 'entities' && dataset.id === undefined) {
    throw new UserError(
      'BAD_ARGUMENT',
      `${dataset.name} cannot be merged: its entities have no ids. Give the dataset id: (entity) => …, or load whole days.`,
    );
  }
  const read = await readAll(request, ports);
  if (read.rows === 0 && !(request.allowEmpty ?? loadedFrom(dataset)?.allowEmpty ?? false)) {
    throw new UserError(
      'BAD_SOURCE',
      `${request.file} has no rows, as a download that failed has none. Nothing was changed. If that may be, add --allow-empty, or ` +
        "say so in the dataset's source: { …, allowEmpty: true }.",
    );
  }
  const dates = ports.rowsByDay.dates();
  if (mode === 'replace' && dates.length === 0) {
    throw new UserError(
      'BAD_SOURCE',
      `${request.file} has no good rows, so --replace would take all days of ${dataset.name} away. Nothing was changed.`,
    );
  }
  const known = await ports.rootData.days(dataset.name);
  const days = { ...(await writeDays(request, dates, known, read, ports)), removed: 0, held: read.held.size };
  const gone = mode === 'replace' ? goneDays(known, dates, read.held) : [];
  const kept = read.undated ? gone.length : 0;
  if (!read.undated) {
    await ports.rootData.removeDays(dataset.name, gone);
    days.removed = gone.length;
  }
  await noteLoader(
    request,
    dates.filter((date) => !read.held.has(date)),
    read.undated ? [] : gone,
    ports,
  );
  const to = dates.at(-1);
  if ('file' in (dataset.source ?? {}) && to !== undefined)
    await ports.rootData.writeMark(dataset.name, {
      file: request.file,
      hash: '',
      through: to,
      byHand: true,
    });
  const index = await indexAgain(ports);
  const { rows, blank, rejected } = read;
  const report = { dataset: dataset.name, rows, blank, rejected, days, held: [...read.held].sort(), kept, index };
  ports.log.info(
    { event: 'loaded', dataset: dataset.name, rows, rejected, days },
    `loaded ${request.file} into ${dataset.name}`,
  );
  return report;
}

/** Which days are as the code of now reads them: those that other code has loaded are told by plan and report. */
async function noteLoader(
  { dataset, file, mode }: LoadFileRequest,
  loaded: readonly Day[],
  gone: readonly Day[],
  { manifest, rootData }: LoadFilePorts,
): Promise<void> {
  const loader = manifest.datasets.find(({ name }) => name === dataset.name)?.loader;
  if (loader === undefined) return;
  const before = (await rootData.loadsByHand([dataset.name])).get(dataset.name) ?? [];
  const after = afterLoadByHand(before, { loader, file, loaded, gone, merges: mode === 'merge' });
  // Another name of a file alone is no news.
  const news = after.some(
    (one) => !before.some(({ loader, days }) => loader === one.loader && sameDays(days, one.days)),
  );
  if (news || after.length < before.length) await rootData.writeLoadsByHand(dataset.name, after);
}

/** What the first pass found; the second adds to what is rejected and held. */
interface Reading {
  rows: number;
  blank: number;
  rejected: number;
  undated: boolean;
  readonly held: Set<Day>;
}

async function readAll(request: LoadFileRequest, ports: LoadFilePorts): Promise<Reading> {
  const { dataset, dateColumn, parses } = request;
  const read: Reading = { rows: 0, blank: 0, rejected: 0, undated: false, held: new Set() };
  const parse = parses ? loadedFrom(dataset)?.parse : undefined;
  let before: Day | undefined;
  let nextIsHeld = false;
  for await (const batch of request.rows) {
    for (const row of batch) {
      if (row.kind === 'blank') {
        read.blank++;
        continue;
      }
      read.rows++;
      if (row.kind === 'wrong') {
        // It is most likely of the day of its neighbours, which would be short of it.
        read.undated = nextIsHeld = true;
        if (before !== undefined) read.held.add(before);
        reject(read, ports, { ...row, date: undefined });
        continue;
      }
      const { file, line, date, values, inexact } = row;
      if (nextIsHeld) read.held.add(date);
      nextIsHeld = false;
      before = date;
      const found = checkRow(dataset, parse === undefined ? withoutDate(dataset, dateColumn, values) : values, {
        parse,
        inexact,
      });
      if ('reason' in found) reject(read, ports, { file, line, date, ...found, row: values });
      else ports.rowsByDay.add(date, { file, line, id: found.id, json: found.json });
    }
  }
  return read;
}

function reject(read: Reading, ports: LoadFilePorts, { file, line, date, column, reason, row }: RejectedRow): void {
  read.rejected++;
  if (date !== undefined) read.held.add(date);
  ports.onRejected({ ...(file === undefined ? {} : { file }), line, date, column, reason, row });
}

async function writeDays(
  { dataset, mode }: LoadFileRequest,
  dates: readonly Day[],
  known: ReadonlyMap<Day, Hash>,
  read: Reading,
  ports: LoadFilePorts,
): Promise<Record<DayChange, number>> {
  const counts: Record<DayChange, number> = { new: 0, changed: 0, same: 0 };
  const writer = dayWriter(dataset, known, ports);
  const written: Day[] = [];
  try {
    for (const [index, date] of dates.entries()) {
      const kept = ports.rowsByDay.rowsOf(date);
      const rows = kept.map(({ file, line, id, json }): DayRow => {
        const where = `${file === undefined ? '' : `${file}, `}line ${line}`;
        return { id, value: JSON.parse(json) as unknown, where };
      });
      for (const same of sameIds(rows)) {
        const { file, line } = kept[rows.indexOf(same.row)] as KeptRow;
        reject(read, ports, { file, line, date, column: '', reason: describeSameId(same), row: same.row.value });
      }
      if (!read.held.has(date)) {
        const whole = mode === 'merge' && known.has(date) ? await merged(dataset, date, rows, ports) : rows;
        counts[await writer.put(date, whole)]++;
        written.push(date);
      }
      ports.onDay(index + 1, dates.length);
    }
  } catch (thrown) {
    // Days that were told as loaded are.
    await writer.finish();
    throw partlyLoaded(thrown, written);
  }
  await writer.finish();
  return counts;
}

/** Those that are there, and over them those of the file. */
async function merged(
  dataset: Dataset,
  date: Day,
  rows: readonly DayRow[],
  { artifacts }: LoadFilePorts,
): Promise<readonly DayRow[]> {
  if (dataset.kind === 'document') return rows;
  const byId = new Map<string | undefined, DayRow>();
  const [stored] = await artifacts.read([{ kind: 'root', dataset: dataset.name, date }]);
  for await (const part of stored?.parts() ?? [])
    for (const [id, value] of part.entries()) byId.set(id, { id, value, where: 'the day that is there' });
  for (const row of rows) byId.set(row.id, row);
  return [...byId.values()];
}

function goneDays(known: ReadonlyMap<Day, Hash>, dates: readonly Day[], held: ReadonlySet<Day>): Day[] {
  const stay = new Set([...dates, ...held]);
  return [...known.keys()].filter((date) => !stay.has(date));
}

async function indexAgain(ports: IndexPorts): Promise<IndexReport> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await indexRootData(ports);
    } catch (thrown) {
      if (codeOf(thrown) !== 'CONTENTION' || attempt === INDEX_ATTEMPTS) throw thrown;
    }
  }
}
