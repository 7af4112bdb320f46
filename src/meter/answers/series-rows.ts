/** A day of samples, a row a series: in passes over its segments, so that memory is bounded however much of the day is asked for. */
import { NAME_LABEL, type Labels, type Series } from '../model/series.ts';
import type { Samples } from '../model/samples.ts';
import type { DayKey, DayStore, SeriesId } from '../ports/day-store.ts';
import { writtenCompound } from '../formats/json/write.ts';

/** Points that are in memory at once, some 100 bytes each. More, and the series are taken in two passes. */
const MAX_POINTS = 2_000_000;

/** Series that are handed on at once. */
const ROWS = 500;

type Row = Readonly<Record<string, unknown>>;
type Value = number | null | Readonly<Record<string, unknown>>;

/** Those of one row: a series has an id for each spelling that it came in. */
interface Wanted {
  readonly text: string;
  readonly series: Series;
  readonly ids: SeriesId[];
}

export async function* seriesRows(
  key: DayKey,
  labels: Readonly<Record<string, string>>,
  days: Pick<DayStore, 'dictionary' | 'segments'>,
  maxPoints = MAX_POINTS,
): AsyncGenerator<readonly Row[]> {
  const { series } = await days.dictionary(key);
  const passes: (readonly Wanted[])[] = [wantedOf(series, labels)];
  for (let wanted = passes.shift(); wanted !== undefined; wanted = passes.shift()) {
    if (wanted.length === 0) continue;
    const points = await pointsOf(key, wanted, { days, maxPoints });
    if (points === undefined) {
      const half = Math.ceil(wanted.length / 2);
      passes.unshift(wanted.slice(0, half), wanted.slice(half));
      continue;
    }
    for (let start = 0; start < wanted.length; start += ROWS)
      yield wanted
        .slice(start, start + ROWS)
        .map((one) => rowOf(key, one, points.get(one) ?? []))
        .filter(({ times }) => (times as readonly number[]).length > 0);
  }
}

function wantedOf(series: ReadonlyMap<SeriesId, Series>, labels: Readonly<Record<string, string>>): Wanted[] {
  const byText = new Map<string, Wanted>();
  for (const [id, one] of series) {
    if (!fits(one.labels, labels)) continue;
    const text = JSON.stringify([one.labels, one.temporality ?? '']);
    const found = byText.get(text);
    if (found === undefined) byText.set(text, { text, series: one, ids: [id] });
    else found.ids.push(id);
  }
  return [...byText.values()].toSorted((a, b) => (a.text < b.text ? -1 : 1));
}

const fits = (own: Labels, wanted: Readonly<Record<string, string>>): boolean =>
  Object.entries(wanted).every(([name, value]) => (own.find(([label]) => label === name)?.[1] ?? '') === value);

interface Point {
  readonly time: number;
  readonly value: Value;
}

/** Undefined when they are too many for one pass; of one series they never are. */
async function pointsOf(
  key: DayKey,
  wanted: readonly Wanted[],
  { days, maxPoints }: { readonly days: Pick<DayStore, 'segments'>; readonly maxPoints: number },
): Promise<ReadonlyMap<Wanted, readonly Point[]> | undefined> {
  const byId = new Map(wanted.flatMap((one) => one.ids.map((id) => [id, one] as const)));
  const points = new Map<Wanted, Point[]>();
  let count = 0;
  for await (const { samples } of days.segments(key)) {
    for (let at = 0; at < samples.length; at++) {
      const one = byId.get(samples.series[at] as number);
      if (one === undefined) continue;
      const own = points.get(one);
      const point = { time: samples.timestampsMs[at] as number, value: valueAt(samples, at) };
      if (own === undefined) points.set(one, [point]);
      else own.push(point);
      if (++count > maxPoints && wanted.length > 1) return undefined;
    }
  }
  return points;
}

function valueAt(samples: Samples, at: number): Value {
  const compound = samples.compoundAt(at);
  if (compound !== undefined) return writtenCompound(compound);
  const number = samples.numberAt(at);
  return number === undefined || !Number.isFinite(number) ? null : number;
}

/** Of several values of one time the largest counts, so that it is the same in whatever order they came. */
function rowOf({ organization }: DayKey, { series }: Wanted, points: readonly Point[]): Row {
  const sorted = points.toSorted((a, b) => a.time - b.time || order(a.value, b.value));
  const last = sorted.filter(({ time }, at) => time !== sorted[at + 1]?.time);
  return {
    organization,
    labels: Object.fromEntries(series.labels.toSorted(nameFirst)),
    ...(series.temporality === undefined ? {} : { temporality: series.temporality }),
    times: last.map(({ time }) => time),
    values: last.map(({ value }) => value),
  };
}

const nameFirst = ([a]: Labels[number], [b]: Labels[number]): number =>
  Number(b === NAME_LABEL) - Number(a === NAME_LABEL) || (a < b ? -1 : 1);

function order(a: Value, b: Value): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  const [left, right] = [JSON.stringify(a), JSON.stringify(b)];
  return left < right ? -1 : Number(left > right);
}
