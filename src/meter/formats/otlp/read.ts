/** An ExportMetricsServiceRequest to samples, in either encoding. https://opentelemetry.io/docs/specs/otlp/#otlphttp */
import type { Rejection } from '../../model/rejection.ts';
import type { Samples } from '../../model/samples.ts';
import type { Metadata } from '../../model/series.ts';
import type { SeriesResolver } from '../../model/series-resolver.ts';
import { checkBodySize } from '../body-size.ts';
import { ProtobufReader } from '../protobuf.ts';
import { decodeJson } from './decode-json.ts';
import { decodeProtobuf } from './decode-protobuf.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import type { TranslationStrategy } from './names.ts';
import { Points } from './points.ts';

/** By the request's `Content-Type`: application/json, or application/x-protobuf. The answer has the same. */
export type OtlpEncoding = 'json' | 'protobuf';

export interface OtlpRead {
  readonly rejected: Rejection[];
  readonly metadata: Metadata[];
  /** Points that were kept; the samples of `target_info`, which are made of resources, come on top. */
  readonly points: number;
}

/**
 * Rejections count points from 0, in the order in which they lie in the request. Histograms and summaries are kept whole; delta points are
 * series of their own; what labels cannot say is in the series' origin.
 * @throws {UserError} when the body is no such request; then what is in `into` is a part of it, and worth nothing
 */
export function readOtlp(
  body: Uint8Array,
  series: SeriesResolver,
  into: Samples,
  encoding: OtlpEncoding,
  strategy: TranslationStrategy = 'UnderscoreEscapingWithSuffixes',
): OtlpRead {
  checkBodySize(body, MAX_BODY_BYTES);
  const points = new Points(series, into, strategy);
  if (encoding === 'json') decodeJson(body, points);
  else decodeProtobuf(new ProtobufReader(body, 'ExportMetricsServiceRequest'), points);
  points.end();
  return { rejected: points.rejections.all(), metadata: points.metadata, points: points.kept };
}
