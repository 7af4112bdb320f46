/** Which days of the bundled files are still to be loaded. */
import { type Stats, statSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../errors.ts';
import { loadDataset } from '../manifest/load-definitions.ts';
import type { FileSource } from '../model/dataset.ts';
import { addDays, type Day } from '../model/date.ts';
import type { Manifest } from '../model/manifest.ts';
import { coverage } from '../sources/read-source.ts';
import type { Coverage } from '../sources/source-row.ts';
import type { RootData } from '../steps/ports.ts';

/** A dataset with its file, as the file is now. */
export interface BundledFile {
  readonly dataset: string;
  readonly source: FileSource<unknown>;
  /** The days that the whole file spans. */
  readonly coverage: Coverage;
  readonly stats: Stats;
}

export interface LoadRange extends BundledFile {
  /** What loading would read, both included; empty when `from` is later than `to`. */
  readonly from: Day;
  readonly to: Day;
  /** Whether the file is another than the one that was loaded before, so that all of it is read again. */
  readonly fileChanged: boolean;
}

/** One for each dataset that has a file. Reads their ends only. @throws {UserError} MISSING_FILE, BAD_SOURCE */
export async function bundledFiles(root: string, manifest: Manifest): Promise<BundledFile[]> {
  const files: BundledFile[] = [];
  for (const entry of manifest.datasets) {
    const { name, source } = await loadDataset(root, entry);
    if (source === undefined) continue;
    const stats = statSync(join(root, source.file), { throwIfNoEntry: false });
    if (stats === undefined) {
      throw new UserError(
        'MISSING_FILE',
        `${name} is read from ${source.file}, which is not there. Run npm ci, or correct the dataset's source.`,
      );
    }
    files.push({ dataset: name, source, coverage: await coverage(source, root), stats });
  }
  return files;
}

export const loadRanges = (files: readonly BundledFile[], target: Day, rootData: RootData): Promise<LoadRange[]> =>
  Promise.all(
    files.map(async (file) => {
      const { source, coverage: whole, stats } = file;
      const mark = await rootData.readMark(file.dataset);
      const same = mark?.file === source.file && mark.size === stats.size && mark.modifiedMs === stats.mtimeMs;
      return {
        ...file,
        from: same ? addDays(mark.through, 1) : whole.first,
        to: target < whole.last ? target : whole.last,
        fileChanged: mark !== undefined && !same,
      };
    }),
  );
