/** Reads what a deployment is wanted to be: the settings, the manifest, and the files that Daymill brings along or a project has of its own. */
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { CloudTarget } from '../config/cloud-target.ts';
import type { Config } from '../config/config.ts';
import { parsed } from '../config/parsed.ts';
import { filePattern } from '../mill/model/file-pattern.ts';
import type { Manifest } from '../mill/model/manifest.ts';
import { IndexFile } from './desired/index-file.ts';
import type { Wanted } from './desired/wanted.ts';

/** Of the clone, or of what is built: both have these files. */
const OWN = resolve(import.meta.dirname, '../..');

const INDEXES = 'firestore.indexes.json';

export type Settings = Omit<Wanted, 'projectNumber' | 'sourceHash'>;

/** @throws {UserError} BAD_ARGUMENT naming the file and the member that does not fit. */
export const readSettings = (config: Config, target: CloudTarget, manifest: Manifest): Settings => ({
  target,
  tiers: config.tiers,
  lanes: config.lanes,
  simulate: config.simulate,
  indexes: indexesOf(config.root),
  rules: readFileSync(join(OWN, 'firestore.rules'), 'utf8'),
  workflow: readFileSync(workflowFile(config.root), 'utf8'),
  dataBuckets: dataBuckets(manifest),
  functions: config.functions,
  collect: config.collect,
  dashboard: config.dashboard,
  alerts: config.cloud.alerts,
  budget: config.cloud.budget,
});

/** The project's own pipeline if it has one, else Daymill's. */
function workflowFile(root: string): string {
  const own = join(root, 'workflows/pipeline.yaml');
  return existsSync(own) ? own : join(OWN, 'workflows/pipeline.yaml');
}

/** Daymill's, and those that the project adds for itself. */
function indexesOf(root: string): IndexFile {
  const [own, project] = [join(OWN, INDEXES), join(root, INDEXES)].map((file) =>
    existsSync(file)
      ? parsed(IndexFile, JSON.parse(readFileSync(file, 'utf8')), file)
      : { indexes: [], fieldOverrides: [] },
  );
  return {
    indexes: distinct([...(own?.indexes ?? []), ...(project?.indexes ?? [])], (index) => JSON.stringify(index)),
    // What a project says of a field goes before what Daymill says.
    fieldOverrides: distinct(
      [...(project?.fieldOverrides ?? []), ...(own?.fieldOverrides ?? [])],
      ({ collectionGroup, fieldPath }) => `${collectionGroup} ${fieldPath}`,
    ),
  };
}

/** The first of each key. */
function distinct<T>(values: readonly T[], key: (value: T) => string): T[] {
  const found = new Map<string, T>();
  for (const value of values) if (!found.has(key(value))) found.set(key(value), value);
  return [...found.values()];
}

const patterns = (manifest: Manifest) =>
  manifest.datasets.flatMap(({ name, files }) => {
    const pattern = files === undefined ? undefined : filePattern(files.pattern);
    return pattern === undefined || 'problem' in pattern ? [] : [{ name, pattern }];
  });

const dataBuckets = (manifest: Manifest): string[] => [
  ...new Set(patterns(manifest).flatMap(({ pattern }) => pattern.bucket ?? [])),
];

/** Datasets whose days lie in files of the project's folder: a laptop has these, a deployment does not. */
export const onDiskOnly = (manifest: Manifest): string[] =>
  patterns(manifest)
    .filter(({ pattern }) => pattern.bucket === undefined && pattern.collected === undefined)
    .map(({ name }) => name);
