/** The text format to samples, in either dialect: a body pushed to us, or scraped by who sends it. */
import { UserError } from '../../../errors.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { Samples } from '../../model/samples.ts';
import type { Metadata } from '../../model/series.ts';
import type { SeriesResolver } from '../../model/series-resolver.ts';
import { checkBodySize } from '../body-size.ts';
import { DIALECTS, type DialectName } from './dialect.ts';
import { MAX_BODY_BYTES } from './limits.ts';
import { LineReader } from './line-reader.ts';

export interface ExpositionRead {
  readonly rejected: Rejection[];
  readonly metadata: Metadata[];
  /** What was kept. */
  readonly samples: number;
}

/**
 * Rejections have the number of the line, from 0; their reasons count lines from 1, as editors do. A line without a timestamp is of `nowMs`.
 * Histograms and summaries stay the series that the format has them as.
 * @throws {UserError} when the body cannot be one: binary, or OpenMetrics without its end
 */
export function readExposition(
  body: Uint8Array,
  series: SeriesResolver,
  into: Samples,
  dialect: DialectName,
  nowMs: number,
): ExpositionRead {
  checkBodySize(body, MAX_BODY_BYTES);
  const zero = body.subarray(0, FIRST_BYTES).indexOf(0);
  if (zero >= 0)
    throw new UserError('BAD_ARGUMENT', `the body is no text: byte ${zero} is 0; is it compressed, or protobuf?`);
  if (DIALECTS[dialect].needsEnd && !endsRight(body))
    throw new UserError('BAD_ARGUMENT', 'the body does not end with # EOF, as OpenMetrics does: it may be cut off');
  const reader = new LineReader(body, series, into, DIALECTS[dialect], nowMs);
  reader.readAll();
  return { rejected: reader.rejections.all(), metadata: reader.families.all(), samples: reader.kept };
}

/** Of which no text has a zero. A value further on may. */
const FIRST_BYTES = 64;

const endsRight = (body: Uint8Array): boolean =>
  /(?:^|\n)# EOF\n?$/.test(Buffer.from(body.subarray(Math.max(0, body.length - 7))).toString('latin1'));
