/** Finds a query's documents: picks an index when one helps, then filters, sorts and cuts what is left to do. */
import { isNameField, NAME_FIELD } from './field-paths.ts';
import { MAX_INDEXED_VALUE_BYTES } from './limits.ts';
import { pathKey } from './paths.ts';
import type { FieldFilter, Query } from './query.ts';
import { comparePositions, isWithin, matches, position, selects } from './query.ts';
import type { Collection, KeyRange, Store, StoredDocument } from './store.ts';
import { ALL_IDS } from './store.ts';
import { AFTER_ALL, toBytes, TYPE_BYTE } from './values.ts';

/** Up to so many documents a collection is read whole rather than given an index. */
const SMALL_COLLECTION = 100;
/** An index range with at most so many entries is good enough to look no further. */
const FEW_ENTRIES = 200;
const MANY_ENTRIES = 5_000;

export interface SearchResult {
  readonly documents: StoredDocument[];
  /** Documents that the offset stepped over: they are billed too. */
  readonly skipped: number;
}

/** Documents as they were before later commits changed them; undefined: there was none. */
export type Snapshot = ReadonlyMap<string, StoredDocument | undefined>;

/** What to read: a field's index, or for `__name__` the collections themselves, in ranges that ascend and lie apart. */
type Access = Pick<FieldFilter, 'path' | 'field' | 'index' | 'ranges'>;

interface Plan {
  readonly places: readonly Collection[];
  readonly access: readonly Access[];
  /** Whether all that is read passes the filters. */
  readonly exact: boolean;
}

const everything = (path: Access['path'], field: string): Access => ({
  path,
  field,
  index: 'value',
  ranges: [{ low: '', high: AFTER_ALL }],
});

export function search(store: Store, query: Query, snapshot?: Snapshot): SearchResult {
  const { offset, limit, start, end, orders } = query;
  const plan = planOf(store, query);
  const ordered = !snapshot?.size && isOrdered(query, plan);
  // Every document has a name, so without cursors there is nothing to look at in it.
  const anyPosition = ordered && !start && !end && orders.length === 1;
  const found: { document: StoredDocument; keys: readonly string[] }[] = [];
  for (const document of snapshot?.size ? asOf(store, query, plan, snapshot) : read(store, query, plan)) {
    if (ordered && found.length >= offset + limit) break;
    if (!plan.exact && !matches(query, document)) continue;
    const keys = anyPosition ? [] : position(query, document);
    if (keys && (anyPosition || isWithin(query, keys))) found.push({ document, keys });
  }
  if (!ordered) found.sort((a, b) => comparePositions(orders, a.keys, b.keys));
  return {
    documents: found.slice(offset, offset + limit).map(({ document }) => document),
    skipped: Math.min(offset, found.length),
  };
}

/** How many documents match, without reading them where an index or the collection alone can tell. */
export function count(store: Store, query: Query, snapshot?: Snapshot): number {
  const { orders, start, end, offset, limit } = query;
  const plan = planOf(store, query);
  const [only, ...more] = plan.access;
  // One array may hold an element of each of several ranges, and one document be found by several fields.
  const apart = only && more.length === 0 && (only.index === 'value' || only.ranges.length === 1);
  const plain = !start && !end && offset === 0 && orders.length === 1 && !snapshot?.size;
  if (apart && plan.exact && plain) return Math.min(limit, entriesOf(store, query, plan.places, only, limit));
  return search(store, query, snapshot).documents.length;
}

function planOf(store: Store, query: Query): Plan {
  const places = placesOf(store, query);
  // Names have no index but the collection itself; a value beyond the indexed length cannot be told from its like.
  const large =
    query.collectionId !== undefined &&
    places.some((place) => store.count(place, undefined, ALL_IDS, SMALL_COLLECTION + 1) > SMALL_COLLECTION);
  const isUsable = ({ path, ranges }: FieldFilter): boolean =>
    isNameField(path) ||
    (large && ranges.every(({ low, high }) => Math.max(low.length, high.length) <= MAX_INDEXED_VALUE_BYTES + 1));
  const joined = query.alternatives.map(joinRanges);
  const access = joined.map((filters) => cheapest(store, query, places, filters.filter(isUsable)));
  if (access.every((one) => one !== undefined)) {
    const exact = joined.every((filters, i) => filters.length === 1 && !isNameField(access[i]?.path ?? []));
    return { places, access: access.map((one) => narrowed(query, one)), exact };
  }
  const [first] = query.orders;
  const filtered = query.alternatives.some((filters) => filters.length > 0);
  const whole =
    first && large && !filtered ? everything(first.path, first.field) : everything([NAME_FIELD], NAME_FIELD);
  return { places, access: [narrowed(query, whole)], exact: !filtered };
}

function placesOf(store: Store, { parent, collectionId, allDescendants }: Query): Collection[] {
  if (allDescendants) return store.collectionsBelow(parent, collectionId);
  const place = store.collection(`${parent}/${collectionId ?? ''}`);
  return place ? [place] : [];
}

/** `a >= 1` and `a < 5` become one range. */
function joinRanges(filters: readonly FieldFilter[]): FieldFilter[] {
  const joined = new Map<string, FieldFilter>();
  for (const filter of filters) {
    const key = `${filter.index} ${filter.field}`;
    const other = filter.index === 'value' ? joined.get(key) : undefined;
    const ranges = other?.ranges.flatMap((one) => filter.ranges.flatMap((two) => intersect(one, two)));
    joined.set(key, ranges ? { ...filter, ranges } : filter);
  }
  return [...joined.values()];
}

function intersect(a: KeyRange, b: KeyRange): KeyRange[] {
  const low = a.low > b.low ? a.low : b.low;
  const high = a.high < b.high ? a.high : b.high;
  return low < high ? [{ low, high }] : [];
}

/** Of filters that must all pass, the one that leaves the fewest entries to read: points first, no further than needed. */
function cheapest(
  store: Store,
  query: Query,
  places: readonly Collection[],
  filters: readonly FieldFilter[],
): Access | undefined {
  const isPoints = ({ ranges }: Access): boolean => ranges.every(isPoint);
  const candidates = filters.toSorted((a, b) => Number(isPoints(b)) - Number(isPoints(a)));
  let best = candidates[0];
  let least = MANY_ENTRIES;
  for (const one of candidates.length > 1 ? candidates : []) {
    if (least <= FEW_ENTRIES) break;
    const entries = entriesOf(store, query, places, one, least);
    if (entries < least) [best, least] = [one, entries];
  }
  return best;
}

const isPoint = ({ low, high }: KeyRange): boolean => high === `${low}\0`;

/** Cuts the ranges of the first order's field to what lies between the cursors. */
function narrowed({ orders, start, end }: Query, access: Access): Access {
  if (access.field !== orders[0]?.field || access.index !== 'value') return access;
  const [from, to] = orders[0].descending ? [end, start] : [start, end];
  const low = from?.keys[0]?.slice(0, MAX_INDEXED_VALUE_BYTES) ?? '';
  const top = to?.keys[0];
  const high = top === undefined || top.length > MAX_INDEXED_VALUE_BYTES ? AFTER_ALL : `${top}\0`;
  return { ...access, ranges: access.ranges.flatMap((range) => intersect(range, { low, high })) };
}

/** Whether {@link read} gives documents in the query's order. */
function isOrdered({ orders }: Query, { places, access }: Plan): boolean {
  const [one] = access;
  if (!one || access.length > 1 || places.length > 1) return false;
  const byName = orders.length === 1 && one.ranges.length === 1 && one.ranges.every(isPoint);
  const sameDirection = orders.length <= 2 && orders[0]?.descending === orders.at(-1)?.descending;
  return byName || (one.index === 'value' && one.field === orders[0]?.field && sameDirection);
}

function* read(store: Store, query: Query, { places, access }: Plan): Generator<StoredDocument> {
  const descending = query.orders[0]?.descending ?? false;
  const repeats = access.length > 1 || access.some(({ index, ranges }) => index === 'contains' && ranges.length > 1);
  const seen = new Set<string>();
  for (const one of access) {
    const index = indexOf(store, query, one);
    for (const place of places) {
      for (const range of descending ? one.ranges.toReversed() : one.ranges) {
        for (const document of store.documents(place, index, rangeIn(place, one, range), descending)) {
          if (repeats && seen.has(document.name)) continue;
          if (repeats) seen.add(document.name);
          yield document;
        }
      }
    }
  }
}

/** What the plan reads, with the documents that changed since as they were. */
function* asOf(store: Store, query: Query, plan: Plan, snapshot: Snapshot): Generator<StoredDocument> {
  for (const document of read(store, query, plan)) if (!snapshot.has(document.name)) yield document;
  for (const document of snapshot.values()) if (document && selects(query, document)) yield document;
}

/** How much there is to read; the count may stop once it is above `max`. */
function entriesOf(store: Store, query: Query, places: readonly Collection[], one: Access, max: number): number {
  const index = indexOf(store, query, one);
  let entries = 0;
  for (const place of places) {
    for (const range of one.ranges) {
      entries += store.count(place, index, rangeIn(place, one, range), max);
      if (entries > max) return entries;
    }
  }
  return entries;
}

const indexOf = (store: Store, { root, collectionId = '' }: Query, { path, index }: Access): number | undefined =>
  isNameField(path) ? undefined : store.index(root, collectionId, path, index);

/** For names, the ids of a collection that may lie in the range: filters and cursors still look at each. */
function rangeIn(place: Collection, { path }: Access, range: KeyRange): KeyRange {
  if (!isNameField(path)) return range;
  const { low, high } = range;
  const prefix = `${TYPE_BYTE.reference}${toBytes(pathKey(place.name))}\x01`;
  const idAt = (key: string): string =>
    Buffer.from(key.slice(prefix.length).split('\0', 1)[0] ?? '', 'latin1').toString('utf8');
  if (high <= prefix || low >= `${prefix.slice(0, -1)}\x02`) return { low: '', high: '' };
  return {
    low: low.startsWith(prefix) ? idAt(low) : ALL_IDS.low,
    high: high.startsWith(prefix) ? `${idAt(high)}\x01` : ALL_IDS.high,
  };
}
