/** Where the two dialects of the text format differ. What both have is read by the same code. */
import type { MetricType } from '../../model/series.ts';

export interface Dialect {
  /** Digits that make a millisecond of a timestamp: 0 of milliseconds, 3 of seconds. */
  readonly timestampDigits: 0 | 3;
  /** `# UNIT`, exemplars, `_created`, and rules on which samples a type has. */
  readonly isStrict: boolean;
  /** `# EOF` at the end, so that a body that was cut off is not taken for a whole one. */
  readonly needsEnd: boolean;
  /** Integers are integers: those that no double holds are kept. */
  readonly hasIntegers: boolean;
  /** Words of `# TYPE`. */
  readonly types: Readonly<Record<string, MetricType>>;
  readonly contentType: string;
}

const BASIC = { counter: 'counter', gauge: 'gauge', histogram: 'histogram', summary: 'summary' } as const;

export const DIALECTS = {
  /** https://prometheus.io/docs/instrumenting/exposition_formats/#text-based-format */
  'text 0.0.4': {
    timestampDigits: 0,
    isStrict: false,
    needsEnd: false,
    hasIntegers: false,
    types: {
      ...BASIC,
      untyped: 'unknown',
      unknown: 'unknown',
      gaugehistogram: 'gaugehistogram',
      info: 'info',
      stateset: 'stateset',
    },
    contentType: 'text/plain; version=0.0.4; charset=utf-8',
  },
  /** https://github.com/prometheus/OpenMetrics/blob/v1.0.0/specification/OpenMetrics.md */
  'OpenMetrics 1.0': {
    timestampDigits: 3,
    isStrict: true,
    needsEnd: true,
    hasIntegers: true,
    types: { ...BASIC, unknown: 'unknown', gaugehistogram: 'gaugehistogram', info: 'info', stateset: 'stateset' },
    contentType: 'application/openmetrics-text; version=1.0.0; charset=utf-8',
  },
} as const satisfies Record<string, Dialect>;
export type DialectName = keyof typeof DIALECTS;
