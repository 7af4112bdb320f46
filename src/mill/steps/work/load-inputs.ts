/** Reads what a cell needs, and the hashes of what was read: the vector is of what the computation saw, not of what was planned. */
import type { Entry } from '../../model/artifact.ts';
import { type Beside, joinByKey, type JoinedEntry } from '../../execution/join-by-key.ts';
import type { Day } from '../../../values/date.ts';
import { NO_INPUT } from '../../../values/hash.ts';
import {
  inputIdOf,
  isBeside,
  isDayBefore,
  isSeed,
  type ManifestComputation,
  type ManifestNeed,
} from '../../model/manifest.ts';
import type { TaskCell } from '../../model/task.ts';
import type { InputHashes } from '../../model/vector.ts';
import { decodeWindow, windowHash } from '../../model/window.ts';
import type { Dated } from '../../model/need.ts';
import type { LostInput, Place } from '../../model/place.ts';
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import { readWhole } from '../../ports/read-whole.ts';
import { type Decoded, decodedValues } from './decoded.ts';
import { atMost } from '../../../process/at-most.ts';

export interface InputRequest {
  readonly computation: ManifestComputation;
  readonly cell: TaskCell;
}

/** The day of a joined dataset or result; or the day before of the one that is streamed, where it is asked for and there is one. */
export interface BesideArtifact {
  /** Of its place: cells with the same one share its reading. */
  readonly name: string;
  /** The author's key of what is joined. */
  readonly key: string | undefined;
  readonly artifact: StoredArtifact;
}

export interface LoadedInputs {
  readonly hashes: InputHashes;
  /** The day of the dataset that it streams, where it streams one. */
  readonly entities: StoredArtifact | undefined;
  /** What is read beside it, entity by entity. */
  readonly beside: readonly BesideArtifact[];
  /** Of all of it, before compression. */
  readonly rawBytes: number;
  /** By the author's keys; datasets left out. Decoded when asked for. */
  values(): Promise<Record<string, unknown>>;
}

/**
 * Reads for several cells at once, each place once.
 * In place of an answer what is lost, for a cell of which something is not there that was planned to be, or a result is another than
 * the plan says. Root data that is another is read as it is: it is nobody's to make again, and the indexer hears of it.
 */
export async function loadInputs(
  requests: readonly InputRequest[],
  artifacts: Artifacts,
  decoded = decodedValues(),
): Promise<(LoadedInputs | readonly LostInput[])[]> {
  const wanted = requests.map(placesOf);
  const found = await readPlaces(wanted.flat(), artifacts);
  return requests.map(({ computation }, index) => inputsIn(found, computation, wanted[index] ?? [], decoded));
}

export function inputsIn(
  found: Found,
  computation: ManifestComputation,
  wanted: readonly Wanted[],
  decoded: Decoded,
): LoadedInputs | readonly LostInput[] {
  const reads: NeedRead[] = [];
  for (const one of wanted) {
    const stored = storedIn(found, one);
    const hash = hashOf(one.need, stored);
    const lost = lostOf(one, found, hash);
    if (lost.length > 0) return lost;
    reads.push({ need: one.need, stored, hash });
  }
  return {
    hashes: Object.fromEntries(reads.map(({ need, hash }) => [inputIdOf(need), hash])),
    entities: reads.find(({ need }) => need.kind === 'dataset')?.stored[0]?.artifact,
    beside: reads.flatMap((read) => besideOf(computation, read)),
    rawBytes: reads.reduce((sum, { stored }) => stored.reduce((all, each) => all + each.artifact.rawBytes, sum), 0),
    values: () =>
      valuesOf(
        computation,
        reads.filter(({ need }) => !isBeside(computation, need)),
        decoded,
      ),
  };
}

const besideOf = (computation: ManifestComputation, { need, stored }: NeedRead): BesideArtifact[] =>
  isBeside(computation, need)
    ? stored.map(({ name, artifact }) => ({
        name,
        key: isDayBefore(computation, need) ? undefined : need.key,
        artifact,
      }))
    : [];

/** Whether its previous result comes with a seed. */
const isSeeded = ({ needs }: ManifestComputation, key: string): boolean =>
  needs.some((need) => isSeed(need) && need.key === key);

async function datedValues(stored: readonly DatedArtifact[], decoded: Decoded): Promise<Dated<unknown>[]> {
  const known = stored.map(({ artifact }) => decoded.recall(artifact));
  const unread = stored.filter((_, index) => known[index] === undefined);
  const read = new Map(await atMost(unread, async (day) => [day, await decoded.read(day.artifact)] as const));
  return stored.map((day, index) => {
    const found = known[index];
    return { date: day.date, value: found === undefined ? read.get(day) : found.value };
  });
}

async function valuesOf(
  computation: ManifestComputation,
  reads: readonly NeedRead[],
  decoded: Decoded,
): Promise<Record<string, unknown>> {
  const values: [key: string, value: unknown][] = [];
  for (const { need, stored } of reads) {
    const [only] = stored;
    if (need.kind === 'previous' && isSeeded(computation, need.key)) {
      values.push([need.key, { ...(only !== undefined && { result: await readWhole(only.artifact) }), seed: [] }]);
    } else if (need.kind === 'history' || need.kind === 'own-history') {
      const days = await datedValues(stored, decoded);
      values.push([need.key, isSeed(need) ? { seed: days } : days]);
    } else if (need.kind !== 'dataset') {
      values.push([need.key, only === undefined ? undefined : await readWhole(only.artifact)]);
    }
  }
  // Whatever the author called a need, `__proto__` as well.
  return Object.fromEntries(values);
}

interface DatedArtifact {
  readonly date: Day;
  /** Of its place. */
  readonly name: string;
  readonly artifact: StoredArtifact;
}

interface NeedRead {
  readonly need: ManifestNeed;
  readonly stored: readonly DatedArtifact[];
  /** Of all of it. */
  readonly hash: string;
}

/** Where one need of a cell lies. */
interface Wanted {
  readonly need: ManifestNeed;
  readonly planned: string | undefined;
  readonly places: readonly { readonly date: Day; readonly place: Place; readonly name: string }[];
}

type Found = ReadonlyMap<string, StoredArtifact | undefined>;

export const placesOf = ({ computation, cell }: InputRequest): Wanted[] =>
  computation.needs
    .filter((need) => !isSeed(need) || cell.reads[inputIdOf(need)] !== undefined)
    .map((need) => ({
      need,
      planned: cell.inputs[inputIdOf(need)],
      places: daysOf(need, cell).map((date) => {
        const place = placeOf(computation, need, date);
        return { date, place, name: nameOf(place) };
      }),
    }));

export const nameOf = (place: Place): string =>
  `${place.kind} ${place.kind === 'root' ? place.dataset : place.computation} ${place.date}`;

/**
 * Reads only what this process does not remember. When the whole has the planned hash, what was remembered is still true; else
 * that need is read again whole. A history that moves on by a day costs one read.
 */
export async function readPlaces(wanted: readonly Wanted[], artifacts: Artifacts): Promise<Found> {
  const found = new Map<string, StoredArtifact | undefined>();
  for (const { planned, places } of wanted) {
    if (planned === undefined) continue;
    for (const { place, name } of places) if (!found.has(name)) found.set(name, artifacts.recall(place));
  }
  const fresh = new Set<string>();
  const read = async (of: readonly Wanted[], isWanted: (name: string) => boolean): Promise<void> => {
    const missing = new Map<string, Place>();
    for (const { places } of of)
      for (const { name, place } of places) if (isWanted(name) && !fresh.has(name)) missing.set(name, place);
    const names = [...missing.keys()];
    if (missing.size === 0) return;
    for (const [index, artifact] of (await artifacts.read([...missing.values()])).entries())
      found.set(names[index] as string, artifact);
    for (const name of names) fresh.add(name);
  };
  await read(wanted, (name) => found.get(name) === undefined);
  const isStale = (one: Wanted): boolean => {
    const stored = storedIn(found, one);
    return stored.length < one.places.length || hashOf(one.need, stored) !== one.planned;
  };
  await read(wanted.filter(isStale), () => true);
  return found;
}

/** Those that are there. */
const storedIn = (found: Found, { places }: Wanted): DatedArtifact[] =>
  places.flatMap(({ date, name }) => {
    const artifact = found.get(name);
    return artifact === undefined ? [] : [{ date, name, artifact }];
  });

/** Of a window whose hash is another, all days: which of them is to blame is the plan's to say. */
function lostOf({ planned, places }: Wanted, found: Found, hash: string): LostInput[] {
  if (planned === hash && places.every(({ name }) => found.get(name) !== undefined)) return [];
  const each = places.map(({ place, name }): LostInput => {
    const hash = found.get(name)?.hash;
    return { place, ...(hash === undefined ? {} : { found: hash }) };
  });
  const gone = each.filter((one) => one.found === undefined);
  if (gone.length > 0 || planned === undefined || places.every(({ place }) => place.kind === 'root')) return gone;
  return hash === planned ? [] : each;
}

function hashOf(need: ManifestNeed, stored: readonly DatedArtifact[]): string {
  if (need.kind === 'history' || need.kind === 'own-history')
    return windowHash(stored.flatMap(({ date, artifact }) => [date, artifact.hash]));
  return stored[0]?.artifact.hash ?? NO_INPUT;
}

/** In chunks as they are stored; each entity with what is beside it, in that order. */
export function streamEntities(
  artifact: StoredArtifact,
  beside: readonly StoredArtifact[] = [],
): AsyncIterable<readonly JoinedEntry[]> {
  const today = chunksOf(artifact);
  return beside.length === 0 ? today : joinByKey(today, beside.map(chunksOf));
}

/** What is read beside the entities of these cells, each once, and what each cell is given of it. */
export function sharedBeside(cells: readonly Pick<LoadedInputs, 'beside'>[]): {
  readonly artifacts: readonly StoredArtifact[];
  readonly of: (cell: Pick<LoadedInputs, 'beside'>) => readonly Beside[];
} {
  const byName = new Map(cells.flatMap(({ beside }) => beside.map(({ name, artifact }) => [name, artifact] as const)));
  const names = [...byName.keys()];
  return {
    artifacts: [...byName.values()],
    of: ({ beside }) => beside.map(({ name, key }) => ({ at: names.indexOf(name), key })),
  };
}

async function* chunksOf(artifact: StoredArtifact): AsyncGenerator<readonly Entry[]> {
  for await (const part of artifact.parts()) yield part.entries();
}

function daysOf(need: ManifestNeed, cell: TaskCell): Day[] {
  const read = cell.reads[inputIdOf(need)];
  switch (need.kind) {
    case 'previous':
    case 'latest':
      return read === undefined || read === '' ? [] : [read];
    case 'history':
    case 'own-history':
      return decodeWindow(read ?? '', cell.date);
    case 'dependency':
    case 'dataset':
    case 'joined':
    case 'document':
      return [cell.date];
  }
}

function placeOf(computation: ManifestComputation, need: ManifestNeed, date: Day): Place {
  switch (need.kind) {
    case 'dataset':
    case 'joined':
    case 'document':
    case 'latest':
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
