/**
 * Reads and runs test scripts in the notation of Prometheus's own developers, against our evaluator.
 * https://github.com/prometheus/prometheus/tree/main/promql/promqltest
 */
import { type Labels, sortedLabels } from '../../src/meter/model/series.ts';
import { STALE_BITS } from '../../src/meter/model/samples.ts';
import { prepare, type QueryResult, type ResultSeries, run } from '../../src/meter/promql/query.ts';
import { seriesTest } from '../../src/meter/promql/matchers.ts';
import { parseDuration } from '../../src/meter/promql/parse/number.ts';
import { parse } from '../../src/meter/promql/parse/parse.ts';
import type { SelectedSeries, Selection } from '../../src/meter/promql/selection.ts';

const LOOKBACK_MS = 300_000;
const LIMITS = { maxSamples: 50_000_000, maxSteps: 11_000 };

export interface Outcome {
  readonly line: number;
  readonly command: string;
  /** Undefined when it is as the script has it. */
  readonly problem: string | undefined;
  /** What of the script is not taken here. */
  readonly skipped?: string;
}

interface Block {
  readonly line: number;
  readonly head: string;
  readonly body: readonly string[];
}

/** A command, and the lines that belong to it. */
function blocksOf(script: string): Block[] {
  const blocks: { line: number; head: string; body: string[] }[] = [];
  for (const [at, raw] of script.split('\n').entries()) {
    const text = raw.trim();
    if (text.startsWith('#')) continue;
    if (text === '') continue;
    if (/^(?:load|load_with_nhcb|clear|eval|eval_\w+|ignore|resume)\b/.test(text) && !/^\s/.test(raw))
      blocks.push({ line: at + 1, head: text, body: [] });
    else blocks.at(-1)?.body.push(text);
  }
  return blocks;
}

class Unsupported extends Error {}

/** Each `eval` of a script with what became of it. */
export function runScript(script: string): Outcome[] {
  const storage = new Map<string, { labels: Labels; points: Map<number, number | 'stale'> }>();
  const outcomes: Outcome[] = [];
  let isSkipped: string | undefined;
  for (const { line, head, body } of blocksOf(script)) {
    if (head === 'clear') {
      storage.clear();
      isSkipped = undefined;
    } else if (head.startsWith('load')) {
      try {
        load(head, body, storage);
      } catch (thrown) {
        if (!(thrown instanceof Unsupported)) throw thrown;
        isSkipped = thrown.message;
      }
    } else if (head.startsWith('eval')) {
      const base = { line, command: head };
      try {
        const problem = evaluateOne(head, body, storage);
        // Native histograms are left out when loading: what then differs tells nothing.
        outcomes.push(
          problem !== undefined && isSkipped !== undefined
            ? { ...base, problem: undefined, skipped: isSkipped }
            : { ...base, problem },
        );
      } catch (thrown) {
        if (thrown instanceof Unsupported) outcomes.push({ ...base, problem: undefined, skipped: thrown.message });
        else throw new Error(`line ${line}: ${head}`, { cause: thrown });
      }
    }
  }
  return outcomes;
}

type Storage = Map<string, { labels: Labels; points: Map<number, number | 'stale'> }>;

function load(head: string, body: readonly string[], storage: Storage): void {
  const stepMs = durationOf(/^load\w*\s+(\S+)/.exec(head)?.[1] ?? '');
  let unsupported: string | undefined = head.startsWith('load_with_nhcb')
    ? 'histograms with custom buckets'
    : undefined;
  for (const text of body) {
    if (text.startsWith('@')) {
      unsupported = 'start timestamps';
      continue;
    }
    const { labels, values } = readSeries(text);
    if (values === undefined) {
      unsupported = 'native histograms';
      continue;
    }
    const key = JSON.stringify(labels);
    const series = storage.get(key) ?? { labels, points: new Map<number, number | 'stale'>() };
    storage.set(key, series);
    for (const [at, value] of values.entries()) if (value !== undefined) series.points.set(at * stepMs, value);
  }
  if (unsupported !== undefined) throw new Unsupported(unsupported);
}

const durationOf = (text: string): number => parseDuration(text) ?? NaN;

type SeriesValue = number | 'stale' | undefined;

/** `values` undefined: histograms. */
function readSeries(text: string): { labels: Labels; values: SeriesValue[] | undefined; rest: string } {
  const end = endOfMetric(text);
  const metric = text.slice(0, end);
  const rest = text.slice(end).trim();
  const labels = metricLabels(metric);
  if (rest.includes('{{')) return { labels, values: undefined, rest };
  return { labels, values: rest.split(/\s+/).filter(Boolean).flatMap(expand), rest };
}

function endOfMetric(text: string): number {
  let depth = 0;
  let quote = '';
  for (let at = 0; at < text.length; at++) {
    const c = text[at] as string;
    if (quote !== '') {
      if (c === '\\' && quote !== '`') at++;
      else if (c === quote) quote = '';
    } else if (c === '"' || c === "'" || c === '`') quote = c;
    else if (c === '{') {
      if (depth === 0 && text[at + 1] === '{') return at;
      depth++;
    } else if (c === '}') {
      depth--;
      if (depth === 0) return at + 1;
    } else if (depth === 0 && /\s/.test(c)) {
      const next = text.slice(at).trimStart();
      if (next.startsWith('{') && !next.startsWith('{{')) continue;
      return at;
    }
  }
  return text.length;
}

function metricLabels(metric: string): Labels {
  const text = metric.trim();
  if (text === '{}' || text === '') return [];
  // An empty set of labels after a name is none.
  const expr = parse(text.startsWith('{') ? text.replace('{', '{__any__="x",') : text);
  if (expr.kind !== 'vector') throw new Error(`no metric: ${text}`);
  return (
    sortedLabels(expr.matchers.filter(({ name }) => name !== '__any__').map(({ name, value }) => [name, value])) ?? []
  );
}

/** `1+2x3` is 1 3 5 7, `_x3` three times nothing. */
function expand(item: string): SeriesValue[] {
  if (item === '_') return [undefined];
  const gap = /^_x(\d+)$/.exec(item);
  if (gap !== null) return Array.from({ length: Number(gap[1]) }, () => undefined);
  if (item === 'stale') return ['stale'];
  const series = /^(.+?)(?:([+-])([^x]+))?x(\d+)$/.exec(item);
  if (series !== null) {
    const [, start = '', sign, by = '0', times = '0'] = series;
    const step = numberOf(by) * (sign === '-' ? -1 : 1);
    return Array.from({ length: Number(times) + 1 }, (_, at) =>
      start === 'stale' ? 'stale' : sign === undefined ? numberOf(start) : numberOf(start) + step * at,
    );
  }
  return [numberOf(item)];
}

function numberOf(text: string): number {
  if (/^[+-]?inf$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`no number: ${text}`);
  return value;
}

function select(storage: Storage, { matchers, fromMs, toMs }: Selection): SelectedSeries[] {
  const fits = seriesTest(matchers);
  return [...storage.values()].flatMap(({ labels, points }) => {
    if (!fits(labels)) return [];
    const sorted = [...points].filter(([time]) => time > fromMs && time <= toMs).toSorted(([a], [b]) => a - b);
    const values = new Float64Array(sorted.length);
    const bits = new BigUint64Array(values.buffer);
    for (const [at, [, value]] of sorted.entries())
      if (value === 'stale') bits[at] = STALE_BITS;
      else values[at] = value;
    return sorted.length === 0 ? [] : [{ labels, timesMs: Float64Array.from(sorted, ([time]) => time), values }];
  });
}

interface Evaluation {
  readonly expression: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly stepMs: number;
  readonly fails: boolean;
  readonly isOrdered: boolean;
}

function evaluationOf(head: string, body: readonly string[]): Evaluation {
  const fails = head.startsWith('eval_fail') || body.some((text) => /^expect\s+fail/.test(text));
  const isOrdered = head.startsWith('eval_ordered') || body.some((text) => /^expect\s+ordered/.test(text));
  const instant = /^eval\w*\s+instant\s+(?:at\s+(\S+)\s+)?(.*)$/.exec(head);
  if (instant !== null) {
    const timeMs = timeOf(instant[1] ?? '0');
    return { expression: instant[2] ?? '', startMs: timeMs, endMs: timeMs, stepMs: 0, fails, isOrdered };
  }
  const range = /^eval\w*\s+range\s+from\s+(\S+)\s+to\s+(\S+)\s+step\s+(\S+)\s+(.*)$/.exec(head);
  if (range === null) throw new Unsupported(`the command ${head}`);
  const [, from = '', to = '', step = '', expression = ''] = range;
  return {
    expression,
    startMs: timeOf(from),
    endMs: timeOf(to),
    stepMs: timeOf(step),
    fails,
    isOrdered,
  };
}

/** Also a number of seconds, and negative ones. */
function timeOf(text: string): number {
  const sign = text.startsWith('-') ? -1 : 1;
  const plain = text.replace(/^-/, '');
  return sign * (/^[\d.]+$/.test(plain) ? Number(plain) * 1_000 : durationOf(plain));
}

function evaluateOne(head: string, body: readonly string[], storage: Storage): string | undefined {
  const evaluation = evaluationOf(head, body);
  const { expression, startMs, endMs, stepMs, fails } = evaluation;
  let result: QueryResult;
  try {
    const prepared = prepare(expression, { startMs, endMs, stepMs, lookbackMs: LOOKBACK_MS });
    const selected = new Map([...prepared.selections].map(([node, selection]) => [node, select(storage, selection)]));
    ({ result } = run(prepared, selected, LIMITS));
  } catch (thrown) {
    if (fails) return failedAs(body, (thrown as Error).message);
    return `failed: ${(thrown as Error).stack}`;
  }
  if (fails) return `did not fail, but gave ${JSON.stringify(shown(result))}`;
  return differenceOf(result, body, evaluation);
}

function failedAs(body: readonly string[], message: string): string | undefined {
  for (const text of body) {
    const wanted = /^(?:expected_fail_message|expect\s+fail\s+msg:?)\s*(.*)$/.exec(text)?.[1];
    if (wanted !== undefined && wanted !== message && !message.endsWith(wanted)) return `failed with ${message}`;
    const regex = /^(?:expected_fail_regexp|expect\s+fail\s+regex:?)\s*(.*)$/.exec(text)?.[1];
    if (regex !== undefined && !new RegExp(regex).test(message)) return `failed with ${message}`;
  }
  return undefined;
}

const shown = (result: QueryResult): unknown =>
  'series' in result
    ? result.series.map(({ labels, timesMs, values }) => [
        Object.fromEntries(labels),
        [...values].map((value, at) => [timesMs[at], String(value)]),
      ])
    : result;

function differenceOf(result: QueryResult, body: readonly string[], evaluation: Evaluation): string | undefined {
  const lines = body.filter((text) => !/^(?:expect|expected_\w+)\b/.test(text));
  if (body.some((text) => /^expect\s+range\s+vector/.test(text))) throw new Unsupported('expect range vector');
  const text = body.map((line) => /^expect\s+string\s+(.*)$/.exec(line)?.[1]).find((found) => found !== undefined);
  if (text !== undefined) {
    const wanted = parse(text);
    const isSame = result.type === 'string' && wanted.kind === 'string' && result.text === wanted.value;
    return isSame ? undefined : `got ${JSON.stringify(shown(result))}`;
  }
  const [only] = lines;
  if (result.type === 'scalar' || result.type === 'string') {
    if (result.type === 'string')
      return JSON.stringify(result.text) === only || only === undefined ? undefined : `got ${result.text}`;
    return only !== undefined && isAlmost(numberOf(only), result.value)
      ? undefined
      : `got ${result.value}, not ${only}`;
  }
  if (lines.some((line) => line.includes('{{'))) throw new Unsupported('native histograms');
  const wanted = lines.map((line) =>
    /^[+-]?(?:[\d.]|inf|nan)/i.test(line) && !/\{/.test(line)
      ? { labels: [], values: [numberOf(line)] }
      : readSeries(line),
  );
  return compared(result.series, wanted, evaluation);
}

function compared(
  got: readonly ResultSeries[],
  wanted: readonly { labels: Labels; values: readonly SeriesValue[] | undefined }[],
  { startMs, stepMs, isOrdered }: Evaluation,
): string | undefined {
  const print = (): string => `got ${JSON.stringify(shown({ type: 'vector', series: got }))}`;
  const withPoints = wanted.filter(({ values }) => values?.some((value) => value !== undefined) ?? false);
  if (got.length !== withPoints.length) return `${got.length} series, not ${withPoints.length}: ${print()}`;
  for (const [at, { labels, values = [] }] of withPoints.entries()) {
    const key = JSON.stringify(labels);
    const found = isOrdered ? got[at] : got.find((one) => JSON.stringify(one.labels) === key);
    if (found === undefined || JSON.stringify(found.labels) !== key) return `no ${key}: ${print()}`;
    const points = new Map([...found.timesMs].map((time, place) => [time, found.values[place] as number]));
    const expected = values.flatMap((value, place) =>
      value === undefined ? [] : [[startMs + place * stepMs, value] as const],
    );
    if (expected.length !== points.size) return `${points.size} points of ${key}: ${print()}`;
    for (const [time, value] of expected) {
      const own = points.get(time);
      if (own === undefined || value === 'stale' || !isAlmost(value, own))
        return `${key} at ${time} is ${own}, not ${value}: ${print()}`;
    }
  }
  return undefined;
}

/** As the original compares: relatively. */
const EPSILON = 1e-6;

function isAlmost(a: number, b: number): boolean {
  if (Object.is(a, b) || a === b || (Number.isNaN(a) && Number.isNaN(b))) return true;
  if (!Number.isFinite(a) || !Number.isFinite(b)) return false;
  const difference = Math.abs(a - b);
  if (a === 0 || b === 0) return difference < EPSILON;
  return difference / (Math.abs(a) + Math.abs(b)) < EPSILON;
}
