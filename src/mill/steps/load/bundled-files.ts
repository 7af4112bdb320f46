/** The files that root datasets are loaded from on a laptop, and which of their days are still to be loaded. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../../errors.ts';
import type { Dataset, FileSource } from '../../model/dataset.ts';
import { addDays, type Day, type DayOrdinal, fromOrdinal } from '../../../values/date.ts';
import { hashOf, hashOfParts } from '../../../values/hash.ts';
import type { Manifest } from '../../model/manifest.ts';
import { type DaySet, NO_DAYS } from '../../planning/day-set.ts';
import type { Definitions } from '../../ports/code.ts';
import type { RootData } from '../../ports/root-data.ts';

/** A dataset with its file, as the file is now. */
export interface BundledFile {
  readonly dataset: Dataset;
  readonly source: FileSource<unknown>;
  /** The days that the whole file spans; undefined when it has no rows, and may have none. */
  readonly coverage: { readonly first: Day; readonly last: Day } | undefined;
  /** Of its bytes (installing the same package again changes times, but not this) and of the code that parses them. */
  readonly hash: string;
}

export interface LoadRange extends BundledFile {
  /** What loading would read, both included; empty when `from` is later than `to`. */
  readonly from: Day;
  readonly to: Day;
  /** Whether the file as it is now, with how it is parsed, was never read. */
  readonly fresh: boolean;
  /** Whether another one was before, so that all that was loaded of it is read again. */
  readonly fileChanged: boolean;
  /** The target, or the last one that was loaded for if that was later. */
  readonly through: Day;
  /** Days that are gone from the store: they are written whatever is remembered of them. */
  readonly lost: DaySet;
}

const earlier = (day: Day, other: DayOrdinal | undefined): Day =>
  other !== undefined && fromOrdinal(other) < day ? fromOrdinal(other) : day;

export interface BundledFilesPorts {
  readonly root: string;
  readonly manifest: Manifest;
  readonly definitions: Pick<Definitions, 'dataset'>;
  readonly coverage: (source: FileSource<unknown>, root: string) => Promise<{ first: Day; last: Day } | undefined>;
}

/** One for each dataset that has a file. @throws {UserError} MISSING_FILE, BAD_SOURCE */
export async function bundledFiles(ports: BundledFilesPorts): Promise<BundledFile[]> {
  const files: BundledFile[] = [];
  for (const entry of ports.manifest.datasets) {
    const dataset = await ports.definitions.dataset(entry);
    const { name, source } = dataset;
    if (source === undefined || !('file' in source)) continue;
    const bytes = await readFile(join(ports.root, source.file)).catch((cause: unknown) => {
      throw new UserError(
        'MISSING_FILE',
        `${name} is read from ${source.file}, which is not there. Run npm ci, or correct the dataset's source.`,
        { cause },
      );
    });
    const hash = hashOfParts([hashOf(bytes), entry.loader]);
    files.push({ dataset, source, coverage: await ports.coverage(source, ports.root), hash });
  }
  return files;
}

/**
 * A file that grew is another file: days that have the same content still change nothing, and days that left it go. Of a dataset
 * that was loaded by hand nothing is read. From a day that is `lost` on, what was loaded is read again.
 */
export const loadRanges = (
  files: readonly BundledFile[],
  target: Day,
  rootData: Pick<RootData, 'readMark'>,
  lost: ReadonlyMap<string, DaySet> = new Map(),
): Promise<LoadRange[]> =>
  Promise.all(
    files.map(async (file) => {
      const { dataset, source, coverage: whole } = file;
      const mark = await rootData.readMark(dataset.name);
      const same = mark?.file === source.file && mark.hash === file.hash;
      if (mark?.byHand === true) {
        const { through } = mark;
        return {
          ...file,
          from: addDays(through, 1),
          to: through,
          fresh: false,
          fileChanged: false,
          through,
          lost: NO_DAYS,
        };
      }
      const gone = lost.get(dataset.name) ?? NO_DAYS;
      const through = mark !== undefined && mark.through > target ? mark.through : target;
      return {
        ...file,
        from: same || whole === undefined ? earlier(addDays(mark?.through ?? through, 1), gone[0]) : whole.first,
        to: whole === undefined || through < whole.last ? through : whole.last,
        fresh: !same,
        fileChanged: mark !== undefined && !same,
        through,
        lost: gone,
      };
    }),
  );
