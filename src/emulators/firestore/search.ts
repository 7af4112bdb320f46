/** Finds a query's documents: picks an index when one helps, then filters, sorts and cuts what is left to do. */
import { isNameField } from './field-paths.ts';
import { MAX_INDEXED_VALUE_BYTES } from './limits.ts';
import { pathKey } from './paths.ts';
import type { FieldFilter, Filter, Query } from './query.ts';
import { comparePositions, isInScope, isWithin, matches, position, selects } from './query.ts';
import type { Collection, KeyRange, Store, StoredDocument } from './store.ts';
import { AFTER_ALL, ALL_IDS } from './store.ts';
import { toBytes, TYPE_BYTE } from './values.ts';

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

/** Index entries to read: of one field, in ranges that ascend and do not overlap. */
type Access = Pick<FieldFilter, 'path' | 'field' | 'index' | 'ranges'>;

interface Plan {
  readonly access: readonly Access[];
  /** Whether every document of the ranges passes the filter. */
  readonly exact: boolean;
}

interface Source {
  readonly rows: Iterable<StoredDocument>;
  /** Already in the query's order. */
  readonly ordered: boolean;
  readonly filtered: boolean;
}

export function search(store: Store, query: Query, snapshot?: Snapshot): SearchResult {
  const { offset, limit = Infinity, start, end, orders } = query;
  const source = snapshot?.size ? asOf(store, query, snapshot) : sourceOf(store, query);
  const needsPosition = !source.ordered || start !== undefined || end !== undefined;
  const found: { document: StoredDocument; keys: readonly string[] }[] = [];
  for (const document of source.rows) {
    if (source.ordered && found.length >= offset + limit) break;
    if (!source.filtered && query.filter && !matches(query.filter, document)) continue;
    if (!needsPosition && orders.length === 1) {
      found.push({ document, keys: [] });
      continue;
    }
    const keys = position(query, document);
    if (keys && isWithin(query, keys)) found.push({ document, keys });
  }
  if (!source.ordered) found.sort((a, b) => comparePositions(orders, a.keys, b.keys));
  return {
    documents: found.slice(offset, offset + limit).map(({ document }) => document),
    skipped: Math.min(offset, found.length),
  };
}

/** How many documents match, without reading them where an index or the collection alone can tell. */
export function count(store: Store, query: Query, snapshot?: Snapshot): number {
  const { filter, orders, start, end, offset, limit } = query;
  const plain = !start && !end && offset === 0 && orders.length === 1 && !snapshot?.size;
  if (plain && (!filter || !usesName(filter))) {
    const places = placesOf(store, query);
    const max = limit ?? -1;
    if (!filter)
      return capped(
        places.map((place) => store.countDocuments(place, ALL_IDS, max)),
        limit,
      );
    const plan = worthAnIndex(store, places) ? planFilter(store, query, places, filter) : undefined;
    const [only] = plan?.access ?? [];
    // One array may hold an element of each of several ranges; two accesses may meet in one document.
    if (plan?.exact && only && plan.access.length === 1 && (only.index === 'value' || only.ranges.length === 1)) {
      const id = indexId(store, query, only);
      return capped(
        places.flatMap((place) => only.ranges.map((one) => store.countEntries(id, place, one, max))),
        limit,
      );
    }
  }
  return search(store, query, snapshot).documents.length;
}

const capped = (counts: number[], limit = Infinity): number =>
  Math.min(
    limit,
    counts.reduce((sum, n) => sum + n, 0),
  );

function placesOf(store: Store, { parent, collectionId, allDescendants }: Query): Collection[] {
  if (allDescendants) return store.collectionsBelow(parent, collectionId);
  const place = store.collection(`${parent}/${collectionId ?? ''}`);
  return place ? [place] : [];
}

function sourceOf(store: Store, query: Query): Source {
  const places = placesOf(store, query);
  const [first, second] = query.orders;
  const plan =
    query.collectionId !== undefined && worthAnIndex(store, places) ? planQuery(store, query, places) : undefined;
  const alone = places.length === 1;
  if (!plan) {
    const ordered = alone && query.orders.length === 1;
    const range = nameRange(query);
    // Without a filter or cursor that could drop some, no collection has to give more than the query can use.
    const max =
      query.orders.length === 1 && !query.filter && !query.start && !query.end && query.limit !== undefined
        ? query.offset + query.limit
        : -1;
    return { rows: scan(store, places, range, first?.descending ?? false, max), ordered, filtered: !query.filter };
  }
  const [only] = plan.access;
  const single = alone && plan.access.length === 1 && only !== undefined;
  const byValue =
    single &&
    only.index === 'value' &&
    only.field === first?.field &&
    second?.descending === first.descending &&
    query.orders.length === 2;
  const byName = single && query.orders.length === 1 && only.ranges.length === 1 && isPoint(only.ranges[0]);
  const access = byValue ? [{ ...only, ranges: narrowed(query, only.ranges) }] : plan.access;
  return {
    rows: readEntries(store, query, places, access, first?.descending ?? false),
    ordered: byValue || byName,
    filtered: plan.exact,
  };
}

function* scan(
  store: Store,
  places: readonly Collection[],
  range: KeyRange | undefined,
  descending: boolean,
  max: number,
): Generator<StoredDocument> {
  for (const place of places) {
    const ids = range ? idsWithin(place, range) : ALL_IDS;
    if (ids) yield* store.documents(place, ids, descending, max);
  }
}

function* readEntries(
  store: Store,
  query: Query,
  places: readonly Collection[],
  access: readonly Access[],
  descending: boolean,
): Generator<StoredDocument> {
  const repeats = access.length > 1 || access.some(({ index, ranges }) => index === 'contains' && ranges.length > 1);
  const seen = new Set<string>();
  for (const one of access) {
    const id = indexId(store, query, one);
    for (const place of places) {
      for (const range of descending ? [...one.ranges].reverse() : one.ranges) {
        for (const document of store.entries(id, place, range, descending)) {
          if (repeats && seen.has(document.name)) continue;
          if (repeats) seen.add(document.name);
          yield document;
        }
      }
    }
  }
}

function asOf(store: Store, query: Query, snapshot: Snapshot): Source {
  // A limit could cut what the snapshot needs instead of a document that changed since.
  const { limit, ...unlimited } = query;
  const { rows } = sourceOf(store, limit === undefined ? query : unlimited);
  const then = [...snapshot.values()].filter((document) => document !== undefined && isInScope(query, document.name));
  const kept = [...rows].filter(({ name }) => !snapshot.has(name));
  const all = [...kept, ...(then as StoredDocument[])];
  return { rows: all.filter((document) => selects(query, document)), ordered: false, filtered: true };
}

function worthAnIndex(store: Store, places: readonly Collection[]): boolean {
  return places.some((place) => store.hasMoreThan(place, SMALL_COLLECTION));
}

function planQuery(store: Store, query: Query, places: readonly Collection[]): Plan | undefined {
  const plan = query.filter && planFilter(store, query, places, query.filter);
  if (plan) return plan;
  const [first] = query.orders;
  if (!first || isNameField(first.path) || query.filter) return undefined;
  const everything = { low: '', high: AFTER_ALL };
  return { access: [{ path: first.path, field: first.field, index: 'value', ranges: [everything] }], exact: true };
}

function planFilter(store: Store, query: Query, places: readonly Collection[], filter: Filter): Plan | undefined {
  if (!('filters' in filter)) return isIndexable(filter) ? { access: [filter], exact: true } : undefined;
  if (filter.op === 'OR') {
    const plans = filter.filters.map((one) => planFilter(store, query, places, one));
    if (!plans.every((plan) => plan !== undefined)) return undefined;
    return { access: plans.flatMap(({ access }) => access), exact: plans.every(({ exact }) => exact) };
  }
  const parts = joinRanges(filter.filters);
  const options = parts.map((one) => planFilter(store, query, places, one)).filter((plan) => plan !== undefined);
  options.sort((a, b) => Number(isPoints(b)) - Number(isPoints(a)));
  let best = options[0];
  let least = Infinity;
  for (const option of options.length > 1 ? options : []) {
    const entries = estimate(store, query, places, option, Math.min(least, MANY_ENTRIES));
    if (entries < least) [best, least] = [option, entries];
    if (least <= FEW_ENTRIES) break;
  }
  return best && { access: best.access, exact: best.exact && parts.length === 1 };
}

function estimate(store: Store, query: Query, places: readonly Collection[], plan: Plan, max: number): number {
  let entries = 0;
  for (const one of plan.access) {
    const id = indexId(store, query, one);
    for (const place of places) {
      for (const range of one.ranges) {
        entries += store.countEntries(id, place, range, max);
        if (entries > max) return entries;
      }
    }
  }
  return entries;
}

/** `a >= 1` and `a < 5` of one conjunction become one range. */
function joinRanges(filters: readonly Filter[]): Filter[] {
  const joined: Filter[] = [];
  for (const filter of filters) {
    const at = joined.findIndex(
      (other) =>
        !('filters' in other) &&
        !('filters' in filter) &&
        other.index === 'value' &&
        filter.index === 'value' &&
        other.field === filter.field,
    );
    if (at === -1) joined.push(filter);
    else {
      const [a, b] = [joined[at] as FieldFilter, filter as FieldFilter];
      joined[at] = { ...a, ranges: a.ranges.flatMap((one) => b.ranges.flatMap((two) => intersect(one, two))) };
    }
  }
  return joined;
}

function intersect(a: KeyRange, b: KeyRange): KeyRange[] {
  const low = a.low > b.low ? a.low : b.low;
  const high = a.high < b.high ? a.high : b.high;
  return low < high ? [{ low, high }] : [];
}

/** Cuts the ranges of the first order's field to what lies between the cursors. */
function narrowed({ orders, start, end }: Query, ranges: readonly KeyRange[]): KeyRange[] {
  const [from, to] = orders[0]?.descending ? [end, start] : [start, end];
  const low = from?.keys[0]?.slice(0, MAX_INDEXED_VALUE_BYTES) ?? '';
  const top = to?.keys[0];
  const high = top === undefined || top.length > MAX_INDEXED_VALUE_BYTES ? AFTER_ALL : `${top}\0`;
  return ranges.flatMap((range) => intersect(range, { low, high }));
}

const isPoint = (range: KeyRange | undefined): boolean => range !== undefined && range.high === `${range.low}\0`;

const isPoints = (plan: Plan): boolean => plan.access.every(({ ranges }) => ranges.every(isPoint));

/** Names have no index but the collection itself; a value beyond the indexed length cannot be told from its like. */
const isIndexable = ({ path, ranges }: FieldFilter): boolean =>
  !isNameField(path) &&
  ranges.every(({ low, high }) => Math.max(low.length, high.length) <= MAX_INDEXED_VALUE_BYTES + 1);

const usesName = (filter: Filter): boolean =>
  'filters' in filter ? filter.filters.some(usesName) : isNameField(filter.path);

const indexId = (store: Store, { root, collectionId }: Query, { path, index }: Access): number =>
  store.index(root, collectionId ?? '', path, index);

/** The range of name keys that filters and cursors leave open, or undefined when they say nothing of names. */
function nameRange({ filter, orders, start, end }: Query): KeyRange | undefined {
  const open = { low: '', high: AFTER_ALL };
  let range: KeyRange = open;
  const narrow = (to: KeyRange): void => {
    range = intersect(range, to)[0] ?? { low: AFTER_ALL, high: AFTER_ALL };
  };
  const parts = filter && 'filters' in filter ? (filter.op === 'AND' ? filter.filters : []) : filter ? [filter] : [];
  for (const part of parts) {
    if ('filters' in part || !isNameField(part.path)) continue;
    narrow({ low: part.ranges[0]?.low ?? AFTER_ALL, high: part.ranges.at(-1)?.high ?? '' });
  }
  if (orders.length === 1) {
    const [from, to] = orders[0]?.descending ? [end, start] : [start, end];
    if (from?.keys[0]) narrow({ low: from.keys[0], high: AFTER_ALL });
    if (to?.keys[0]) narrow({ low: '', high: `${to.keys[0]}\0` });
  }
  return range === open ? undefined : range;
}

/** The ids of a collection whose names may lie in a range of name keys; filters and cursors still look at each. */
function idsWithin(place: Collection, { low, high }: KeyRange): KeyRange | undefined {
  const prefix = `${TYPE_BYTE.reference}${toBytes(pathKey(place.name))}\x01`;
  const idAt = (key: string): string =>
    Buffer.from(key.slice(prefix.length).split('\0', 1)[0] ?? '', 'latin1').toString('utf8');
  if (high <= prefix || low >= `${prefix.slice(0, -1)}\x02`) return undefined;
  return {
    low: low.startsWith(prefix) ? idAt(low) : ALL_IDS.low,
    high: high.startsWith(prefix) ? `${idAt(high)}\x01` : ALL_IDS.high,
  };
}
