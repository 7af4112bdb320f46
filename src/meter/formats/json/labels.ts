/** Labels of items, and the bytes that a series of ours is known by. */
import type { Label } from '../../model/series.ts';
import { MAX_SERIES_CHARACTERS } from './limits.ts';

/** Before a key of JSON, so that it is none of another format. */
const FIRST_BYTE = 3;

const encoder = new TextEncoder();

/** As pairs; undefined when they are of no form that the schema knows. */
export function readLabels(labels: unknown): Label[] | undefined {
  if (labels === undefined) return [];
  if (typeof labels !== 'object' || labels === null) return undefined;
  const pairs = Array.isArray(labels) ? (labels as unknown[]) : Object.entries(labels);
  const areLabels = pairs.every(
    (pair) => Array.isArray(pair) && pair.length === 2 && typeof pair[0] === 'string' && typeof pair[1] === 'string',
  );
  return areLabels ? (pairs as Label[]) : undefined;
}

export class ItemKey {
  bytes = new Uint8Array(4_096);

  constructor() {
    this.bytes[0] = FIRST_BYTE;
  }

  /** Of all that names a series, each with its length, so that no two are the same; 0 when it is too long, or has text that UTF-8 cannot carry. */
  make(name: string, labels: readonly Label[], more: string): number {
    let text = `${name.length}:${name}${more.length}:${more}`;
    for (const [label, value] of labels) text += `${label.length}:${label}${value.length}:${value}`;
    if (text.length > MAX_SERIES_CHARACTERS || !text.isWellFormed()) return 0;
    // A character of UTF-16 takes three bytes at most.
    if (1 + text.length * 3 > this.bytes.length) {
      this.bytes = new Uint8Array(1 + text.length * 6);
      this.bytes[0] = FIRST_BYTE;
    }
    return 1 + encoder.encodeInto(text, this.bytes.subarray(1)).written;
  }
}
