/** `daymill load` without its command line: a file through the real readers into the dataset of a project's ports. */
import type { Ports } from '../../src/compose.ts';
import { loadedFrom } from '../../src/mill/model/dataset.ts';
import { openDaySpill } from '../../src/mill/sources/day-spill.ts';
import { diskFile } from '../../src/mill/sources/disk-file.ts';
import { formatOf, readRows } from '../../src/mill/sources/read-rows.ts';
import { loadFile, type LoadFileReport, type LoadMode, type RejectedRow } from '../../src/mill/steps/load/load-file.ts';

export type Loaded = LoadFileReport & { readonly rejects: readonly RejectedRow[] };

export async function load(
  ports: Ports,
  name: string,
  path: string,
  {
    mode = 'days',
    onDay = () => {},
    ...empty
  }: { mode?: LoadMode; onDay?: (done: number, total: number) => void; allowEmpty?: boolean } = {},
): Promise<Loaded> {
  const entry = ports.manifest.datasets.find((one) => one.name === name);
  const format = formatOf(path);
  if (entry === undefined || format === undefined) throw new Error(`no dataset ${name}, or no format in ${path}`);
  const dataset = await ports.definitions.dataset(entry);
  const dateColumn = loadedFrom(dataset)?.dateColumn ?? 'date';
  const rejects: RejectedRow[] = [];
  const rowsByDay = openDaySpill();
  try {
    const rows = readRows(await diskFile(path), { format, dateColumn });
    const onRejected = (row: RejectedRow): void => void rejects.push(row);
    const report = await loadFile(
      { dataset, file: path, dateColumn, mode, parses: format === 'csv', rows, ...empty },
      { ...ports, rowsByDay, onRejected, onDay },
    );
    return { ...report, rejects };
  } finally {
    rowsByDay.close();
  }
}
