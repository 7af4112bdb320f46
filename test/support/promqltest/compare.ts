/** Whether a result is as a test script has it. */
import type { QueryResult, ResultSeries } from '../../../src/meter/promql/query.ts';
import { parse } from '../../../src/meter/promql/parse/parse.ts';
import type { Evaluation } from './evaluation.ts';
import { numberOf, readSeries, type SeriesValue, type WrittenSeries } from './notation.ts';

/** Undefined where it is. @throws {Unsupported} native histograms */
export function differenceOf(result: QueryResult, evaluation: Evaluation, epsilon: number): string | undefined {
  const { lines, text } = evaluation;
  const [only] = lines;
  const got = `got ${JSON.stringify(shown(result))}`;
  if (result.type === 'string') {
    const wanted = text === undefined ? undefined : parse(text);
    const isSame = wanted === undefined ? only === undefined : wanted.kind === 'string' && wanted.value === result.text;
    return isSame ? undefined : got;
  }
  if (text !== undefined) return got;
  if (result.type === 'scalar') {
    const wanted = only === undefined ? undefined : numberOf(only.replace(/^\{\}\s*/, ''));
    return wanted !== undefined && isAlmost(wanted, result.value, epsilon) ? undefined : `${got}, not ${only}`;
  }
  const problem = ofSeries(result.series, lines.map(wantedOf), evaluation, epsilon);
  return problem === undefined ? undefined : `${problem}: ${got}`;
}

const wantedOf = (line: string): WrittenSeries =>
  /^[+-]?(?:[\d.]|inf|nan)/i.test(line) && !line.includes('{')
    ? { labels: [], values: [numberOf(line)] }
    : readSeries(line);

function ofSeries(
  got: readonly ResultSeries[],
  wanted: readonly WrittenSeries[],
  { startMs, stepMs, isOrdered, rangeVector }: Evaluation,
  epsilon: number,
): string | undefined {
  const present = wanted.filter(({ values }) => values.some((value) => value !== undefined));
  if (got.length !== present.length) return `${got.length} series, not ${present.length}`;
  const times = rangeVector ?? { startMs, stepMs };
  for (const [at, { labels, values }] of present.entries()) {
    const key = JSON.stringify(labels);
    const found = isOrdered ? got[at] : got.find((one) => JSON.stringify(one.labels) === key);
    if (found === undefined || JSON.stringify(found.labels) !== key) return `no ${key}`;
    const problem = ofPoints(found, values, times, epsilon);
    if (problem !== undefined) return `${key} ${problem}`;
  }
  return undefined;
}

function ofPoints(
  { timesMs, values }: ResultSeries,
  wanted: readonly SeriesValue[],
  { startMs, stepMs }: { readonly startMs: number; readonly stepMs: number },
  epsilon: number,
): string | undefined {
  const own = new Map(Array.from(timesMs, (time, at) => [time, values[at] as number]));
  for (const [at, value] of wanted.entries()) {
    const time = startMs + at * stepMs;
    const found = own.get(time);
    own.delete(time);
    if (value === undefined ? found !== undefined : found === undefined) return `at ${time} is ${found}, not ${value}`;
    if (typeof value === 'number' && !isAlmost(value, found as number, epsilon))
      return `at ${time} is ${found}, not ${value}`;
  }
  return own.size === 0 ? undefined : `has more points than ${wanted.length}`;
}

/** As the original compares: relatively, and near 0 absolutely. */
function isAlmost(a: number, b: number, epsilon: number): boolean {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  const difference = Math.abs(a - b);
  const sum = Math.abs(a) + Math.abs(b);
  return a === 0 || b === 0 ? difference < epsilon : difference / sum < epsilon;
}

const shown = (result: QueryResult): unknown =>
  'series' in result
    ? result.series.map(({ labels, timesMs, values }) => [
        Object.fromEntries(labels),
        Array.from(values, (value, at) => [timesMs[at], String(value)]),
      ])
    : result;
