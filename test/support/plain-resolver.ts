/** A `SeriesResolver` as simple as can be, for tests of readers, and what they read, in words that can be compared. */
import type { Compound } from '../../src/meter/model/compound.ts';
import { KIND, Samples } from '../../src/meter/model/samples.ts';
import type { Refusal, SeriesResolver } from '../../src/meter/model/series-resolver.ts';
import { type Series, seriesKey } from '../../src/meter/model/series.ts';
import type { SymbolNumbers } from '../../src/meter/model/symbol-numbers.ts';

export class PlainResolver implements SeriesResolver {
  /** By number. */
  readonly series: Series[] = [];
  /** How many were decoded, and asked to be added. */
  added = 0;
  readonly symbols: SymbolNumbers | undefined;
  readonly #byBytes = new Map<string, number>();
  readonly #byKey = new Map<string, number>();
  readonly #refuse: (series: Series) => Refusal | undefined;

  constructor(refuse: (series: Series) => Refusal | undefined = () => undefined, symbols?: SymbolNumbers) {
    this.#refuse = refuse;
    this.symbols = symbols;
  }

  find(bytes: Uint8Array, start: number, end: number): number {
    return this.#byBytes.get(textOf(bytes, start, end)) ?? -1;
  }

  add(bytes: Uint8Array, start: number, end: number, series: Series): number | Refusal {
    this.added++;
    const refusal = this.#refuse(series);
    if (refusal !== undefined) return refusal;
    const key = seriesKey(series);
    const number = this.#byKey.get(key) ?? this.series.push(series) - 1;
    this.#byKey.set(key, number);
    this.#byBytes.set(textOf(bytes, start, end), number);
    return number;
  }
}

const textOf = (bytes: Uint8Array, start: number, end: number): string =>
  Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('latin1');

/** A sample, bit by bit. */
export interface PlainSample {
  readonly series: Series;
  readonly timestampMs: number;
  readonly nanos: number;
  readonly startMs: number | undefined;
  readonly value: { readonly bits: bigint } | { readonly int64: bigint } | Compound;
}

export const plainSamples = (samples: Samples, { series }: { readonly series: readonly Series[] }): PlainSample[] =>
  Array.from({ length: samples.length }, (_, at) => {
    const start = samples.startsMs?.[at];
    const bits = samples.bits[at] as bigint;
    return {
      series: series[samples.series[at] as number] as Series,
      timestampMs: samples.timestampsMs[at] as number,
      nanos: samples.nanos?.[at] ?? 0,
      startMs: start === undefined || Number.isNaN(start) ? undefined : start,
      value:
        samples.compoundAt(at) ??
        (samples.kinds[at] === KIND.int64 ? { int64: bits } : { bits: BigInt.asUintN(64, bits) }),
    };
  });

/** Of a double. */
export function bitsOf(value: number): bigint {
  const samples = new Samples();
  samples.pushDouble(0, 0, value);
  return BigInt.asUintN(64, samples.bits[0] as bigint);
}
