/** Which time is shown: a while up to now, or from here to there. In the URL, as everything. */
import { query, setQuery } from '../shell/location.ts';
import { unzoom } from './cursor.ts';
import { isoOf, nameOf, type Range, RANGES } from './range.ts';

const WORDS: Readonly<Record<string, string>> = {
  '0': 'Now',
  '1h': '1 hour',
  '6h': '6 hours',
  '1d': '1 day',
  '7d': '7 days',
  '30d': '30 days',
};

interface Props {
  readonly range: Range;
  /** What is shown when nothing is said. */
  readonly otherwise: string;
  /** Without the moment, where there is nothing to see of one. */
  readonly hasNow?: boolean;
}

/** As everywhere in Daymill a time is written: a browser's own field writes it as its country does. */
const TIME = /^\d{4}-\d{2}-\d{2}[ T]\d{2}:\d{2}(?::\d{2})?$/;
const written = (ms: number): string => new Date(ms).toISOString().slice(0, 16).replace('T', ' ');

const FIELD = { type: 'text', size: 16, maxLength: 19, pattern: TIME.source, autoComplete: 'off' } as const;

export function RangeBar({ range, otherwise, hasNow = true }: Props) {
  const name = nameOf(query.value, otherwise);
  const isOwn = query.value.get('start') !== null;
  const change = (end: 'start' | 'end') => (event: Event) => {
    const { value } = event.currentTarget as HTMLInputElement;
    const ms = TIME.test(value) ? Date.parse(`${value.replace(' ', 'T')}Z`) : NaN;
    if (Number.isNaN(ms)) return;
    const next = { startMs: range.startMs, endMs: range.endMs, [`${end}Ms`]: ms };
    const [startMs, endMs] = [Math.min(next.startMs, next.endMs), Math.max(next.startMs, next.endMs)];
    setQuery({ range: undefined, start: isoOf(startMs), end: isoOf(endMs) });
  };
  return (
    <div class="ranges" role="group" aria-label="Time, in UTC">
      {Object.keys(RANGES)
        .toSorted((a, b) => (RANGES[a] ?? 0) - (RANGES[b] ?? 0))
        .filter((one) => hasNow || one !== '0')
        .map((one) => (
          <button
            key={one}
            type="button"
            aria-pressed={one === name}
            onClick={() => setQuery({ range: one, start: undefined, end: undefined }, { replace: false })}
          >
            {WORDS[one]}
          </button>
        ))}
      <span class="span">
        <input
          {...FIELD}
          aria-label="Start, as 2026-01-31 04:05"
          value={written(range.startMs)}
          onChange={change('start')}
        />
        <span aria-hidden="true">–</span>
        <input {...FIELD} aria-label="End, as 2026-01-31 04:05" value={written(range.endMs)} onChange={change('end')} />
      </span>
      {isOwn ? (
        <button type="button" title="To what was zoomed from (double click on a plot)" onClick={unzoom}>
          Zoom out
        </button>
      ) : null}
    </div>
  );
}
