/** Reads what a cell needs, and the hashes of what was read: the vector is of what the computation saw, not of what was planned. */
import { RetryableError } from '../errors.ts';
import { decodeEntries, decodeValue, type Entry } from '../execution/artifact-codec.ts';
import type { Day } from '../model/date.ts';
import { NO_INPUT } from '../model/hash.ts';
import { inputIdOf, type ManifestComputation, type ManifestNeed } from '../model/manifest.ts';
import type { TaskCell } from '../model/task.ts';
import type { InputHashes } from '../model/vector.ts';
import { decodeWindow, windowHash } from '../model/window.ts';
import type { Artifacts, Place, StoredArtifact } from './ports.ts';

export interface LoadedInputs {
  /** By the author's keys. */
  readonly inputs: Record<string, unknown>;
  readonly entities: AsyncIterable<readonly Entry[]> | undefined;
  /** How many entities there are, as the artifact says. */
  readonly expectedEntities: number | undefined;
  readonly hashes: InputHashes;
}

/** @throws {RetryableError} INPUT_CHANGED when something that was planned to be there is not. */
export async function loadInputs(
  computation: ManifestComputation,
  cell: TaskCell,
  artifacts: Artifacts,
): Promise<LoadedInputs> {
  const reads = await readNeeds(computation, cell, artifacts);
  const inputs: Record<string, unknown> = {};
  const hashes: InputHashes = {};
  let entities: AsyncIterable<readonly Entry[]> | undefined;
  let expectedEntities: number | undefined;
  for (const { need, stored } of reads) {
    hashes[inputIdOf(need)] = hashOf(need, stored);
    const [only] = stored;
    if (need.kind === 'history' || need.kind === 'own-history') {
      inputs[need.key] = await Promise.all(
        stored.map(async ({ date, artifact }) => ({ date, value: await readWhole(artifact) })),
      );
    } else if (need.kind !== 'dataset') {
      inputs[need.key] = only === undefined ? undefined : await readWhole(only.artifact);
    } else if (only !== undefined) {
      entities = streamEntities(only.artifact);
      expectedEntities = only.artifact.count;
    }
  }
  return { inputs, entities, expectedEntities, hashes };
}

interface DatedArtifact {
  readonly date: Day;
  readonly artifact: StoredArtifact;
}

interface NeedRead {
  readonly need: ManifestNeed;
  readonly stored: readonly DatedArtifact[];
}

/**
 * Reads only what this process does not remember. When the whole has the planned hash, what was remembered is still true; else
 * that need is read again whole. A history that moves on by a day costs one read.
 */
async function readNeeds(computation: ManifestComputation, cell: TaskCell, artifacts: Artifacts): Promise<NeedRead[]> {
  const wanted = computation.needs.map((need) => ({
    need,
    planned: cell.inputs[inputIdOf(need)],
    places: daysOf(need, cell).map((date) => ({ date, place: placeOf(computation, need, date) })),
  }));
  const found = new Map<Place, StoredArtifact | undefined>();
  for (const { planned, places } of wanted) {
    if (planned !== undefined) for (const { place } of places) found.set(place, artifacts.recall(place));
  }
  const read = async (places: readonly Place[]): Promise<void> => {
    for (const [index, artifact] of (await artifacts.read(places)).entries())
      found.set(places[index] as Place, artifact);
  };
  const stored = ({ need, places }: (typeof wanted)[number]): DatedArtifact[] =>
    places.map(({ date, place }) => {
      const artifact = found.get(place);
      if (artifact !== undefined) return { date, artifact };
      throw new RetryableError(
        'INPUT_CHANGED',
        `${inputIdOf(need)} of ${date} was there when ${computation.name}@${cell.date} was planned, and is gone`,
      );
    });
  const all = wanted.flatMap(({ places }) => places.map(({ place }) => place));
  const missing = all.filter((place) => found.get(place) === undefined);
  await read(missing);
  const stale = wanted.filter((one) => hashOf(one.need, stored(one)) !== one.planned);
  const fresh = new Set(missing);
  await read(stale.flatMap(({ places }) => places.map(({ place }) => place).filter((place) => !fresh.has(place))));
  return wanted.map((one) => ({ need: one.need, stored: stored(one) }));
}

function hashOf(need: ManifestNeed, stored: readonly DatedArtifact[]): string {
  if (need.kind === 'history' || need.kind === 'own-history')
    return windowHash(stored.flatMap(({ date, artifact }) => [date, artifact.hash]));
  return stored[0]?.artifact.hash ?? NO_INPUT;
}

/** The artifact as the author's code sees it: a record when keyed, else the value. */
export async function readWhole(artifact: StoredArtifact): Promise<unknown> {
  if (!artifact.keyed) {
    for await (const part of artifact.parts()) return decodeValue(part.data);
    throw new RetryableError('INPUT_CHANGED', 'an artifact has no parts');
  }
  const entries: Entry[] = [];
  for await (const part of artifact.parts()) entries.push(...decodeEntries(part.data));
  return Object.fromEntries(entries);
}

async function* streamEntities(artifact: StoredArtifact): AsyncGenerator<readonly Entry[]> {
  for await (const part of artifact.parts()) yield decodeEntries(part.data);
}

function daysOf(need: ManifestNeed, cell: TaskCell): Day[] {
  const read = cell.reads[inputIdOf(need)];
  switch (need.kind) {
    case 'previous':
      return read === undefined || read === '' ? [] : [read];
    case 'history':
    case 'own-history':
      return decodeWindow(read ?? '', cell.date);
    case 'dependency':
    case 'dataset':
    case 'document':
      return [cell.date];
  }
}

function placeOf(computation: ManifestComputation, need: ManifestNeed, date: Day): Place {
  switch (need.kind) {
    case 'dataset':
    case 'document':
      return { kind: 'root', dataset: need.of, date };
    case 'previous':
    case 'own-history':
      return { kind: 'cell', computation: computation.name, date };
    case 'history':
      return need.source === 'document'
        ? { kind: 'root', dataset: need.of, date }
        : { kind: 'cell', computation: need.of, date };
    case 'dependency':
      return { kind: 'cell', computation: need.of, date };
  }
}
