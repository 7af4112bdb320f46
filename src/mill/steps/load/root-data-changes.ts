/** What has changed in root data since it was indexed last: which days open, which close, and which wait for what. Writes nothing. */
import { TerminalError } from '../../../errors.ts';
import { canonicalJson } from '../../../values/canonical.ts';
import {
  type Completeness,
  idsToLookFor,
  looksForIds,
  type MissingData,
  missingFrom,
} from '../../model/completeness.ts';
import type { Day } from '../../../values/date.ts';
import { type Hash, hashOf } from '../../../values/hash.ts';
import type { Manifest, ManifestDataset } from '../../model/manifest.ts';
import type { Artifacts, StoredArtifact } from '../../ports/artifacts.ts';
import type { KnownDays, RootData, RootDataLook, RootDay } from '../../ports/root-data.ts';

/** Days whose entities are looked at together. */
const DAYS_AT_ONCE = 20;

export interface RootDataPorts {
  readonly manifest: Manifest;
  readonly rootData: RootData;
  readonly artifacts: Pick<Artifacts, 'read'>;
}

export interface RootDataChanges {
  /** The days that were looked at anew, by dataset: the hash where one is open, undefined where it is not. */
  readonly opened: ReadonlyMap<string, ReadonlyMap<Day, Hash | undefined>>;
  /** The days that are there, whole or not, by dataset. */
  readonly known: ReadonlyMap<string, KnownDays>;
  /** Datasets of which the indexer has something new to remember. */
  readonly seen: readonly string[];
}

/** A day that is there: open when nothing is missing. */
interface DayState {
  readonly hash: Hash;
  readonly missing: readonly MissingData[];
}

/** One query for each dataset; `atMost` so many changed days of each, to learn whether there are any. */
export const lookAtRootData = (
  { manifest, rootData }: Omit<RootDataPorts, 'artifacts'>,
  atMost?: number,
): Promise<RootDataLook> => {
  const datasets = manifest.datasets.map((entry) => ({ dataset: entry.name, rule: ruleOf(entry) }));
  return rootData.changes(datasets, atMost);
};

/** Of how a dataset's days are checked: under another rule all of them are checked again. */
const ruleOf = ({ complete }: ManifestDataset): Hash => hashOf(canonicalJson(complete ?? null));

/** Reads the days that changed and whose ids count, and nothing of the others. */
export async function rootDataChanges(
  look: RootDataLook,
  { manifest, artifacts }: Pick<RootDataPorts, 'manifest' | 'artifacts'>,
): Promise<RootDataChanges> {
  const known = new Map<string, Map<Day, DayState>>();
  const touched = new Map<string, Set<Day>>();
  for (const entry of manifest.datasets) {
    const { name } = entry;
    const { days, known: before, sameRule } = look.of(name);
    const state = new Map<Day, DayState>(before);
    const anew = days.filter(({ date, hash }) => !sameRule || hash !== state.get(date)?.hash);
    for (const [date, found] of await checkDays(entry, anew, artifacts)) {
      if (found === undefined) state.delete(date);
      else state.set(date, found);
    }
    known.set(name, state);
    // Also those that are as they were remembered: whoever remembered them may have died before, or be about to write.
    touched.set(name, new Set(days.map(({ date }) => date)));
  }
  for (const { name, complete } of manifest.datasets) {
    if (complete?.closingMarker?.kind !== 'document') continue;
    const { dataset: marker } = complete.closingMarker;
    const dates = new Set([...(touched.get(name) ?? []), ...look.of(marker).days.map(({ date }) => date)]);
    checkClosingDocument(known.get(name) ?? new Map(), dates, marker, known.get(marker) ?? new Map());
    touched.set(name, dates);
  }
  const opened = new Map(
    [...touched].map(([name, dates]) => [name, openDays(dates, known.get(name) ?? new Map())] as const),
  );
  const seen = [...touched].filter(([name, dates]) => dates.size > 0 || !look.of(name).sameRule).map(([name]) => name);
  return { opened, known, seen };
}

const openDays = (dates: ReadonlySet<Day>, known: KnownDays): Map<Day, Hash | undefined> =>
  new Map(
    [...dates].map((date) => {
      const day = known.get(date);
      return [date, day === undefined || day.missing.length > 0 ? undefined : day.hash];
    }),
  );

/** Days that are not whole, ascending. */
export const waitingDays = (known: KnownDays): { readonly date: Day; readonly missing: readonly MissingData[] }[] =>
  [...known]
    .flatMap(([date, { missing }]) => (missing.length > 0 ? [{ date, missing }] : []))
    .sort((a, b) => (a.date < b.date ? -1 : 1));

/** Undefined for a day that is gone. */
async function checkDays(
  { name, kind, complete, files }: ManifestDataset,
  days: readonly RootDay[],
  artifacts: Pick<Artifacts, 'read'>,
): Promise<(readonly [Day, DayState | undefined])[]> {
  const byCount = (day: RootDay): readonly [Day, DayState | undefined] => {
    if (day.hash === undefined) return [day.date, undefined];
    const missing = complete === undefined ? [] : missingFrom(complete, { count: day.count, found: new Set() });
    return [day.date, { hash: day.hash, missing }];
  };
  const isCounted = kind === 'entities' && files === undefined;
  const needsContent =
    complete !== undefined && (looksForIds(complete) || (complete.minimumCount !== undefined && !isCounted));
  if (!needsContent) return days.map(byCount);
  const checked = days.filter(({ hash }) => hash === undefined).map(byCount);
  const there = days.filter(({ hash }) => hash !== undefined);
  for (let start = 0; start < there.length; start += DAYS_AT_ONCE) {
    const chunk = there.slice(start, start + DAYS_AT_ONCE);
    const stored = await artifacts.read(chunk.map(({ date }) => ({ kind: 'root', dataset: name, date })));
    const found = await Promise.all(
      stored.map(async (artifact) => (artifact === undefined ? undefined : checkContent(artifact, complete))),
    );
    checked.push(...chunk.map(({ date }, index) => [date, found[index]] as const));
  }
  return checked;
}

async function checkContent(artifact: StoredArtifact, complete: Completeness): Promise<DayState> {
  const { hash, keyed, files } = artifact;
  if (files !== undefined) return { hash, missing: await missingInFiles(artifact, complete) };
  if (!keyed) {
    const [only] = await Array.fromAsync(artifact.parts());
    return { hash, missing: missingFrom(complete, fieldsIn(only?.value())) };
  }
  const found = new Set<string>();
  for (const id of idsToLookFor(complete)) {
    // One part each, remembered by nobody: canaries are few.
    const part = await artifact.partWith(id);
    if (part !== undefined && part.entries().some(([key]) => key === id)) found.add(id);
  }
  return { hash, missing: missingFrom(complete, { count: artifact.count, found }) };
}

/** Read whole, since nothing else tells what is in them. */
async function missingInFiles(artifact: StoredArtifact, complete: Completeness): Promise<readonly MissingData[]> {
  const wanted = new Set(idsToLookFor(complete));
  const found = new Set<string>();
  let count = 0;
  try {
    for await (const part of artifact.parts()) {
      if (!artifact.keyed) return missingFrom(complete, fieldsIn(part.value()));
      count += part.count;
      for (const [id] of part.entries()) if (wanted.has(id)) found.add(id);
    }
  } catch (thrown) {
    // Of the same bytes it would be the same again; what may pass is for whoever indexes next.
    if (!(thrown instanceof TerminalError)) throw thrown;
    return [{ kind: 'readable-files', reason: thrown.message }];
  }
  return missingFrom(complete, { count, found });
}

function fieldsIn(document: unknown): { readonly count: number; readonly found: ReadonlySet<string> } {
  const found = new Set(typeof document === 'object' && document !== null ? Object.keys(document) : []);
  return { count: found.size, found };
}

/** The document must be there; whether it is whole by rules of its own is not asked. */
function checkClosingDocument(
  state: Map<Day, DayState>,
  dates: ReadonlySet<Day>,
  marker: string,
  markerDays: ReadonlyMap<Day, unknown>,
): void {
  for (const date of dates) {
    const day = state.get(date);
    if (day === undefined) continue;
    const others = day.missing.filter(({ kind }) => kind !== 'closing-document');
    const missing: readonly MissingData[] = markerDays.has(date)
      ? others
      : [...others, { kind: 'closing-document', dataset: marker }];
    state.set(date, { hash: day.hash, missing });
  }
}
