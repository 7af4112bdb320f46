/** Labels as they come, to a series or a reason why they are none; what all formats ask of them. */
import { type Label, metricName, NAME_LABEL, type Series, sortedLabels } from '../model/series.ts';
import type { Refusal } from '../model/series-resolver.ts';
import { quoted } from './rejections.ts';

/** Bytes of one series' labels beyond which they are not even looked at: far more than any limit of an organization. */
export const MAX_SERIES_BYTES = 1_048_576;

export const TOO_MANY_BYTES: Refusal = {
  code: 'LABEL_LIMIT',
  reason: `the labels of the series take more than ${MAX_SERIES_BYTES} bytes; send shorter ones`,
};

/**
 * Sorted, without empty values. Any text that is not empty is a name, as in Prometheus since 3.0; `__name__` must be there, and no name
 * twice.
 */
export function seriesOf(pairs: readonly Label[], more?: Omit<Series, 'labels'>): Series | Refusal {
  for (const [name] of pairs) if (name === '') return { code: 'BAD_NAME', reason: 'a label has an empty name' };
  const labels = sortedLabels(pairs);
  if (labels === undefined) {
    return {
      code: 'DUPLICATE_LABEL',
      reason: `the label ${quoted(firstTwice(pairs))} is there twice; give each label once`,
    };
  }
  if (metricName(labels) === undefined)
    return { code: 'BAD_NAME', reason: `the series has no name: the label ${NAME_LABEL} is missing or empty` };
  return more === undefined ? { labels } : { labels, ...more };
}

function firstTwice(pairs: readonly Label[]): string {
  const seen = new Set<string>();
  for (const [name, value] of pairs) {
    if (value !== '' && seen.has(name)) return name;
    if (value !== '') seen.add(name);
  }
  return '';
}

export const isRefusal = (given: Series | Refusal): given is Refusal => 'code' in given;

/** Refuses what is not UTF-8, which replacing would make one with others, and keeps a byte order mark. */
const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** What stands for bytes that are none; or is meant. */
const REPLACEMENT = '\ufffd';

/** Undefined when it is not UTF-8. */
export function textOf(bytes: Uint8Array, start: number, end: number): string | undefined {
  // Several times as fast as a strict decoder, which only those need that may be wrong.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString();
  if (!text.includes(REPLACEMENT)) return text;
  try {
    return strict.decode(bytes.subarray(start, end));
  } catch {
    return undefined;
  }
}
