/**
 * Days of datasets whose files are read where they lie: which there are, and with what content, as their store tells it. Nothing is
 * copied: of a day the names and hashes of its files are written down, and only when they say something else than before.
 */
import { UserError } from '../../../errors.ts';
import type { FilesArtifact, StoredFile } from '../../model/artifact.ts';
import { type FilePattern, filePattern } from '../../model/file-pattern.ts';
import type { Manifest, ManifestDataset } from '../../model/manifest.ts';
import type { Day } from '../../../values/date.ts';
import { type Hash, hashOfParts } from '../../../values/hash.ts';
import type { Files } from '../../ports/files.ts';
import type { RootData } from '../../ports/root-data.ts';
import type { Log } from '../../../process/ports.ts';

/** Their names and hashes are one document, which holds 1 MiB. */
export const MAX_FILES_A_DAY = 10_000;

/** A row's, for a guess at how many rows there are. */
const BYTES_A_ROW = 100;

/** Firestore takes 500 writes and 10 MiB in one commit; a file takes some 50 bytes, packed. */
const COMMIT_DAYS = 300;
const COMMIT_FILES = 50_000;

export interface IndexFilesPorts {
  readonly manifest: Manifest;
  readonly files: Files;
  readonly rootData: Pick<RootData, 'days' | 'writeDays' | 'removeDays'>;
  readonly log: Log;
  readonly newId: () => string;
}

/** What is another than it was written down. */
export interface FilesChange {
  readonly dataset: string;
  readonly pattern: string;
  /** New, or with other content; ascending. */
  readonly written: ReadonlyMap<Day, FilesArtifact>;
  readonly gone: readonly Day[];
}

/** A dataset whose files nobody may or can list; what is known of it stays. */
export interface RefusedFiles {
  readonly dataset: string;
  readonly error: UserError;
}

/** Other datasets are none the worse for one that is refused. @throws {RetryableError} UNAVAILABLE */
export async function indexFiles(ports: IndexFilesPorts): Promise<readonly RefusedFiles[]> {
  const { changes, refused } = await filesChanges(ports);
  for (const { dataset, error } of refused)
    ports.log.error({ event: 'files.refused', dataset, code: error.code }, `${dataset}: ${error.message}`);
  for (const { dataset, pattern, written, gone } of changes) {
    for (const batch of batchesOf(written))
      await ports.rootData.writeDays(
        dataset,
        batch.map(([date, artifact]) => ({ date, artifact, generation: ports.newId() })),
      );
    await ports.rootData.removeDays(dataset, gone);
    ports.log.info(
      { event: 'files.indexed', dataset, days: written.size, gone: gone.length },
      `${written.size} days of ${dataset} have other files in ${pattern} than before; ${gone.length} days are gone`,
    );
  }
  return refused;
}

/** Writes nothing. Datasets of which nothing has changed are left out. @throws {RetryableError} UNAVAILABLE */
export async function filesChanges({
  manifest,
  files,
  rootData,
}: Pick<IndexFilesPorts, 'manifest' | 'files'> & {
  readonly rootData: Pick<RootData, 'days'>;
}): Promise<{ readonly changes: readonly FilesChange[]; readonly refused: readonly RefusedFiles[] }> {
  const changes: FilesChange[] = [];
  const refused: RefusedFiles[] = [];
  for (const entry of manifest.datasets) {
    if (entry.files === undefined) continue;
    try {
      const change = await changeOf(entry, entry.files, { files, rootData });
      if (change !== undefined) changes.push(change);
    } catch (thrown) {
      if (!(thrown instanceof UserError)) throw thrown;
      refused.push({ dataset: entry.name, error: thrown });
    }
  }
  return { changes, refused };
}

/** Undefined when nothing has changed. @throws {UserError} MISSING_FILE, BAD_SOURCE */
async function changeOf(
  entry: ManifestDataset,
  source: NonNullable<ManifestDataset['files']>,
  { files, rootData }: { readonly files: Files; readonly rootData: Pick<RootData, 'days'> },
): Promise<FilesChange | undefined> {
  const { pattern, allowEmpty = false } = source;
  const found = await daysOf(entry, source, files);
  const known = await rootData.days(entry.name);
  if (found.size === 0 && known.size > 0 && !allowEmpty)
    throw new UserError(
      'BAD_SOURCE',
      `no file fits ${pattern}, and ${known.size} of its days were there before. Nothing was taken away. ` +
        'If they are meant to be gone, say so: files(…, { allowEmpty: true }).',
    );
  const written = new Map([...found].filter(([date, { hash }]) => known.get(date) !== hash));
  const gone = [...known.keys()].filter((date) => !found.has(date));
  return written.size > 0 || gone.length > 0 ? { dataset: entry.name, pattern, written, gone } : undefined;
}

/** Ascending. */
async function daysOf(
  entry: ManifestDataset,
  { pattern, closedBy }: NonNullable<ManifestDataset['files']>,
  files: Files,
): Promise<ReadonlyMap<Day, FilesArtifact>> {
  const byDay = await listed(files, parsed(pattern));
  const closed = closedBy === undefined ? byDay : await listed(files, parsed(closedBy));
  return new Map(
    [...byDay]
      .filter(([date]) => closed.has(date))
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([date, found]) => [date, artifactOf(entry, date, found)]),
  );
}

async function listed(files: Files, pattern: FilePattern): Promise<Map<Day, StoredFile[]>> {
  const byDay = new Map<Day, StoredFile[]>();
  for await (const batch of files.list(pattern)) {
    for (const file of batch) {
      const date = pattern.dayOf(file.name);
      if (date === undefined) continue;
      const those = byDay.get(date) ?? [];
      those.push(file);
      byDay.set(date, those);
    }
  }
  return byDay;
}

/** By content, in the order of the names; and by how it is read, since nobody compares what that makes. */
function artifactOf({ kind, loader }: ManifestDataset, date: Day, found: readonly StoredFile[]): FilesArtifact {
  if (found.length > MAX_FILES_A_DAY)
    throw new UserError(
      'BAD_SOURCE',
      `it has ${found.length} files on ${date}, and ${MAX_FILES_A_DAY} at most can be one day. Write larger ones.`,
    );
  const files = [...found].sort((a, b) => (a.name < b.name ? -1 : 1));
  const rawBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const hash: Hash = hashOfParts([loader, ...files.map((file) => `${file.bytes} ${file.hash}`)]);
  const keyed = kind === 'entities';
  return { hash, keyed, count: keyed ? Math.ceil(rawBytes / BYTES_A_ROW) : 1, rawBytes, files };
}

function* batchesOf(days: ReadonlyMap<Day, FilesArtifact>): Generator<[Day, FilesArtifact][]> {
  let batch: [Day, FilesArtifact][] = [];
  let files = 0;
  for (const day of days) {
    if (batch.length === COMMIT_DAYS || (batch.length > 0 && files + day[1].files.length > COMMIT_FILES)) {
      yield batch;
      batch = [];
      files = 0;
    }
    batch.push(day);
    files += day[1].files.length;
  }
  if (batch.length > 0) yield batch;
}

/** The definition was checked when it was made. */
function parsed(text: string): FilePattern {
  const pattern = filePattern(text);
  if ('problem' in pattern) throw new UserError('BAD_SOURCE', `"${text}": ${pattern.problem}.`);
  return pattern;
}
