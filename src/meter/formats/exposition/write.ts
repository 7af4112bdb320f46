/** Families of metrics as text of either dialect. */
import type { Label, MetricType } from '../../model/series.ts';
import { DIALECTS, type DialectName } from './dialect.ts';

export interface ExposedSample {
  /** Behind the family's name, as `_bucket`; of a counter it is none. */
  readonly ending?: string | undefined;
  /** Without the name. */
  readonly labels?: readonly Label[] | undefined;
  readonly value: number;
  readonly timestampMs?: number | undefined;
}

export interface ExposedFamily {
  /** Of a counter with its `_total`, of an info with its `_info`. */
  readonly name: string;
  readonly type: MetricType;
  readonly help?: string | undefined;
  /** Written where it is the name's ending, as OpenMetrics wants it. */
  readonly unit?: string | undefined;
  readonly samples: readonly ExposedSample[];
}

const LEGACY_METRIC = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
const LEGACY_LABEL = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
/** Types that 0.0.4 has no word for. */
const OLD_TYPES: Readonly<Partial<Record<MetricType, string>>> = {
  unknown: 'untyped',
  gaugehistogram: 'untyped',
  info: 'gauge',
  stateset: 'gauge',
};
const MS_PER_SECOND = 1_000;

export function writeExposition(families: readonly ExposedFamily[], dialect: DialectName): string {
  const isNew = DIALECTS[dialect].isStrict;
  const lines = families.flatMap((family) => familyLines(family, isNew));
  if (isNew) lines.push('# EOF');
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}

function familyLines({ name, type, help, unit, samples }: ExposedFamily, isNew: boolean): string[] {
  const ending = type === 'counter' ? '_total' : type === 'info' ? '_info' : '';
  const base = ending !== '' && name.endsWith(ending) ? name.slice(0, -ending.length) : name;
  const spoken = quotedName(isNew ? base : name);
  const own = isNew ? `${base}${ending}` : name;
  const lines = [`# TYPE ${spoken} ${isNew ? type : (OLD_TYPES[type] ?? type)}`];
  if (isNew && unit !== undefined && base.endsWith(`_${unit}`)) lines.push(`# UNIT ${spoken} ${unit}`);
  if (help !== undefined && help !== '')
    lines.push(`# HELP ${spoken} ${isNew ? escapedValue(help) : escapedHelp(help)}`);
  return [...lines, ...samples.map((sample) => sampleLine(`${own}${sample.ending ?? ''}`, sample, isNew))];
}

function sampleLine(name: string, { labels = [], value, timestampMs }: ExposedSample, isNew: boolean): string {
  const isLegacy = LEGACY_METRIC.test(name);
  const pairs = labels.map(
    ([label, text]) => `${LEGACY_LABEL.test(label) ? label : inQuotes(label)}=${inQuotes(text)}`,
  );
  if (!isLegacy) pairs.unshift(inQuotes(name));
  const series = `${isLegacy ? name : ''}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`}`;
  const time = timestampMs === undefined ? '' : ` ${isNew ? timestampMs / MS_PER_SECOND : timestampMs}`;
  return `${series} ${writtenValue(value)}${time}`;
}

const quotedName = (name: string): string => (LEGACY_METRIC.test(name) ? name : inQuotes(name));
const inQuotes = (text: string): string => `"${escapedValue(text)}"`;
const escapedHelp = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
const escapedValue = (text: string): string => escapedHelp(text).replaceAll('"', '\\"');

function writtenValue(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
}
