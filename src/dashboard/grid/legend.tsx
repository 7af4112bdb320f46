/** What the colours mean, how many cells have each, and which are asked for: a click on one dims the others. */
import { useRef } from 'preact/hooks';
import { setQuery } from '../shell/location.ts';
import { isDark } from '../shell/theme.ts';
import { count } from '../ui/format.ts';
import { Mark } from '../ui/stand.tsx';
import { STAND_MARKS, STATES } from '../ui/stand-marks.ts';
import type { Grid } from './decode.ts';
import { LENS_WORDS, LENSES, type Lens } from './lens.ts';
import { REASONS } from './palette.ts';

interface Props {
  readonly lens: Lens;
  /** By byte. */
  readonly counts: Uint32Array;
  readonly only: ReadonlySet<string>;
}

/** Cells by byte. */
export function countBytes({ states }: Pick<Grid, 'states'>): Uint32Array {
  const counts = new Uint32Array(256);
  for (const byte of states) counts[byte] = (counts[byte] as number) + 1;
  return counts;
}

const sum = (counts: Uint32Array, isCounted: (byte: number) => boolean): number =>
  counts.reduce((total, one, byte) => (isCounted(byte) ? total + one : total), 0);

export function Legend({ lens, counts, only }: Props) {
  const entries =
    lens === 'why'
      ? REASONS.map(({ word, light, dark }, at) => ({
          key: String(at),
          word,
          mark: <Swatch colour={isDark.value ? dark : light} />,
          cells: sum(counts, (byte) => byte >> 4 === at && (byte & 15) < STATES.length),
        }))
      : lens === 'outcome'
        ? STATES.map((state, at) => ({
            key: state,
            word: STAND_MARKS[state].word,
            mark: <Mark state={state} />,
            cells: sum(counts, (byte) => (byte & 15) === at),
          }))
        : [];
  const toggle = (key: string): void => {
    const next = new Set(only);
    if (!next.delete(key)) next.add(key);
    setQuery({ only: [...next].join(',') });
  };
  const digits = count(counts.reduce((total, one) => total + one, 0)).length;
  return (
    <ul class="legend" aria-label="What the colours mean" style={{ '--digits': `${digits}ch` }}>
      {useSteady(
        lens,
        entries.filter(({ cells, key }) => cells > 0 || only.has(key)),
        entries,
      ).map(({ key, word, mark, cells }) => (
        <li key={key}>
          <button
            type="button"
            class="plain"
            aria-pressed={only.has(key)}
            title="Only these"
            onClick={() => toggle(key)}
          >
            {mark} {word} <span class="quiet number">{count(cells)}</span>
          </button>
        </li>
      ))}
    </ul>
  );
}

/** Nothing jumps while cells change: what has been there keeps its place, and what comes anew goes to the end. */
function useSteady<T extends { readonly key: string }>(
  lens: Lens,
  present: readonly T[],
  all: readonly T[],
): readonly T[] {
  const places = useRef<{ lens: Lens; keys: string[] }>({ lens, keys: [] });
  if (places.current.lens !== lens) places.current = { lens, keys: [] };
  const { keys } = places.current;
  for (const { key } of present) if (!keys.includes(key)) keys.push(key);
  return keys.flatMap((key) => all.filter((one) => one.key === key));
}

const Swatch = ({ colour }: { readonly colour: string }) => (
  <svg class="mark" width="14" height="14" aria-hidden="true">
    <rect width="14" height="14" rx="2.5" fill={colour} stroke="var(--line)" stroke-width="0.5" />
  </svg>
);

export const LensPicker = ({ lens }: { readonly lens: Lens }) => (
  <label class="lens">
    Colour by{' '}
    <select
      value={lens}
      onChange={(event) => {
        const { value } = event.currentTarget;
        setQuery({ lens: value === 'outcome' ? undefined : value, only: undefined });
      }}
    >
      {LENSES.map((one) => (
        <option key={one} value={one}>
          {LENS_WORDS[one]}
        </option>
      ))}
    </select>
  </label>
);
