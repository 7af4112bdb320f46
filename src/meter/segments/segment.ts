/**
 * A segment: samples of many series of a day, packed by columns. All that `Samples` holds comes back, sorted by series, and by time within one;
 * of samples of one series and time in the order in which they came. See docs/formats/segment.md for every byte.
 */
import type { Compound } from '../model/compound.ts';
import { type Exemplar, type Kind, KIND, Samples } from '../model/samples.ts';
import { damaged, Reader, Writer } from '../model/bytes.ts';
import { pack, unpack } from './envelope.ts';
import { exactJson, fromExactJson } from './exact-json.ts';
import { readTimes, writeTimes } from './times.ts';
import { type Group, groupsOf } from './groups.ts';
import { readRuns, writeRuns } from './runs.ts';
import { readValues, transposed, type ValueColumns, writeValues } from './values.ts';

const VERSION = 1;

/** Samples of one segment: also what a damaged one can make us allocate. */
export const MAX_SEGMENT_SAMPLES = 2_000_000;

/** What samples may have beside a value; bits of a byte. */
const HAS = { nanos: 1, starts: 2, exemplars: 4 } as const;

/** `ids`: of the day's dictionary, by the numbers of `samples.series`. */
export function encodeSegment(samples: Samples, ids: Uint32Array): Uint8Array {
  const { groups, order } = groupsOf(samples, ids);
  const writer = new Writer();
  writer.varint(samples.length);
  writer.varint(groups.length);
  let before = 0;
  for (const { id } of groups) {
    writer.varint(id - before);
    before = id;
  }
  writeRuns(writer, groups.length, (at) => (groups[at] as Group).end - (groups[at] as Group).start);
  writeTimes(writer, samples.timestampsMs, { order, groups });
  writeRuns(writer, samples.length, (at) => samples.kinds[order[at] as number] as number);
  writeColumns(writer, samples, { order, groups });
  const has =
    (samples.nanos === undefined ? 0 : HAS.nanos) |
    (samples.startsMs === undefined ? 0 : HAS.starts) |
    (samples.exemplars.length === 0 ? 0 : HAS.exemplars);
  writer.byte(has);
  const { nanos, startsMs } = samples;
  if (nanos !== undefined) for (const at of order) writer.varint(nanos[at] as number);
  if (startsMs !== undefined) writeStarts(writer, startsMs, order);
  if (samples.exemplars.length > 0) writer.block(Buffer.from(exactJson(exemplarsOf(samples, order, ids))));
  return pack(VERSION, writer.done());
}

interface Sorted {
  /** Places of samples, in the order in which they are written. */
  readonly order: Uint32Array;
  readonly groups: readonly Group[];
}

/** Of each series its doubles, then its integers; compounds of all, as text. */
function writeColumns(writer: Writer, samples: Samples, { order, groups }: Sorted): void {
  const columns: ValueColumns = { modes: new Writer(), integers: new Writer(), bits: new Writer() };
  const wide = new Writer();
  const compounds: Compound[] = [];
  const { kinds, bits } = samples;
  const words = new Uint32Array(samples.bytes.buffer, 0, samples.length * 2);
  const scratch = new Scratch();
  for (const { start, end } of groups) {
    let doubles = 0;
    let integer = 0n;
    const room = scratch.of(end - start);
    for (let at = start; at < end; at++) {
      const place = order[at] as number;
      const kind = kinds[place] as Kind;
      if (kind === KIND.double) {
        room.words[doubles * 2] = words[place * 2] as number;
        room.words[doubles * 2 + 1] = words[place * 2 + 1] as number;
        doubles++;
      } else if (kind === KIND.int64) {
        writeWide(wide, (bits[place] as bigint) - integer);
        integer = bits[place] as bigint;
      } else compounds.push(samples.compoundAt(place) as Compound);
    }
    if (doubles > 0) writeValues(room.values.subarray(0, doubles), room.words.subarray(0, doubles * 2), columns);
  }
  writer.block(columns.modes.done());
  writer.block(columns.integers.done());
  writer.block(transposed(columns.bits.done(), false));
  writer.block(wide.done());
  writer.block(compounds.length === 0 ? new Uint8Array() : Buffer.from(exactJson(compounds)));
}

/** Doubles of one series, by their bits and as numbers; larger as they are needed. */
class Scratch {
  #values = new Float64Array(16);
  of(count: number): { readonly values: Float64Array; readonly words: Uint32Array } {
    if (this.#values.length < count) this.#values = new Float64Array(count * 2);
    return { values: this.#values, words: new Uint32Array(this.#values.buffer) };
  }
}

/** A 64-bit difference, wrapped around, in zigzag and LEB128. */
function writeWide(writer: Writer, difference: bigint): void {
  const wrapped = BigInt.asIntN(64, difference);
  let rest = BigInt.asUintN(64, (wrapped << 1n) ^ (wrapped >> 63n));
  while (rest >= 0x80n) {
    writer.byte(Number(rest & 0x7fn) | 0x80);
    rest >>= 7n;
  }
  writer.byte(Number(rest));
}

function readWide(reader: Reader): bigint {
  let value = 0n;
  for (let shift = 0n; shift < 70n; shift += 7n) {
    const byte = reader.byte();
    value |= BigInt(byte & 0x7f) << shift;
    if (byte < 0x80) return BigInt.asIntN(64, (value >> 1n) ^ -(value & 1n));
  }
  throw damaged('a 64-bit number has too many bytes');
}

/** Most samples began to be counted when the one before them was: a run, and what it is, until all are said. */
function writeStarts(writer: Writer, startsMs: Float64Array, order: Uint32Array): void {
  for (let at = 0; at < order.length;) {
    const start = startsMs[order[at] as number] as number;
    let run = 1;
    while (at + run < order.length && Object.is(startsMs[order[at + run] as number], start)) run++;
    writer.varint(run);
    writer.float64(start);
    at += run;
  }
}

function readStarts(reader: Reader, count: number): Float64Array {
  const starts = new Float64Array(count);
  for (let at = 0; at < count;) {
    const run = reader.varint();
    if (run === 0 || at + run > count) throw damaged('a run is too long');
    starts.fill(reader.float64(), at, at + run);
    at += run;
  }
  return starts;
}

/** By where their samples are written; those without a sample by the id of their series. */
function exemplarsOf({ exemplars, length }: Samples, order: Uint32Array, ids: Uint32Array): readonly Exemplar[] {
  const written = new Uint32Array(length);
  for (const [at, place] of order.entries()) written[place] = at;
  return exemplars.map((one) => ({
    ...one,
    sample: one.sample < 0 ? -1 : (written[one.sample] as number),
    ...(one.series === undefined ? {} : { series: ids[one.series] }),
  }));
}

/** `samples.series` are ids. @throws {TerminalError} BAD_SOURCE when it is damaged */
export function decodeSegment(packed: Uint8Array): Samples {
  const reader = new Reader(unpack(VERSION, packed));
  const count = reader.varint();
  const series = reader.varint();
  if (count > MAX_SEGMENT_SAMPLES || series > count) throw damaged(`it says that it has ${count} samples`);
  const ids = new Uint32Array(series);
  for (let at = 0, id = 0; at < series; at++) {
    id += reader.varint();
    ids[at] = id;
  }
  const counts = readRuns(reader, series);
  const groups = groupsWith(ids, counts, count);
  const times = readTimes(reader, groups, count);
  const kinds = readRuns(reader, count);
  const samples = readColumns(reader, { groups, times, kinds });
  const has = reader.byte();
  if ((has & HAS.nanos) !== 0)
    samples.nanos = padded(
      Uint32Array.from({ length: count }, () => reader.varint()),
      samples,
    );
  if ((has & HAS.starts) !== 0) samples.startsMs = padded(readStarts(reader, count), samples);
  if ((has & HAS.exemplars) !== 0)
    samples.exemplars = fromExactJson(Buffer.from(reader.block()).toString()) as Exemplar[];
  reader.end();
  return samples;
}

/** As long as the other columns are, which grow by doubling. */
function padded<A extends Uint32Array | Float64Array>(column: A, { series }: Samples): A {
  const longer = (
    column instanceof Uint32Array ? new Uint32Array(series.length) : new Float64Array(series.length).fill(NaN)
  ) as A;
  longer.set(column);
  return longer;
}

function groupsWith(ids: Uint32Array, counts: Uint32Array, count: number): Group[] {
  let start = 0;
  const groups = Array.from(ids, (id, at) => {
    const group = { id, start, end: start + (counts[at] as number) };
    start = group.end;
    return group;
  });
  if (start !== count) throw damaged('its series have another number of samples');
  return groups;
}

interface Read {
  readonly groups: readonly Group[];
  readonly times: Float64Array;
  readonly kinds: Uint32Array;
}

function readColumns(reader: Reader, { groups, times, kinds }: Read): Samples {
  const columns = {
    modes: new Reader(reader.block()),
    integers: new Reader(reader.block()),
    bits: new Reader(transposed(reader.block(), true)),
  };
  const wide = new Reader(reader.block());
  const text = reader.block();
  const compounds = text.byteLength === 0 ? [] : (fromExactJson(Buffer.from(text).toString()) as Compound[]);
  const samples = new Samples();
  const scratch = new Scratch();
  let compound = 0;
  for (const { id, start, end } of groups) {
    let doubles = 0;
    for (let at = start; at < end; at++) if (kinds[at] === KIND.double) doubles++;
    const room = scratch.of(end - start);
    if (doubles > 0) readValues(room.values.subarray(0, doubles), room.words.subarray(0, doubles * 2), columns);
    if (doubles === end - start) {
      samples.pushDoubles(id, times.subarray(start, end), room.values.subarray(0, doubles));
      continue;
    }
    const bytes = new Uint8Array(room.values.buffer);
    let integer = 0n;
    let double = 0;
    for (let at = start; at < end; at++) {
      const time = times[at] as number;
      if (kinds[at] === KIND.double) samples.pushBytes(id, time, bytes, double++ * 8);
      else if (kinds[at] === KIND.int64) {
        integer = BigInt.asIntN(64, integer + readWide(wide));
        samples.pushInt64(id, time, integer);
      } else if (kinds[at] === KIND.compound && compound < compounds.length)
        samples.pushCompound(id, time, compounds[compound++] as Compound);
      else throw damaged('a sample has no value');
    }
  }
  for (const column of [columns.modes, columns.integers, columns.bits, wide]) column.end();
  if (compound !== compounds.length) throw damaged('there are values without samples');
  return samples;
}
