/**
 * Times of a segment. Series that are sent together have the same ones, so that those of most are one number for thousands: that they are
 * those of the series before. Others are the difference of their first, then differences of differences.
 */
import { damaged, type Reader, type Writer } from '../model/bytes.ts';
import type { Group } from './groups.ts';

/** Beyond it differences of differences are no exact integers. */
const MAX_TIME = 2 ** 49;

const MODE = { varints: 0, doubles: 1 } as const;

interface Sorted {
  readonly order: Uint32Array;
  readonly groups: readonly Group[];
}

export function writeTimes(writer: Writer, timestampsMs: Float64Array, { order, groups }: Sorted): void {
  const timeAt = (at: number): number => timestampsMs[order[at] as number] as number;
  const areSmall = order.every((place) => {
    const time = timestampsMs[place] as number;
    return Number.isInteger(time) && Math.abs(time) < MAX_TIME && !Object.is(time, -0);
  });
  writer.byte(areSmall ? MODE.varints : MODE.doubles);
  if (!areSmall) {
    for (let at = 0; at < order.length; at++) writer.float64(timeAt(at));
    return;
  }
  let before: Group | undefined;
  let same = 0;
  for (const group of groups) {
    if (before !== undefined && haveSameTimes(before, group, timeAt)) {
      same++;
      continue;
    }
    if (before !== undefined) writer.varint(same);
    same = 0;
    writeOwn(writer, group, { timeAt, from: before === undefined ? 0 : timeAt(before.start) });
    before = group;
  }
  if (before !== undefined) writer.varint(same);
}

function haveSameTimes(one: Group, other: Group, timeAt: (at: number) => number): boolean {
  if (one.end - one.start !== other.end - other.start) return false;
  for (let at = 0; at < one.end - one.start; at++)
    if (timeAt(one.start + at) !== timeAt(other.start + at)) return false;
  return true;
}

function writeOwn(
  writer: Writer,
  { start, end }: Group,
  { timeAt, from }: { readonly timeAt: (at: number) => number; readonly from: number },
): void {
  writer.signed(timeAt(start) - from);
  let before = 0;
  for (let at = start + 1; at < end; at++) {
    const delta = timeAt(at) - timeAt(at - 1);
    writer.signed(delta - before);
    before = delta;
  }
}

export function readTimes(reader: Reader, groups: readonly Group[], count: number): Float64Array {
  const times = new Float64Array(count);
  const mode = reader.byte();
  if (mode === MODE.doubles) {
    for (let at = 0; at < count; at++) times[at] = reader.float64();
    return times;
  }
  if (mode !== MODE.varints) throw damaged(`its times are written in mode ${mode}`);
  let from = 0;
  for (let at = 0; at < groups.length;) {
    const own = groups[at] as Group;
    readOwn(reader, own, { times, from });
    from = times[own.start] as number;
    const same = reader.varint();
    if (at + same >= groups.length) throw damaged('a run is too long');
    for (const group of groups.slice(at + 1, at + 1 + same)) {
      if (group.end - group.start !== own.end - own.start) throw damaged('a series has another number of times');
      times.copyWithin(group.start, own.start, own.end);
    }
    at += 1 + same;
  }
  return times;
}

function readOwn(
  reader: Reader,
  { start, end }: Group,
  { times, from }: { readonly times: Float64Array; readonly from: number },
): void {
  let time = from + reader.signed();
  let delta = 0;
  times[start] = time;
  for (let at = start + 1; at < end; at++) {
    delta += reader.signed();
    time += delta;
    times[at] = time;
  }
}
