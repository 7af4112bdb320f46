/** A dataset's days as a strip; a click, or an arrow key, chooses a day. */
import type { CellState } from '../../mill/answers/state-marks.ts';
import { isDark } from '../shell/theme.ts';
import { addDays, daysBetween } from '../ui/days.ts';
import { STAND_MARKS } from '../ui/stand-marks.ts';
import { type DataDay, type DataState, indexOf, piecesOf } from './strip.ts';

/** Each looks as the state of a cell that means the same: calm, waits, to be acted on, to come. */
export const LOOKS: Readonly<Record<DataState, { readonly as: CellState; readonly word: string }>> = {
  there: { as: 'upToDate', word: 'there' },
  pending: { as: 'run', word: 'not loaded yet, loaded first by a run' },
  waiting: { as: 'upstreamFailed', word: 'not whole yet' },
  missing: { as: 'failed', word: 'missing' },
};

interface Props {
  readonly dataset: string;
  readonly days: readonly DataDay[];
  readonly from: string;
  readonly to: string;
  readonly chosen: string | undefined;
  readonly onChoose: (date: string) => void;
}

const HEIGHT = 18;

export function Strip({ dataset, days, from, to, chosen, onChoose }: Props) {
  const count = daysBetween(from, to) + 1;
  const theme = isDark.value ? 'dark' : 'light';
  const choose = (event: MouseEvent): void => {
    const { left, width } = (event.currentTarget as Element).getBoundingClientRect();
    const day = Math.floor(((event.clientX - left) / width) * count);
    onChoose(addDays(from, Math.max(0, Math.min(count - 1, day))));
  };
  const step = (event: KeyboardEvent): void => {
    const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -30, PageDown: 30 }[event.key];
    if (by === undefined) return;
    event.preventDefault();
    const day = chosen === undefined ? 0 : indexOf(chosen, from) + by;
    onChoose(addDays(from, Math.max(0, Math.min(count - 1, day))));
  };
  return (
    <svg
      class="strip"
      viewBox={`0 0 ${count} ${HEIGHT}`}
      preserveAspectRatio="none"
      tabIndex={0}
      role="slider"
      aria-label={`Days of ${dataset}`}
      aria-valuemin={0}
      aria-valuemax={count - 1}
      aria-valuenow={chosen === undefined ? 0 : indexOf(chosen, from)}
      aria-valuetext={chosen ?? from}
      onClick={choose}
      onKeyDown={step}
    >
      <rect class="none" width={count} height={HEIGHT} />
      {piecesOf(days, from).map(({ state, at, length }) => (
        <rect key={at} x={at} width={length} height={HEIGHT} fill={STAND_MARKS[LOOKS[state].as][theme]} />
      ))}
      {chosen === undefined ? null : (
        <rect class="chosen" x={indexOf(chosen, from)} width={1} height={HEIGHT} vector-effect="non-scaling-stroke" />
      )}
    </svg>
  );
}
