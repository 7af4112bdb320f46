/**
 * A window of one series as a record of doubles: count, extremes, last value, sum, and behind these the buckets of its sketch (two integers
 * each), or, of a counter's minute, its points (two doubles each). What lasts longer of a counter has what it gained instead. Pure.
 */
import { type Handle, NONE } from './arena.ts';
import { canonical } from './exact-sum.ts';
import { MAX_POINTS, type Minute, type Point, type SeriesKind, thinned, WindowFold } from './minute.ts';
import { BODY, COUNT, ENTRIES, LAST, LAST_AT, MAX, MIN, RecordMemory, SCALE } from './record-memory.ts';
import { type BucketCode, coarser, codeOf, MAX_BUCKETS, MAX_SCALE, QuantileSketch, ZERO_CODE } from './sketch.ts';

/** What follows the head of a counter's longer window. */
const FIRST = BODY;
const FIRST_AT = BODY + 1;
const INCREASE = BODY + 2;
const FOLD_UNITS = BODY + 3;

/** A sample, at the scale that it comes at. */
const ONE = { scale: MAX_SCALE, count: 1 };

/** What needs room answers the handle that the record has from then on, or `NONE` where there is no room. */
export class WindowRecords extends RecordMemory {
  /** A sample of a minute. */
  add(handle: Handle, kind: SeriesKind, atMs: number, value: number): Handle {
    const placed =
      kind === 'counter' ? this.#addPoint(handle, atMs, value) : this.#addToBucket(handle, codeOf(value), ONE);
    if (placed === NONE) return NONE;
    const at = this.arena.offsetOf(placed);
    const doubles = this.arena.doublesOf(placed);
    doubles[at + COUNT] = (doubles[at + COUNT] as number) + 1;
    if (value < (doubles[at + MIN] as number)) doubles[at + MIN] = value;
    if (value > (doubles[at + MAX] as number)) doubles[at + MAX] = value;
    const lastAt = doubles[at + LAST_AT] as number;
    if (atMs > lastAt || (atMs === lastAt && value > (doubles[at + LAST] as number))) {
      doubles[at + LAST_AT] = atMs;
      doubles[at + LAST] = value;
    }
    this.addToSum(placed, value);
    return placed;
  }

  readMinute(handle: Handle, kind: SeriesKind): Minute {
    const common = { kind, ...this.commonOf(handle), sum: canonical(this.sumOf(handle)) };
    return kind === 'counter'
      ? { ...common, points: this.#pointsOf(handle) }
      : { ...common, sketch: this.#sketchOf(handle) };
  }

  readFold(handle: Handle, kind: SeriesKind): WindowFold {
    const fold = this.#foldOf(handle, kind);
    if (kind !== 'counter') fold.sketch = this.#sketchOf(handle);
    return fold;
  }

  /** All but its sketch. */
  #foldOf(handle: Handle, kind: SeriesKind): WindowFold {
    const fold = Object.assign(new WindowFold(kind), this.commonOf(handle), { sum: this.sumOf(handle) });
    const at = this.arena.offsetOf(handle);
    const doubles = this.arena.doublesOf(handle);
    if (kind !== 'counter' || fold.count === 0) return fold;
    fold.first = doubles[at + FIRST] as number;
    fold.firstAtMs = doubles[at + FIRST_AT] as number;
    fold.increase = doubles[at + INCREASE] as number;
    return fold;
  }

  /** Has a minute count for the window that begins at `start`, in the record that there was if it is of that window. */
  merge(before: Handle, start: number, minute: Minute): Handle {
    const isSame = before !== NONE && this.startOf(before) === start;
    const buckets = minute.sketch?.buckets() ?? [];
    const scale = minute.sketch?.scale ?? MAX_SCALE;
    const missing = isSame ? buckets.filter(([code]) => !this.#hasBucket(before, code, scale)).length : buckets.length;
    const entries = (isSame ? this.entriesOf(before) : 0) + missing;
    const units = minute.sketch === undefined ? FOLD_UNITS : BODY + Math.min(MAX_BUCKETS + 1, entries);
    const handle = isSame ? this.withRoom(before, units) : this.create(start, units);
    if (handle === NONE) return NONE;
    // From here on there is room for all of it.
    if (!isSame && before !== NONE) this.free(before);
    const fold = this.#foldOf(handle, minute.kind);
    fold.add({ ...minute, sketch: undefined });
    this.keepSum(handle, canonical(fold.sum));
    const at = this.arena.offsetOf(handle);
    const doubles = this.arena.doublesOf(handle);
    doubles.set([fold.count, fold.min, fold.max, fold.last, fold.lastAtMs], at + COUNT);
    if (minute.kind === 'counter') doubles.set([fold.first, fold.firstAtMs, fold.increase], at + FIRST);
    for (const [code, count] of buckets) this.#addToBucket(handle, code, { scale, count });
    return handle;
  }

  #sketchOf(handle: Handle): QuantileSketch {
    const at = 2 * this.arena.offsetOf(handle);
    const integers = this.arena.integersOf(handle);
    const entries = integers[at + ENTRIES] as number;
    const buckets = Array.from({ length: entries }, (_, entry): [number, number] => {
      const place = at + 2 * (BODY + entry);
      return [integers[place] as number, (integers[place + 1] as number) >>> 0];
    });
    return QuantileSketch.from(integers[at + SCALE] as number, buckets);
  }

  #pointsOf(handle: Handle): Point[] {
    const at = this.arena.offsetOf(handle);
    const doubles = this.arena.doublesOf(handle);
    const points = this.arena.integersOf(handle)[2 * at + ENTRIES] as number;
    return Array.from({ length: points }, (_, point): Point => {
      const place = at + BODY + 2 * point;
      return [doubles[place] as number, doubles[place + 1] as number];
    });
  }

  /** Buckets lie in the order of their codes. */
  #addToBucket(
    handle: Handle,
    finer: BucketCode,
    { scale, count }: { readonly scale: number; readonly count: number },
  ): Handle {
    const at = 2 * this.arena.offsetOf(handle);
    const integers = this.arena.integersOf(handle);
    const ownScale = integers[at + SCALE] as number;
    if (scale < ownScale) return this.#mergeBucket(handle, finer, { scale, count });
    const entries = integers[at + ENTRIES] as number;
    const body = at + 2 * BODY;
    const code = coarser(finer, scale - ownScale);
    const low = this.#bucketAt(handle, code);
    const place = body + 2 * low;
    if (low < entries && integers[place] === code) {
      integers[place + 1] = (integers[place + 1] as number) + count;
      return handle;
    }
    const zeros = entries > 0 && integers[body + 2 * (entries - 1)] === ZERO_CODE ? 1 : 0;
    if (code !== ZERO_CODE && entries - zeros === MAX_BUCKETS)
      return this.#mergeBucket(handle, finer, { scale, count });
    const placed = this.withRoom(handle, BODY + entries + 1);
    if (placed === NONE) return NONE;
    const into = this.arena.integersOf(placed);
    const start = 2 * (this.arena.offsetOf(placed) + BODY);
    into.copyWithin(start + 2 * (low + 1), start + 2 * low, start + 2 * entries);
    into[start + 2 * low] = code;
    into[start + 2 * low + 1] = count;
    into[start - 2 * BODY + ENTRIES] = entries + 1;
    return placed;
  }

  #hasBucket(handle: Handle, finer: BucketCode, scale: number): boolean {
    const at = 2 * this.arena.offsetOf(handle);
    const integers = this.arena.integersOf(handle);
    const ownScale = integers[at + SCALE] as number;
    const code = coarser(finer, Math.max(0, scale - ownScale));
    const low = this.#bucketAt(handle, code);
    return scale >= ownScale && low < this.entriesOf(handle) && integers[at + 2 * (BODY + low)] === code;
  }

  /** Where the bucket is, or would be. */
  #bucketAt(handle: Handle, code: BucketCode): number {
    const body = 2 * (this.arena.offsetOf(handle) + BODY);
    const integers = this.arena.integersOf(handle);
    let low = 0;
    for (let high = this.entriesOf(handle); low < high;) {
      const middle = (low + high) >> 1;
      if ((integers[body + 2 * middle] as number) < code) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /** Rare: by the sketch itself, which knows how far its scale has to fall. It has no more buckets afterwards. */
  #mergeBucket(
    handle: Handle,
    code: BucketCode,
    { scale, count }: { readonly scale: number; readonly count: number },
  ): Handle {
    const sketch = this.#sketchOf(handle);
    sketch.merge(QuantileSketch.from(scale, [[code, count]]));
    const at = 2 * this.arena.offsetOf(handle);
    const integers = this.arena.integersOf(handle);
    const buckets = sketch.buckets();
    integers[at + ENTRIES] = buckets.length;
    integers[at + SCALE] = sketch.scale;
    for (const [place, bucket] of buckets.entries()) integers.set(bucket, at + 2 * (BODY + place));
    return handle;
  }

  #addPoint(handle: Handle, atMs: number, value: number): Handle {
    const at = this.arena.offsetOf(handle);
    const doubles = this.arena.doublesOf(handle);
    const points = this.arena.integersOf(handle)[2 * at + ENTRIES] as number;
    let place = points;
    const isAfter = (index: number): boolean => {
      const time = doubles[at + BODY + 2 * index] as number;
      return time > atMs || (time === atMs && (doubles[at + BODY + 2 * index + 1] as number) >= value);
    };
    while (place > 0 && isAfter(place - 1)) place--;
    const isThere =
      place < points && doubles[at + BODY + 2 * place] === atMs && doubles[at + BODY + 2 * place + 1] === value;
    if (isThere) return handle;
    if (points === MAX_POINTS) {
      const all: Point[] = this.#pointsOf(handle);
      all.splice(place, 0, [atMs, value]);
      this.#keepPoints(handle, thinned(all));
      return handle;
    }
    const placed = this.withRoom(handle, BODY + 2 * (points + 1));
    if (placed === NONE) return NONE;
    const into = this.arena.doublesOf(placed);
    const start = this.arena.offsetOf(placed) + BODY;
    into.copyWithin(start + 2 * (place + 1), start + 2 * place, start + 2 * points);
    into[start + 2 * place] = atMs;
    into[start + 2 * place + 1] = value;
    this.arena.integersOf(placed)[2 * (start - BODY) + ENTRIES] = points + 1;
    return placed;
  }

  #keepPoints(handle: Handle, points: readonly Point[]): void {
    const at = this.arena.offsetOf(handle);
    this.arena.integersOf(handle)[2 * at + ENTRIES] = points.length;
    for (const [place, point] of points.entries()) this.arena.doublesOf(handle).set(point, at + BODY + 2 * place);
  }
}
