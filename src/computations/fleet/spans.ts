/** Stretches of time: when something was heard of, and when not. */
import { z } from 'zod';

/** Milliseconds since 1970, as far as RFC 3339 goes. */
export const Instant = z
  .number()
  .min(0)
  .max(Date.UTC(9999, 11, 31));

/** One whose end is below its start is none. */
export const Span = z.tuple([Instant, Instant]);
export type Span = z.infer<typeof Span>;

/** All that is in any of them: ascending, and none touches the next. */
export function union(spans: readonly Span[]): Span[] {
  const all: Span[] = [];
  for (const [start, end] of spans.toSorted(([a], [b]) => a - b)) {
    if (end < start) continue;
    const last = all.at(-1);
    if (last !== undefined && start <= last[1]) last[1] = Math.max(last[1], end);
    else all.push([start, end]);
  }
  return all;
}

/** What is left of a stretch without these, which are as `union` gives them. */
export function without([start, end]: Span, spans: readonly Span[]): Span[] {
  const left: Span[] = [];
  let from = start;
  for (const [spanStart, spanEnd] of spans) {
    if (spanStart > from && from < end) left.push([from, Math.min(spanStart, end)]);
    from = Math.max(from, spanEnd);
  }
  if (from < end) left.push([from, end]);
  return left;
}

export const lengthOf = (spans: readonly Span[]): number => spans.reduce((sum, [start, end]) => sum + end - start, 0);
