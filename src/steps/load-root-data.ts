/** Loads bundled datasets from their files, as far as the target day, and only what is not there yet. */
import { TerminalError, UserError } from '../errors.ts';
import { artifactWriter, writeArtifact } from '../execution/artifact-writer.ts';
import type { Artifact } from '../model/artifact.ts';
import type { Dataset, FileSource } from '../model/dataset.ts';
import type { Day } from '../model/date.ts';
import type { LoadRange } from './bundled-files.ts';
import type { Artifacts, Log, RootData } from './ports.ts';

/** Days written in one commit; entity days are large, documents small. */
const DAYS_A_COMMIT = { entities: 8, document: 300 } as const;

/** Digits of a row's number within its day, which is its entity id: rows keep their order, and sort as text. */
const ID_DIGITS = 7;

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
  let batch: { date: Day; artifact: Artifact; generation: string }[] = [];
  const write = async (): Promise<void> => {
    if (batch.length > 0) await ports.rootData.writeDays(dataset.name, batch);
    batch = [];
  };
  for await (const day of ports.readSource(source, { root: ports.root, from, to: last })) {
    const generation = ports.newId();
    batch.push({ date: day.date, artifact: await toArtifact(dataset, day, generation, ports), generation });
    read.add(day.date);
    rows += day.rows.length;
    onDay(dataset.name, day.date);
    if (batch.length >= DAYS_A_COMMIT[dataset.kind]) await write();
  }
  await write();
  const gone = fileChanged ? (await ports.rootData.days(dataset.name)).filter((date) => !read.has(date)) : [];
  await ports.rootData.removeDays(dataset.name, gone);
  await ports.rootData.writeMark(dataset.name, { file: source.file, hash, through });
  const days = read.size;
  ports.log.info(
    { event: 'loaded', dataset: dataset.name, days, rows, gone: gone.length },
    `loaded ${days} days of ${dataset.name}, ${rows} rows; ${gone.length} days are gone`,
  );
  return { dataset: dataset.name, days, rows };
}

async function toArtifact(
  dataset: Dataset,
  day: { date: Day; rows: readonly unknown[] },
  generation: string,
  ports: LoadPorts,
): Promise<Artifact> {
  const place = { kind: 'root', dataset: dataset.name, date: day.date } as const;
  const sink = (part: Parameters<Artifacts['writeShard']>[2], index: number) =>
    ports.artifacts.writeShard(place, generation, part, index);
  try {
    if (dataset.kind === 'document') {
      if (day.rows.length !== 1)
        throw new UserError(
          'BAD_SOURCE',
          `${dataset.name} has ${day.rows.length} rows on ${day.date}, and a document is one a day.`,
        );
      return await writeArtifact(checked(dataset, day.date, 0, day.rows[0]), false, sink);
    }
    const writer = artifactWriter(sink);
    for (const [index, row] of day.rows.entries()) {
      writer.add(String(index).padStart(ID_DIGITS, '0'), checked(dataset, day.date, index, row));
      if (writer.isFull()) await writer.flush();
    }
    return await writer.finish();
  } catch (thrown) {
    if (!(thrown instanceof TerminalError)) throw thrown;
    throw new UserError('BAD_SOURCE', `${dataset.name} on ${day.date}: ${thrown.message}`, { cause: thrown });
  }
}

function checked(dataset: Dataset, date: Day, index: number, row: unknown): unknown {
  const result = dataset.schema.safeParse(row);
  if (result.success) return result.data;
  const [issue] = result.error.issues;
  throw new UserError(
    'BAD_SOURCE',
    `${dataset.name}, row ${index + 1} of ${date}: ${issue?.path.join('.')}: ${issue?.message}. Nothing of this day was loaded.`,
  );
}
