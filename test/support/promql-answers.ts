/** Answers of two engines to one query, and whether they are alike. */
import { prepare, run } from '../../src/meter/promql/query.ts';
import { QueryError } from '../../src/meter/promql/query-error.ts';
import type { SelectedSeries, Selection } from '../../src/meter/promql/selection.ts';

/** Seconds since 1970; with `step`, a range. */
export type Asked = { readonly time: number } | { readonly start: number; readonly end: number; readonly step: number };

type Point = readonly [seconds: number, value: number];

export type Answered =
  | { readonly error: string; readonly message: string }
  | { readonly type: string; readonly text?: string; readonly series: ReadonlyMap<string, readonly Point[]> };

/** Of labels, in whatever order. */
const keyOf = (labels: Iterable<readonly [string, string]>): string =>
  JSON.stringify([...labels].toSorted(([a], [b]) => (a < b ? -1 : 1)));

const LOOKBACK_MS = 300_000;

export function ourAnswer(select: (selection: Selection) => SelectedSeries[], query: string, asked: Asked): Answered {
  const isRange = 'step' in asked;
  const startMs = (isRange ? asked.start : asked.time) * 1_000;
  const endMs = (isRange ? asked.end : asked.time) * 1_000;
  try {
    const prepared = prepare(query, {
      startMs,
      endMs,
      stepMs: isRange ? asked.step * 1_000 : 0,
      lookbackMs: LOOKBACK_MS,
    });
    const selected = new Map([...prepared.selections].map(([node, selection]) => [node, select(selection)]));
    const { result } = run(prepared, selected, { maxSamples: 1e9, maxSteps: 11_000 });
    if (result.type === 'string') return { type: 'string', text: result.text, series: new Map() };
    if (result.type === 'scalar')
      return { type: 'scalar', series: new Map([['', [[result.timeMs / 1_000, result.value] as const]]]) };
    const series = result.series.map(
      ({ labels, timesMs, values }) =>
        [
          keyOf(labels),
          Array.from(timesMs, (timeMs, place) => [timeMs / 1_000, values[place] as number] as const),
        ] as const,
    );
    return { type: result.type, series: new Map(series) };
  } catch (thrown) {
    if (!(thrown instanceof QueryError)) throw thrown;
    return { error: thrown.type, message: thrown.message };
  }
}

interface Body {
  readonly errorType?: string;
  readonly error?: string;
  readonly data?: { readonly resultType: string; readonly result: unknown };
}

interface Row {
  readonly metric: Readonly<Record<string, string>>;
  readonly value?: readonly [number, string];
  readonly values?: readonly (readonly [number, string])[];
}

/** As Prometheus's HTTP API writes it. */
export function readAnswer({ errorType, error = '', data }: Body): Answered {
  if (data === undefined) return { error: errorType ?? '', message: error };
  const { resultType: type, result } = data;
  if (type === 'string') return { type, text: (result as [number, string])[1], series: new Map() };
  if (type === 'scalar') return { type, series: new Map([['', [pointOf(result as [number, string])]]]) };
  const series = (result as Row[]).map(
    ({ metric, value, values = [] }) =>
      [keyOf(Object.entries(metric)), (value ? [value] : values).map(pointOf)] as const,
  );
  return { type, series: new Map(series) };
}

const pointOf = ([seconds, text]: readonly [number, string]): Point => [
  seconds,
  text === '+Inf' ? Infinity : text === '-Inf' ? -Infinity : Number(text),
];

/** Undefined where they are alike; `isOrdered`: the series' values are to come in the same order. */
export function differenceOf(theirs: Answered, ours: Answered, isOrdered = false): string | undefined {
  if ('error' in theirs || 'error' in ours) {
    if ('error' in theirs && 'error' in ours)
      return theirs.error === ours.error
        ? undefined
        : `${ours.error} (${ours.message}), not ${theirs.error} (${theirs.message})`;
    return 'error' in theirs
      ? `theirs fails with ${theirs.message}`
      : `ours fails with ${'message' in ours ? ours.message : ''}`;
  }
  if (theirs.type !== ours.type || theirs.text !== ours.text) return `${ours.type}, not ${theirs.type}`;
  if (theirs.series.size !== ours.series.size) return `${ours.series.size} series, not ${theirs.series.size}`;
  for (const [key, points] of theirs.series) {
    const problem = pointsDiffer(points, ours.series.get(key) ?? []);
    if (problem !== undefined) return `${key} ${problem}`;
  }
  if (!isOrdered) return undefined;
  const [one, other] = [theirs, ours].map(({ series }) => [...series.values()].map(([first]) => first?.[1] ?? NaN));
  const differ = one?.some((value, at) => !isAlike(value, other?.[at] ?? NaN));
  return differ === true ? `in the order ${other?.join(' ')}, not ${one?.join(' ')}` : undefined;
}

function pointsDiffer(theirs: readonly Point[], ours: readonly Point[]): string | undefined {
  if (theirs.length !== ours.length) return `has ${ours.length} points, not ${theirs.length}`;
  for (const [place, [time, value]] of theirs.entries()) {
    const [ownTime, ownValue] = ours[place] as Point;
    if (Math.abs(time - ownTime) > 1e-6 || !isAlike(value, ownValue)) return `is ${ownValue} at ${time}, not ${value}`;
  }
  return undefined;
}

function isAlike(a: number, b: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  return Math.abs(a - b) <= 1e-9 * Math.max(Math.abs(a), Math.abs(b), 1e-3);
}
