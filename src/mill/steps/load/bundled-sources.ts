/** The files and generators that root datasets are loaded from on a laptop, and which of their days are still to be loaded. */
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { UserError } from '../../../errors.ts';
import { bundledIn, type Dataset, type FileSource, type GeneratedSource, nameOfSource } from '../../model/dataset.ts';
import { generatedDays } from '../../execution/generate-rows.ts';
import { addDays, type Day, type DayOrdinal, fromOrdinal } from '../../../values/date.ts';
import { type Hash, hashOf, hashOfParts } from '../../../values/hash.ts';
import type { Manifest } from '../../model/manifest.ts';
import { type DaySet, NO_DAYS } from '../../planning/day-set.ts';
import type { Definitions } from '../../ports/code.ts';
import type { RootData } from '../../ports/root-data.ts';

/** A dataset with its file, or its generator, as that is now. */
export interface BundledSource {
  readonly dataset: Dataset;
  readonly source: FileSource<unknown> | GeneratedSource<unknown>;
  /** The days that all of it spans, to whichever day when it has no last one; undefined when a file has no rows, and may have none. */
  readonly coverage: { readonly first: Day; readonly last: Day | undefined } | undefined;
  /**
   * Of a file's bytes (installing the same package again changes times, but not this) and of the code that parses them; of a generator its
   * code alone.
   */
  readonly hash: string;
}

export interface LoadRange extends BundledSource {
  /** What loading would read, both included; empty when `from` is later than `to`. */
  readonly from: Day;
  readonly to: Day;
  /** Whether the file or the generator as it is now, with how it is parsed, was never read. */
  readonly fresh: boolean;
  /** Whether another one was before, so that all that was loaded of it is read again. */
  readonly changed: boolean;
  /** The target, or the last one that was loaded for if that was later. */
  readonly through: Day;
  /** Days that are gone from the store: they are written whatever is remembered of them. */
  readonly lost: DaySet;
}

/** Whether there is nothing of it to load. */
export const isLoaded = ({ from, to, fresh }: Pick<LoadRange, 'from' | 'to' | 'fresh'>): boolean => from > to && !fresh;

const earlier = (day: Day, other: DayOrdinal | undefined): Day =>
  other !== undefined && fromOrdinal(other) < day ? fromOrdinal(other) : day;

export interface BundledSourcesPorts {
  readonly root: string;
  readonly manifest: Manifest;
  readonly definitions: Pick<Definitions, 'dataset'>;
  readonly coverage: (source: FileSource<unknown>, root: string) => Promise<{ first: Day; last: Day } | undefined>;
  /** What files said before; each is read when absent. */
  readonly fileMemory?: FileMemory;
}

/** See mill/sources/file-memory.ts. */
type FileMemory = <T>(
  asked: { readonly path: string; readonly what: string; readonly by: string },
  read: () => Promise<T>,
) => Promise<T>;

export interface SourceDaysPorts {
  readonly root: string;
  /** The days that a file has: that it is in order is known before anything of it is written. */
  readonly sourceDays: (source: FileSource<unknown>, options: { root: string; from: Day; to: Day }) => Promise<Day[]>;
}

/** One for each dataset that has a file or a generator. @throws {UserError} MISSING_FILE, BAD_SOURCE */
export async function bundledSources(ports: BundledSourcesPorts): Promise<BundledSource[]> {
  const bundled: BundledSource[] = [];
  for (const entry of ports.manifest.datasets) {
    const dataset = await ports.definitions.dataset(entry);
    const source = bundledIn(dataset);
    if (source === undefined) continue;
    if ('kind' in source) {
      const { first, last } = source;
      bundled.push({ dataset, source, coverage: { first, last }, hash: entry.loader });
      continue;
    }
    const { loader } = entry;
    const [path, kept] = [resolve(ports.root, source.file), ports.fileMemory ?? unkept];
    const content = await kept({ path, what: 'content', by: '' }, () => contentOf(dataset.name, source.file, path));
    // Where a file has its days may be said by a function.
    const coverage = await kept({ path, what: 'coverage', by: loader }, () => ports.coverage(source, ports.root));
    const hash = hashOfParts([content, loader]);
    bundled.push({ dataset, source, coverage, hash });
  }
  return bundled;
}

const unkept: FileMemory = (_, read) => read();

const contentOf = async (dataset: string, file: string, path: string): Promise<Hash> =>
  hashOf(
    await readFile(path).catch((cause: unknown) => {
      throw new UserError(
        'MISSING_FILE',
        `${dataset} is read from ${file}, which is not there. Run npm ci, or correct the dataset's source.`,
        { cause },
      );
    }),
  );

/** The days that are to be read, ascending; a generator may still have nothing on one of them. @throws as `sourceDays` */
export async function daysInRange(
  { dataset, source, from, to }: Pick<LoadRange, 'dataset' | 'source' | 'from' | 'to'>,
  { root, sourceDays }: SourceDaysPorts,
): Promise<Day[]> {
  if ('kind' in source) return generatedDays(dataset, source, { from, to });
  return sourceDays(source, { root, from, to });
}

/**
 * A file that grew is another file: days that have the same content still change nothing, and days that left it go; a generator
 * whose code changed is another alike. Of a dataset that was loaded by hand nothing is read, unless its rows are generated by now. From a day that is `lost` on, what was loaded is read again.
 */
export const loadRanges = (
  bundled: readonly BundledSource[],
  target: Day,
  rootData: Pick<RootData, 'readMark'>,
  lost: ReadonlyMap<string, DaySet> = new Map(),
): Promise<LoadRange[]> =>
  Promise.all(
    bundled.map(async (each) => {
      const { dataset, source, coverage: whole } = each;
      const mark = await rootData.readMark(dataset.name);
      const same = mark?.file === nameOfSource(source) && mark.hash === each.hash;
      if (mark?.byHand === true && !('kind' in source)) {
        const { through } = mark;
        return {
          ...each,
          from: addDays(through, 1),
          to: through,
          fresh: false,
          changed: false,
          through,
          lost: NO_DAYS,
        };
      }
      const gone = lost.get(dataset.name) ?? NO_DAYS;
      const through = mark !== undefined && mark.through > target ? mark.through : target;
      return {
        ...each,
        from: same || whole === undefined ? earlier(addDays(mark?.through ?? through, 1), gone[0]) : whole.first,
        to: whole?.last === undefined || through < whole.last ? through : whole.last,
        fresh: !same,
        changed: mark !== undefined && !same,
        through,
        lost: gone,
      };
    }),
  );
