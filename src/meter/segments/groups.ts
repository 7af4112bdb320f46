/** Samples by series: in which order they are written. Pure. */
import type { Samples } from '../model/samples.ts';

/** Of one series, within the order: from `start` to before `end`. */
export interface Group {
  readonly id: number;
  readonly start: number;
  readonly end: number;
}

export interface Groups {
  /** Places of samples: by ascending id, then by time, then as they came. */
  readonly order: Uint32Array;
  readonly groups: readonly Group[];
}

/** Places that a key beside an id of 32 bits has room for. */
const PLACES = 2 ** 21;

export function groupsOf({ series, timestampsMs, length }: Samples, ids: Uint32Array): Groups {
  const order = byId(series, length, ids);
  const groups: Group[] = [];
  for (let start = 0; start < length;) {
    const id = ids[series[order[start] as number] as number] as number;
    let end = start + 1;
    let isSorted = true;
    for (; end < length && ids[series[order[end] as number] as number] === id; end++)
      if ((timestampsMs[order[end] as number] as number) < (timestampsMs[order[end - 1] as number] as number))
        isSorted = false;
    if (!isSorted) sortByTime(order.subarray(start, end), timestampsMs);
    groups.push({ id, start, end });
    start = end;
  }
  return { order, groups };
}

/** Numbers that sort as ids and places do, which typed arrays sort far faster than with a comparison. */
function byId(series: Uint32Array, length: number, ids: Uint32Array): Uint32Array {
  const order = new Uint32Array(length);
  const keys = new Float64Array(length);
  let isSorted = true;
  let before = 0;
  for (let at = 0; at < length; at++) {
    const id = ids[series[at] as number] as number;
    if (id < before) isSorted = false;
    before = id;
    order[at] = at;
    keys[at] = id * PLACES + at;
  }
  if (isSorted) return order;
  if (length > PLACES) throw new RangeError(`${length} samples are more than ${PLACES}`);
  keys.sort();
  for (let at = 0; at < length; at++) order[at] = (keys[at] as number) % PLACES;
  return order;
}

function sortByTime(places: Uint32Array, timestampsMs: Float64Array): void {
  places.set(places.toSorted((a, b) => (timestampsMs[a] as number) - (timestampsMs[b] as number) || a - b));
}
