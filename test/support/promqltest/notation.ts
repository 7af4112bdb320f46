/** Series as test scripts write them: `name{label="value"} 1+2x3 _ stale`. */
import { type Labels, sortedLabels } from '../../../src/meter/model/series.ts';
import { parse } from '../../../src/meter/promql/parse/parse.ts';

/** Something of the notation that the runner does not take; says what. */
export class Unsupported extends Error {}

/** Undefined: none at this place. */
export type SeriesValue = number | 'stale' | undefined;

export interface WrittenSeries {
  readonly labels: Labels;
  readonly values: readonly SeriesValue[];
}

/** @throws {Unsupported} native histograms */
export function readSeries(text: string): WrittenSeries {
  const end = endOfMetric(text);
  const rest = text.slice(end).trim();
  if (rest.includes('{{')) throw new Unsupported('native histograms');
  return { labels: metricLabels(text.slice(0, end)), values: rest.split(/\s+/).filter(Boolean).flatMap(expand) };
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
      if (!next.startsWith('{') || next.startsWith('{{')) return at;
    }
  }
  return text.length;
}

function metricLabels(metric: string): Labels {
  const text = metric.trim();
  if (text === '{}' || text === '') return [];
  // A selector has to have a matcher that is not empty; a metric does not.
  const expr = parse(text.startsWith('{') ? text.replace('{', '{__any__="x",') : text);
  if (expr.kind !== 'vector') throw new Error(`no metric: ${text}`);
  const labels = expr.matchers.filter(({ name }) => name !== '__any__');
  return sortedLabels(labels.map(({ name, value }) => [name, value])) ?? [];
}

/** `1+2x3` is 1 3 5 7, `1x2` three times 1, `_x3` three times nothing. */
function expand(item: string): SeriesValue[] {
  if (item === '_') return [undefined];
  const gap = /^_x(\d+)$/.exec(item);
  if (gap !== null) return Array.from({ length: Number(gap[1]) }, () => undefined);
  if (item === 'stale') return ['stale'];
  const series = /^(.+?)(?:([+-])([^x]+))?x(\d+)$/.exec(item);
  if (series === null) return [numberOf(item)];
  const [, start = '', sign, by = '0', times = '0'] = series;
  const step = numberOf(by) * (sign === '-' ? -1 : 1);
  let value = numberOf(start);
  return Array.from({ length: Number(times) + 1 }, (_, at) => (value = at === 0 ? value : value + step));
}

/** As Go's `strconv.ParseFloat` has it. */
export function numberOf(text: string): number {
  if (/^[+-]?inf(?:inity)?$/i.test(text)) return text.startsWith('-') ? -Infinity : Infinity;
  if (/^[+-]?nan$/i.test(text)) return NaN;
  const value = Number(text);
  if (Number.isNaN(value)) throw new Error(`no number: ${text}`);
  return value;
}
