/** Types of metrics, as both versions of remote write number them. */
import type { MetricType } from '../../model/series.ts';

const TYPES: readonly MetricType[] = [
  'unknown',
  'counter',
  'gauge',
  'histogram',
  'gaugehistogram',
  'summary',
  'info',
  'stateset',
];

/** `unknown` for numbers that are yet to be given. */
export const typeByNumber = (number: number): MetricType => TYPES[number] ?? 'unknown';

const PARTS: Readonly<Partial<Record<MetricType, RegExp>>> = {
  histogram: /_(bucket|sum|count)$/,
  gaugehistogram: /_(bucket|gsum|gcount)$/,
  summary: /_(sum|count)$/,
};

/** The family's name, of a series' own. */
export const familyOf = (name: string, type: MetricType): string => name.replace(PARTS[type] ?? /$^/, '');
