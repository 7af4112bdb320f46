/** A remote-write request to samples: snappy's block format around a protobuf message, in either version. */
import type { Rejection } from '../../model/rejection.ts';
import type { Samples } from '../../model/samples.ts';
import type { Metadata } from '../../model/series.ts';
import type { SeriesResolver } from '../../model/series-resolver.ts';
import { checkBodySize } from '../body-size.ts';
import { uncompressSnappy } from '../snappy.ts';
import { MAX_MESSAGE_BYTES } from './limits.ts';
import { Request1 } from './request-1.ts';
import { Request2 } from './request-2.ts';

/** Of the message, which the sender says in `Content-Type`: `application/x-protobuf;proto=…`. */
export type RemoteWriteVersion = '1.0' | '2.0';

export interface RemoteWriteRead {
  readonly rejected: Rejection[];
  readonly metadata: Metadata[];
  /** What was kept, as 2.0 wants it in `X-Prometheus-Remote-Write-{Samples,Histograms,Exemplars}-Written`. */
  readonly samples: number;
  readonly histograms: number;
  readonly exemplars: number;
}

/**
 * `body` as it came. Rejections count samples and histograms from 0, in the order in which they lie in the message; a bad exemplar is one of
 * the sample before it. Labels may come in any order.
 * @throws {UserError} when the body is no such message; then what is in `into` is a part of it, and worth nothing
 */
export function readRemoteWrite(
  body: Uint8Array,
  series: SeriesResolver,
  into: Samples,
  version: RemoteWriteVersion,
): RemoteWriteRead {
  return readMessage(uncompressSnappy(body, MAX_MESSAGE_BYTES), series, into, version);
}

/** The same of a message that is not compressed. */
export function readMessage(
  message: Uint8Array,
  series: SeriesResolver,
  into: Samples,
  version: RemoteWriteVersion,
): RemoteWriteRead {
  checkBodySize(message, MAX_MESSAGE_BYTES);
  const request = version === '1.0' ? new Request1(message, series, into) : new Request2(message, series, into);
  request.read();
  const { rejections, samples, histograms, exemplars } = request.reader;
  return { rejected: rejections.all(), metadata: request.metadata, samples, histograms, exemplars };
}
