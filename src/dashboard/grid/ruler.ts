/** The line of days above the grid: as many marks as can be read, years and months before days. */
import { addDays } from '../ui/days.ts';

export interface Tick {
  /** The day's column. */
  readonly column: number;
  readonly text: string;
  /** A month's or a year's first day: its line goes through the grid. */
  readonly isMajor: boolean;
}

/** Pixels that a text of either kind needs. */
const DAY_ROOM = 20;
const MONTH_ROOM = 58;
const YEAR_ROOM = 34;

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** Of columns `first` up to and with `last`. */
export function ticksOf(from: string, first: number, last: number, cellWidth: number): Tick[] {
  const everyDay = [1, 2, 5, 7, 14].find((days) => days * cellWidth >= DAY_ROOM);
  const everyMonth = [1, 3, 6].find((months) => months * 30.4 * cellWidth >= MONTH_ROOM);
  const everyYear = [1, 2, 5, 10, 20].find((years) => years * 365 * cellWidth >= YEAR_ROOM) ?? 50;
  const ticks: Tick[] = [];
  for (let column = first; column <= last; column++) {
    const day = addDays(from, column);
    const [year = '', month = '', date = ''] = day.split('-');
    const isMonth = date === '01' || column === first;
    const name = MONTHS[Number(month) - 1] ?? '';
    if (isMonth && everyMonth !== undefined && (column === first || (Number(month) - 1) % everyMonth === 0))
      ticks.push({
        column,
        text: month === '01' || column === first ? `${name} ${year}` : name,
        isMajor: date === '01',
      });
    else if (everyMonth === undefined && date === '01' && month === '01' && Number(year) % everyYear === 0)
      ticks.push({ column, text: year, isMajor: true });
    else if (everyDay !== undefined && (Number(date) - 1) % everyDay === 0 && Number(date) <= 31 - everyDay / 2)
      ticks.push({ column, text: String(Number(date)), isMajor: false });
  }
  return apart(ticks, cellWidth);
}

/** The first of those that would run into each other. */
function apart(ticks: readonly Tick[], cellWidth: number): Tick[] {
  const kept: Tick[] = [];
  for (const tick of ticks) {
    const last = kept.at(-1);
    const room = last === undefined ? 0 : last.text.length * 6.2 + 8;
    if (last === undefined || (tick.column - last.column) * cellWidth >= room) kept.push(tick);
    else if (tick.isMajor && !last.isMajor) kept[kept.length - 1] = tick;
  }
  return kept;
}
