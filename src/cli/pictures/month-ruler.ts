/** Where months and years begin on an axis of days. */
import { addDays, type Day, daysFrom } from '../../values/date.ts';

export interface Mark {
  /** Days from the first of the axis. */
  readonly at: number;
  readonly text: string;
}

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

/** In pixels: what a mark needs beside it. */
const ROOM = 34;

/**
 * Days, months, quarters or years, whatever there is room for; the first mark says its year, and so does each January.
 * `pixelsADay` is how wide a day is.
 */
export function rulerOf(from: Day, to: Day, pixelsADay: number): Mark[] {
  const days = daysFrom(from, to);
  const every = STEPS.find(({ daysApart }) => daysApart * pixelsADay >= ROOM) ?? { isMark: isYear, daysApart: 365 };
  const marks = days.flatMap((day, at): Mark[] =>
    every.isMark(day) ? [{ at, text: textOf(day, every.daysApart) }] : [],
  );
  const [first] = marks;
  if (first === undefined) return [{ at: 0, text: from }];
  const isFullYear = every.daysApart >= 365;
  const named =
    isFullYear || first.text.startsWith('Jan')
      ? marks
      : [{ ...first, text: full(addDays(from, first.at), every.daysApart) }, ...marks.slice(1)];
  return thinned(named, pixelsADay);
}

const isMonth = (day: Day): boolean => day.endsWith('-01');
const isQuarter = (day: Day): boolean => /-(?:01|04|07|10)-01$/.test(day);
const isYear = (day: Day): boolean => day.endsWith('-01-01');

const STEPS = [
  { daysApart: 1, isMark: (): boolean => true },
  { daysApart: 7, isMark: (day: Day): boolean => /-(?:01|08|15|22)$/.test(day) },
  { daysApart: 28, isMark: isMonth },
  { daysApart: 90, isMark: isQuarter },
  { daysApart: 365, isMark: isYear },
] as const;

function textOf(day: Day, daysApart: number): string {
  const [year = '', month = '', date = ''] = day.split('-');
  const name = MONTHS[Number(month) - 1] ?? '';
  if (daysApart >= 365) return year;
  if (daysApart >= 28) return month === '01' ? `Jan ${year}` : name;
  return date === '01' ? (month === '01' ? `Jan ${year}` : `1 ${name}`) : String(Number(date));
}

function full(day: Day, daysApart: number): string {
  const [year = '', month = '', date = ''] = day.split('-');
  const name = MONTHS[Number(month) - 1] ?? '';
  return daysApart >= 28 ? `${name} ${year}` : `${Number(date)} ${name} ${year}`;
}

/** Of marks that would run into each other the later is left out. */
function thinned(marks: readonly Mark[], pixelsADay: number): Mark[] {
  const kept: Mark[] = [];
  let free = Number.NEGATIVE_INFINITY;
  for (const mark of marks) {
    const left = mark.at * pixelsADay;
    if (left < free) continue;
    kept.push(mark);
    free = left + 6.3 * mark.text.length + 6;
  }
  return kept;
}
