/** Which days of the bundled files are still to be loaded. */
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import type { Dataset, FileSource } from '../model/dataset.ts';
import { addDays, type Day } from '../model/date.ts';
import type { Manifest } from '../model/manifest.ts';
import { coverage } from '../sources/read-source.ts';
import type { Coverage } from '../sources/source-row.ts';
import type { Definitions, RootData } from '../steps/ports.ts';

export interface LoadRange {
  readonly dataset: string;
  readonly source: FileSource<unknown>;
  /** The days that the whole file spans. */
  readonly coverage: Coverage;
  /** What loading would read, both included; empty when `from` is later than `to`. */
  readonly from: Day;
  readonly to: Day;
  /** Whether the file is another than the one that was loaded before, so that all of it is read again. */
  readonly fileChanged: boolean;
}

export interface LoadRangePorts {
  readonly root: string;
  readonly manifest: Manifest;
  readonly definitions: Definitions;
  readonly rootData: RootData;
}

/** One for each dataset that has a file. @throws {UserError} MISSING_FILE, BAD_SOURCE */
export async function loadRanges(target: Day, ports: LoadRangePorts): Promise<LoadRange[]> {
  const ranges: LoadRange[] = [];
  // One by one, so that nothing is under way when one of them throws.
  for (const entry of ports.manifest.datasets) {
    const range = await rangeOf(await ports.definitions.dataset(entry), target, ports);
    if (range !== undefined) ranges.push(range);
  }
  return ranges;
}

async function rangeOf(dataset: Dataset, target: Day, ports: LoadRangePorts): Promise<LoadRange | undefined> {
  const { name, source } = dataset;
  if (source === undefined) return undefined;
  const file = statSync(join(ports.root, source.file), { throwIfNoEntry: false });
  if (file === undefined) {
    throw new UserError(
      'MISSING_FILE',
      `${name} is read from ${source.file}, which is not there. Run npm ci, or correct the dataset's source.`,
    );
  }
  const mark = await ports.rootData.readMark(name);
  const whole = await coverage(source, ports.root);
  const same = mark?.file === source.file && mark.size === file.size && mark.modifiedMs === file.mtimeMs;
  return {
    dataset: name,
    source,
    coverage: whole,
    from: same ? addDays(mark.through, 1) : whole.first,
    to: target < whole.last ? target : whole.last,
    fileChanged: mark !== undefined && !same,
  };
}
