/** A day as a bar: as much of each colour as there are cells of that state. */
import type { ReportAnswer } from '../../mill/answers/report.ts';
import { isDark } from '../shell/theme.ts';
import { count } from '../ui/format.ts';
import { STAND_MARKS } from '../ui/stand-marks.ts';
import { pieces } from './day-rows.ts';

const WIDTH = 160;
const HEIGHT = 12;
/** Narrower than so many pixels no piece is: one failed cell of a thousand is seen. */
const LEAST = 2;

export function DayBar({ day }: { readonly day: ReportAnswer['days'][number] }) {
  const shown = pieces(day);
  const words = shown.map(({ stand }) => `${count(day[stand])} ${STAND_MARKS[stand].word}`).join(', ');
  const theme = isDark.value ? 'dark' : 'light';
  return (
    <svg class="day-bar" width={WIDTH} height={HEIGHT} role="img" aria-label={words}>
      <title>{words}</title>
      {shown.toReversed().map(({ stand, at, share }) => (
        <rect
          key={stand}
          x={at * WIDTH}
          width={Math.max(LEAST, share * WIDTH)}
          height={HEIGHT}
          fill={STAND_MARKS[stand][theme]}
        />
      ))}
    </svg>
  );
}
