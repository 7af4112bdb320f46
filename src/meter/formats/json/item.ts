/** An item of `POST /api/metrics`: its schema, for documents and for saying what is wrong. The reader checks the same by hand, which is faster. */
import { z } from 'zod';

/** Decimal digits, or what JSON has no number for. `NaN(0x7ff0000000000002)` is one NaN of many: the stale marker. */
const NUMBER_TEXT =
  /^(?:[+-]?(?:\d{1,400}(?:\.\d{0,400})?|\.\d{1,400})(?:[eE][+-]?\d{1,9})?|[+-]?Inf(?:inity)?|NaN|NaN\(0x[0-9a-f]{16}\))$/;
const WHOLE_TEXT = /^\d{1,20}$/;
const UINT64_MAX = 2n ** 64n - 1n;
/** Bits of a double that are all 1 in a NaN and an infinity, and bits that are not all 0 in a NaN. */
const EXPONENT = 0x7ff0000000000000n;
const FRACTION = 0xfffffffffffffn;
/** RFC 3339, to the nanosecond. */
export const TIME_TEXT = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?(Z|[+-]\d\d:\d\d)$/;
export const ITEM_TYPES = ['counter', 'gauge', 'histogram', 'summary'] as const;
export const TEMPORALITIES = ['cumulative', 'delta'] as const;

export const isWholeText = (text: string): boolean => WHOLE_TEXT.test(text) && BigInt(text) <= UINT64_MAX;

export function isNumberText(text: string): boolean {
  if (!NUMBER_TEXT.test(text)) return false;
  if (!text.startsWith('NaN(')) return true;
  const bits = BigInt(text.slice('NaN('.length, -1));
  return (bits & EXPONENT) === EXPONENT && (bits & FRACTION) !== 0n;
}

/** A union of a number and a text says what is wrong in the text's words. */
const A_NUMBER = { error: 'must be a number, or one as a string: "1.5", "NaN", "+Inf", "-Inf"' };
const A_WHOLE_NUMBER = { error: 'must be a whole number that is not negative, or one as a string' };
const A_TIME = { error: 'must be milliseconds since 1970, or RFC 3339: "2026-01-02T03:04:05.678Z"' };

const NumberValue = z
  .union([z.number(), z.string().regex(NUMBER_TEXT, A_NUMBER).refine(isNumberText, A_NUMBER)], A_NUMBER)
  .describe('a number, or one as a string: `NaN`, `+Inf`, `-Inf`, and 64-bit integers beyond 2^53, which stay exact');
const WholeText = z.string().regex(WHOLE_TEXT, A_WHOLE_NUMBER).refine(isWholeText, A_WHOLE_NUMBER);
const Whole = z
  .union([z.int().nonnegative(), WholeText], A_WHOLE_NUMBER)
  .describe('a whole number, or one as a string of up to 20 digits');
const Count = z.union([WholeText, NumberValue]);
const Int64 = z
  .strictObject({ int64: z.string().regex(/^-?\d{1,19}$/) })
  .describe('a 64-bit integer, as OpenTelemetry has them beside doubles');

const HistogramValue = z
  .object({
    count: Whole,
    sum: NumberValue.optional(),
    buckets: z
      .record(z.string(), Whole)
      .describe('upper bounds, each with how many observations were not above it')
      .meta({ examples: [{ '0.5': 3, '1': 7, '+Inf': 9 }] }),
  })
  .describe('cumulative buckets');
const SummaryValue = z
  .object({
    count: Whole,
    sum: NumberValue,
    quantiles: z.record(z.string(), NumberValue).meta({ examples: [{ '0.5': 1.2, '0.99': 3 }] }),
  })
  .describe('quantiles from 0 to 1 with their values');

const Stretches = z.array(z.strictObject({ offset: z.int(), counts: z.array(Count) }));
const Numbers = z.array(NumberValue);
const ResetHint = z.enum(['unknown', 'yes', 'no', 'gauge']).optional();
const extremes = { sum: NumberValue.optional(), min: NumberValue.optional(), max: NumberValue.optional() };
/** Values of other formats, bit by bit, as our dead letters have them. */
export const ExactValue = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('histogram'), count: Whole, ...extremes, bounds: Numbers, counts: z.array(Whole) }),
    z.object({
      kind: z.literal('exponential'),
      count: Count,
      ...extremes,
      schema: z.int().min(-10).max(20),
      zeroThreshold: NumberValue,
      zeroCount: Count,
      positive: Stretches,
      negative: Stretches,
      resetHint: ResetHint,
    }),
    z.object({
      kind: z.literal('custom'),
      count: Count,
      sum: NumberValue,
      bounds: Numbers,
      positive: Stretches,
      resetHint: ResetHint,
    }),
    z.object({
      kind: z.literal('summary'),
      count: Whole,
      sum: NumberValue,
      quantiles: z.array(z.tuple([NumberValue, NumberValue])),
    }),
  ])
  .describe('a histogram or a summary of another format, whole, as a dead letter has it');
export type ExactValue = z.infer<typeof ExactValue>;

const Value = z.union([NumberValue, Int64, ExactValue, HistogramValue, SummaryValue], {
  error:
    'must be a number, or one as a string, or of a histogram { count, sum, buckets }, or of a summary { count, sum, quantiles }',
});
const Labels = z
  .union([z.record(z.string(), z.string()), z.array(z.tuple([z.string(), z.string()]))], {
    error: 'must be an object of strings',
  })
  .describe('names and values; as an object, or as pairs')
  .meta({ examples: [{ region: 'eu', queue: 'fast' }] });
const Timestamp = z
  .union([z.number(), z.string().regex(TIME_TEXT, A_TIME)], A_TIME)
  .describe('milliseconds since 1970, or RFC 3339 with up to nine digits of a second; now when it is missing')
  .meta({ examples: ['2026-01-02T03:04:05.678Z'] });
const Type = z.enum(ITEM_TYPES);
const Exemplar = z.object({
  labels: Labels,
  value: NumberValue,
  timestamp: z.number().optional(),
  origin: z.string().optional(),
});

const NamedItem = z
  .object({
    name: z
      .string()
      .min(1)
      .meta({ examples: ['queue_length'] }),
    type: Type.optional(),
    value: Value,
    labels: Labels.optional(),
    help: z.string().optional().describe('what the metric is'),
    unit: z
      .string()
      .optional()
      .meta({ examples: ['seconds'] }),
    timestamp: Timestamp.optional(),
    runtime: z.string().optional().describe('the runtime that it is of: the label runtime_id'),
    start: z.number().optional().describe('since when a counter counts, milliseconds since 1970'),
    temporality: z
      .enum(TEMPORALITIES)
      .optional()
      .describe('of OpenTelemetry: whether values are since the last one, or since the start'),
    origin: z.string().optional().describe('of OpenTelemetry: JSON of what labels do not say'),
    exemplars: z.array(Exemplar).optional(),
  })
  .describe('a sample');
const FlatItem = z
  .object({
    runtime_id: z.string().optional().describe('the runtime that it is of: the label runtime_id'),
    metric_name: z.string().min(1),
    metric_type: Type.optional(),
    metric_value: Value,
    labels: Labels.optional(),
    help_text: z.string().optional(),
    unit: z.string().optional(),
    timestamp: Timestamp.optional(),
  })
  .describe('the same sample under other names');

export const MetricItem = z
  .union([NamedItem, FlatItem])
  .describe('a sample of a metric')
  .meta({
    examples: [
      { name: 'queue_length', type: 'gauge', value: 12, labels: { queue: 'fast' }, runtime: 'worker-7' },
      {
        runtime_id: 'worker-7',
        metric_name: 'jobs_total',
        metric_type: 'counter',
        metric_value: 3,
        labels: {},
        help_text: 'jobs done',
        unit: '',
      },
    ],
  });
export type MetricItem = z.infer<typeof MetricItem>;

/** What is wrong with an item, in words; undefined when nothing is. */
export function whatIsWrong(item: unknown, isFlat: boolean): string | undefined {
  const { error } = (isFlat ? FlatItem : NamedItem).safeParse(item);
  const issue = error?.issues[0];
  if (issue === undefined) return undefined;
  const path = issue.path.map((key) => String(key).slice(0, 100)).join('.');
  return path === '' ? `the item: ${issue.message}` : `${path}: ${issue.message}`;
}
