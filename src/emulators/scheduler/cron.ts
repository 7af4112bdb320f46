/** Unix-cron schedules in a time zone: https://cloud.google.com/scheduler/docs/configuring/cron-job-schedules */

export interface Cron {
  minutes: ReadonlySet<number>;
  hours: ReadonlySet<number>;
  daysOfMonth: ReadonlySet<number>;
  months: ReadonlySet<number>;
  daysOfWeek: ReadonlySet<number>;
  /** Both day fields are restricted: a day that fits either of them fits. */
  eitherDay: boolean;
}

const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const WEEKDAYS = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];
const FIELDS = [
  { name: 'minute', from: 0, to: 59, names: [] },
  { name: 'hour', from: 0, to: 23, names: [] },
  { name: 'day of the month', from: 1, to: 31, names: [] },
  { name: 'month', from: 1, to: 12, names: MONTHS },
  { name: 'day of the week', from: 0, to: 7, names: WEEKDAYS },
] as const satisfies { name: string; from: number; to: number; names: readonly string[] }[];

const MINUTE_MS = 60_000;
/** 29 February comes again within eight years; what has no match by then (30 February) has none. */
const HORIZON_MS = (8 * 366 + 1) * 24 * 60 * MINUTE_MS;

/** @throws {SyntaxError} naming the field and what it may hold. */
export function parseCron(schedule: string): Cron {
  const parts = schedule.trim().split(/\s+/u);
  if (parts.length !== FIELDS.length) {
    throw new SyntaxError(
      `Schedule "${schedule}" has ${parts.length} fields; expected five: minute, hour, day of the month, month, day of the week.`,
    );
  }
  const [minutes, hours, daysOfMonth, months, weekdays] = FIELDS.map((field, index) =>
    parseField(parts[index] as string, field),
  ) as [Set<number>, Set<number>, Set<number>, Set<number>, Set<number>];
  const daysOfWeek = new Set([...weekdays].map((day) => day % 7));
  return { minutes, hours, daysOfMonth, months, daysOfWeek, eitherDay: parts[2] !== '*' && parts[4] !== '*' };
}

/**
 * The first whole minute after `after` whose wall-clock time in `timeZone` the schedule names, or undefined if none comes.
 * As the service does, it follows the wall clock: a time that daylight saving skips is skipped, one that it repeats is met twice.
 * @param after milliseconds since 1970; so is the answer
 * @param timeZone a name of the tz database
 * @throws {RangeError} for an unknown time zone
 */
export function nextTime(cron: Cron, timeZone: string, after: number): number | undefined {
  const wallClock = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    month: 'numeric',
    day: 'numeric',
    weekday: 'short',
    hour: 'numeric',
    minute: 'numeric',
  });
  let time = Math.floor(after / MINUTE_MS + 1) * MINUTE_MS;
  while (time - after < HORIZON_MS) {
    const part = Object.fromEntries(wallClock.formatToParts(time).map(({ type, value }) => [type, value]));
    const [hour, minute] = [Number(part['hour']), Number(part['minute'])];
    const weekday = WEEKDAYS.indexOf((part['weekday'] as string).toUpperCase());
    if (!cron.months.has(Number(part['month'])) || !fitsDay(cron, Number(part['day']), weekday)) {
      // Clocks change by an hour at most, so that this never passes midnight unseen.
      time += (Math.max(22 - hour, 1) * 60 - minute) * MINUTE_MS;
    } else if (!cron.hours.has(hour)) time += (60 - minute) * MINUTE_MS;
    else if (cron.minutes.has(minute)) return time;
    else time += MINUTE_MS;
  }
  return undefined;
}

function fitsDay({ daysOfMonth, daysOfWeek, eitherDay }: Cron, day: number, weekday: number): boolean {
  return eitherDay ? daysOfMonth.has(day) || daysOfWeek.has(weekday) : daysOfMonth.has(day) && daysOfWeek.has(weekday);
}

function parseField(text: string, field: (typeof FIELDS)[number]): Set<number> {
  const fail = (reason: string): SyntaxError =>
    new SyntaxError(
      `The ${field.name} field "${text}" ${reason}; it takes ${field.from}-${field.to}, as *, a, a-b, a-b/step or a list.`,
    );
  const number = (word: string): number => {
    const named = (field.names as readonly string[]).indexOf(word.toUpperCase());
    const value = named >= 0 ? named + field.from : /^\d+$/u.test(word) ? Number(word) : Number.NaN;
    if (value >= field.from && value <= field.to) return value;
    throw fail(`has "${word}"`);
  };
  const values = new Set<number>();
  for (const item of text.split(',')) {
    const [, range = '', step = '1'] = /^([^/]*)(?:\/(\d+))?$/u.exec(item) ?? [];
    const [low = '', high, ...more] = range.split('-');
    const [from, to] = range === '*' ? [field.from, field.to] : [number(low), number(high ?? low)];
    if (more.length > 0 || from > to) throw fail(`has the range "${range}"`);
    if (Number(step) === 0 || (item.includes('/') && range !== '*' && high === undefined))
      throw fail(`has the step "${item}"`);
    for (let value = from; value <= to; value += Number(step)) values.add(value);
  }
  return values;
}
