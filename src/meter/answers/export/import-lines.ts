/**
 * Samples as VictoriaMetrics exports and imports them, a series a line, which it takes unchanged.
 * https://docs.victoriametrics.com/victoriametrics/#how-to-export-data-in-json-line-format
 */
import type { Samples } from '../../model/samples.ts';
import { NAME_LABEL } from '../../model/series.ts';
import type { DayKey } from '../../ports/day-store.ts';
import { type ExportPorts, namesOf, type SampleSelection } from './sample-table.ts';

/** Characters of one piece. */
const PIECE = 1_000_000;

/** Of one day. Histograms and summaries are left out: there is no word for them in this format. */
export async function* importLines(
  key: DayKey,
  { matchers, fromMs, toMs }: SampleSelection,
  { days }: ExportPorts,
): AsyncGenerator<string> {
  const named = await namesOf(key, matchers, days);
  if (named.size === 0) return;
  const metrics = new Map<number, string>();
  for (const [id, { name, labels }] of named.byId)
    metrics.set(id, `{"metric":${JSON.stringify({ [NAME_LABEL]: name, ...labels })},"values":[`);
  let text = '';
  for await (const { samples } of days.segments(key, { fromMs, toMs, keys: named.keys })) {
    for (let start = 0; start < samples.length;) {
      const id = samples.series[start] as number;
      let end = start + 1;
      while (end < samples.length && samples.series[end] === id) end++;
      const metric = metrics.get(id);
      if (metric !== undefined) text += lineOf(metric, samples, { start, end, fromMs, toMs });
      start = end;
      if (text.length < PIECE) continue;
      yield text;
      text = '';
    }
  }
  if (text !== '') yield text;
}

function lineOf(
  metric: string,
  samples: Samples,
  {
    start,
    end,
    fromMs,
    toMs,
  }: { readonly start: number; readonly end: number; readonly fromMs: number; readonly toMs: number },
): string {
  const values: (number | string)[] = [];
  const times: number[] = [];
  for (let at = start; at < end; at++) {
    const time = samples.timestampsMs[at] as number;
    const value = samples.numberAt(at);
    if (value === undefined || time < fromMs || time > toMs) continue;
    values.push(writtenValue(value));
    times.push(time);
  }
  return values.length === 0 ? '' : `${metric}${values.join(',')}],"timestamps":[${times.join(',')}]}\n`;
}

/** A NaN is nothing there. */
const writtenValue = (value: number): number | string =>
  Number.isFinite(value) ? value : Number.isNaN(value) ? 'null' : value > 0 ? '"Infinity"' : '"-Infinity"';
