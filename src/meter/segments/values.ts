/**
 * Doubles of one series as columns: as integers of the smallest decimal exponent that gives each of them back exactly, and their differences,
 * or the differences of those; where no exponent does, their bits against those of the one before. The data choose.
 * After VictoriaMetrics, whose decimals may lose digits beyond the twelfth, and these none:
 * https://faun.pub/victoriametrics-achieving-better-compression-for-time-series-data-than-gorilla-317bc1f95932
 */
import { damaged, type Reader, type Writer } from '../model/bytes.ts';

const MAX_EXPONENT = 9;
const POWERS = Array.from({ length: MAX_EXPONENT + 1 }, (_, exponent) => 10 ** exponent);

/** Beyond them differences are no exact integers. */
const MAX_MANTISSA = 2 ** 50;

/** In a mode's byte, over the exponent. */
const ORDER = { constant: 0, delta: 16, deltaOfDelta: 32 } as const;
const RAW = 255;

export interface ValueColumns {
  readonly modes: Writer;
  readonly integers: Writer;
  /** Bits of doubles, the low half and the high half of each. */
  readonly bits: Writer;
}

const mantissas = { of: new Float64Array(256) };

/** `words`: the values' bits, two of 32 a value, low first. */
export function writeValues(values: Float64Array, words: Uint32Array, columns: ValueColumns): void {
  const count = values.length;
  if (mantissas.of.length < count) mantissas.of = new Float64Array(count * 2);
  const all = mantissas.of;
  const exponent = exponentOf(values, all);
  if (exponent < 0) {
    columns.modes.byte(RAW);
    writeBits(words, columns.bits);
    return;
  }
  const order = orderOf(all, count);
  columns.modes.byte(exponent + order);
  columns.integers.signed(all[0] as number);
  if (order === ORDER.constant) return;
  let before = 0;
  for (let at = 1; at < count; at++) {
    const delta = (all[at] as number) - (all[at - 1] as number);
    columns.integers.signed(order === ORDER.delta ? delta : delta - before);
    before = delta;
  }
}

/** Fills `into`. -1 when there is none. */
function exponentOf(values: Float64Array, into: Float64Array): number {
  for (let exponent = 0, at = 0; exponent <= MAX_EXPONENT; exponent++) {
    const power = POWERS[exponent] as number;
    // Whatever fitted a smaller exponent is looked at again: it must fit this one.
    for (at = 0; at < values.length; at++) {
      const value = values[at] as number;
      const mantissa = Math.round(value * power);
      if (mantissa / power !== value || !(Math.abs(mantissa) < MAX_MANTISSA) || (mantissa === 0 && 1 / value < 0))
        break;
      into[at] = mantissa;
    }
    if (at === values.length) return exponent;
    const value = values[at] as number;
    if (!(Math.abs(value) * power < MAX_MANTISSA) || (value === 0 && 1 / value < 0)) return -1;
  }
  return -1;
}

function orderOf(all: Float64Array, count: number): number {
  let [isConstant, first, second] = [true, 0, 0];
  let before = 0;
  for (let at = 1; at < count; at++) {
    const delta = (all[at] as number) - (all[at - 1] as number);
    if (delta !== 0) isConstant = false;
    first += Math.abs(delta);
    second += Math.abs(delta - before);
    before = delta;
  }
  if (isConstant) return ORDER.constant;
  return second < first ? ORDER.deltaOfDelta : ORDER.delta;
}

function writeBits(words: Uint32Array, bits: Writer): void {
  let [low, high] = [0, 0];
  for (let at = 0; at < words.length; at += 2) {
    bits.uint32((words[at] as number) ^ low);
    bits.uint32((words[at + 1] as number) ^ high);
    [low, high] = [words[at] as number, words[at + 1] as number];
  }
}

export interface ReadColumns {
  readonly modes: Reader;
  readonly integers: Reader;
  readonly bits: Reader;
}

/** Fills all of `words`, which are those of `values`. */
export function readValues(values: Float64Array, words: Uint32Array, columns: ReadColumns): void {
  const mode = columns.modes.byte();
  if (mode === RAW) {
    readBits(words, columns.bits);
    return;
  }
  const [exponent, order] = [mode & 15, mode & 240];
  const power = POWERS[exponent];
  if (power === undefined || order > ORDER.deltaOfDelta) throw damaged(`a series is written in mode ${mode}`);
  let mantissa = columns.integers.signed();
  values[0] = mantissa / power;
  let delta = 0;
  for (let at = 1; at < values.length; at++) {
    if (order === ORDER.delta) delta = columns.integers.signed();
    else if (order === ORDER.deltaOfDelta) delta += columns.integers.signed();
    mantissa += delta;
    values[at] = mantissa / power;
  }
}

function readBits(words: Uint32Array, bits: Reader): void {
  let [low, high] = [0, 0];
  for (let at = 0; at < words.length; at += 2) {
    low ^= bits.uint32();
    high ^= bits.uint32();
    words[at] = low;
    words[at + 1] = high;
  }
}

/** Bytes of equal rank beside each other: those of exponents are much alike. */
export function transposed(bytes: Uint8Array, back: boolean): Uint8Array {
  const count = bytes.byteLength / 8;
  const moved = new Uint8Array(bytes.byteLength);
  for (let at = 0; at < count; at++)
    for (let rank = 0; rank < 8; rank++) {
      const [row, column] = [at * 8 + rank, rank * count + at];
      moved[back ? row : column] = bytes[back ? column : row] as number;
    }
  return moved;
}
