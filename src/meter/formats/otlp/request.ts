/**
 * What both encodings of OTLP are decoded into, point by point.
 * https://github.com/open-telemetry/opentelemetry-proto/blob/main/opentelemetry/proto/metrics/v1/metrics.proto
 */
import type { Compound } from '../../model/compound.ts';
import type { RejectionCode } from '../../model/rejection.ts';

/**
 * A text as it is; all else as OTLP/JSON writes it, 64-bit integers as texts of digits: `{ intValue: '5' }`, `{ boolValue: true }`,
 * `{ doubleValue: 'NaN' }`, `{ bytesValue: 'AA==' }`, `{ arrayValue: […] }`, `{ kvlistValue: [[key, value], …] }`, `{}`.
 */
export type AnyValue = string | TypedValue;
export interface TypedValue {
  readonly boolValue?: boolean;
  readonly intValue?: string;
  readonly doubleValue?: number | string;
  readonly bytesValue?: string;
  readonly arrayValue?: readonly AnyValue[];
  readonly kvlistValue?: readonly Attribute[];
}
export type Attribute = readonly [key: string, value: AnyValue];

/** Who measured; with the URL of the schema that its attributes follow. */
export interface Resource {
  readonly attributes: readonly Attribute[];
  readonly droppedAttributes: number;
  readonly schemaUrl: string;
}

/** Which library of it measured. */
export interface Scope extends Resource {
  readonly name: string;
  readonly version: string;
}

/** `number` is the data's field in Metric. */
export const DATA_FIELDS = {
  gauge: 5,
  sum: 7,
  histogram: 9,
  exponentialHistogram: 10,
  summary: 11,
} as const;
export type Data = keyof typeof DATA_FIELDS;

export interface Metric {
  readonly name: string;
  readonly description: string;
  readonly unit: string;
  readonly data: Data;
  /** OTLP's number: 1 is delta, 2 is cumulative; 0 of gauges and summaries. */
  readonly temporality: number;
  readonly isMonotonic: boolean;
  readonly metadata: readonly Attribute[];
}

export interface PointExemplar {
  readonly attributes: readonly Attribute[];
  readonly timeNanos: bigint;
  readonly value: number | bigint;
  /** Lower-case hexadecimal digits; empty where there is none. */
  readonly traceId: string;
  readonly spanId: string;
}

/** A stretch of a message. */
export interface Raw {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

export interface Point {
  /** Decoded when they are asked for. @throws {UserError} when they cannot be */
  attributes(): readonly Attribute[];
  /** The attributes as they came, where they lie in one piece: what is known by these bytes need not be decoded. */
  readonly raw?: Raw | undefined;
  /** 0 where it is not said. */
  readonly startNanos: bigint;
  readonly timeNanos: bigint;
  readonly flags: number;
  readonly exemplars: readonly PointExemplar[];
  /** A bigint is a 64-bit integer; undefined where the point says none. */
  readonly value: number | bigint | Compound | undefined;
  /** Of a value that is NaN: which one. */
  readonly bits?: bigint | undefined;
}

/** Who is told of what is decoded, in the order in which it lies in the request. */
export interface Visitor {
  resource(resource: Resource): void;
  scope(scope: Scope): void;
  metric(metric: Metric): void;
  /** Of the metric, scope and resource that came last. */
  point(point: Point): void;
  /** A point that could not be decoded. */
  bad(code: RejectionCode, reason: string): void;
}

/** Thrown within a decoder where an item is wrong, and caught where the item ends. */
export class BadItem extends Error {
  readonly code: RejectionCode;
  constructor(code: RejectionCode, reason: string) {
    super(reason);
    this.code = code;
  }
}
