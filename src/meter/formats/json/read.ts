/** The body of `POST /api/metrics` to samples: one item, a list of items, or `{ "metrics": [...] }`. */
import { UserError } from '../../../errors.ts';
import type { Rejection } from '../../model/rejection.ts';
import type { Samples } from '../../model/samples.ts';
import type { Metadata } from '../../model/series.ts';
import type { SeriesResolver } from '../../model/series-resolver.ts';
import { checkBodySize } from '../body-size.ts';
import { textOf } from '../labels.ts';
import { ItemReader } from './item-reader.ts';
import { MAX_BODY_BYTES, MAX_ITEMS } from './limits.ts';

export interface JsonRead {
  readonly rejected: Rejection[];
  readonly metadata: Metadata[];
  /** What was kept. */
  readonly samples: number;
}

/**
 * Rejections count items from 0, and have them whole. An item without a timestamp is of `nowMs`.
 * @throws {UserError} when the body is no JSON, or has neither an item nor a list of items
 */
export function readJson(body: Uint8Array, series: SeriesResolver, into: Samples, nowMs: number): JsonRead {
  return readParsed(parse(body), series, into, nowMs);
}

/** The same of a body that was parsed before. */
export const readParsed = (body: unknown, series: SeriesResolver, into: Samples, nowMs: number): JsonRead =>
  readItems(itemsOf(body), series, into, nowMs);

/** The same of items that were parsed before. */
export function readItems(items: readonly unknown[], series: SeriesResolver, into: Samples, nowMs: number): JsonRead {
  if (items.length > MAX_ITEMS)
    throw new UserError('BAD_ARGUMENT', `the request has ${items.length} items; send at most ${MAX_ITEMS} at once`);
  const reader = new ItemReader(series, into, nowMs);
  for (const item of items) reader.read(item);
  return { rejected: reader.rejections.all(), metadata: [...reader.metadata.values()], samples: reader.kept };
}

function parse(body: Uint8Array): unknown {
  checkBodySize(body, MAX_BODY_BYTES);
  const text = textOf(body, 0, body.length);
  if (text === undefined) throw new UserError('BAD_ARGUMENT', 'the body is not UTF-8');
  try {
    return JSON.parse(text);
  } catch (thrown) {
    throw new UserError('BAD_ARGUMENT', `the body is no JSON: ${(thrown as Error).message.slice(0, 200)}`, {
      cause: thrown,
    });
  }
}

function itemsOf(parsed: unknown): readonly unknown[] {
  if (Array.isArray(parsed)) return parsed as unknown[];
  if (typeof parsed === 'object' && parsed !== null) {
    if (!Object.hasOwn(parsed, 'metrics')) return [parsed];
    const { metrics } = parsed as { metrics: unknown };
    if (Array.isArray(metrics)) return metrics as unknown[];
  }
  throw new UserError('BAD_ARGUMENT', 'the body must be an item, an array of items, or { "metrics": [ items ] }');
}
