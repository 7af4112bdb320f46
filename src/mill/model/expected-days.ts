/** On which days a dataset is expected to have data: a Sunday without any is nothing, a missing Monday is an alarm. */
import { z } from 'zod';
import { UserError } from '../../errors.ts';
import { Day, type DayOrdinal, toOrdinal } from '../../values/date.ts';

const WEEKDAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** What an author says: all days, Monday to Friday, or these, but for some days. */
export type ExpectedOption =
  | 'daily'
  | 'weekdays'
  | { readonly on?: 'daily' | 'weekdays' | readonly Weekday[]; readonly except?: readonly string[] };

/** As the manifest has it. */
export const ExpectedDays = z.object({
  on: z.array(z.enum(WEEKDAYS)),
  /** Ascending. */
  except: z.array(Day),
});
export type ExpectedDays = z.infer<typeof ExpectedDays>;

/** @throws {UserError} BAD_DEFINITION */
export function expectedDays(dataset: string, option: ExpectedOption): ExpectedDays {
  const { on = 'daily', except = [] } = typeof option === 'string' ? { on: option } : option;
  const weekdays = on === 'daily' ? WEEKDAYS : on === 'weekdays' ? WEEKDAYS.slice(0, 5) : on;
  const found = ExpectedDays.safeParse({ on: weekdays, except: [...new Set(except)].sort() });
  if (found.success && found.data.on.length > 0) return found.data;
  throw new UserError(
    'BAD_DEFINITION',
    `${dataset}: expected is ${JSON.stringify(option)}. Write 'daily', 'weekdays', or { on: ['monday', …], except: ['2024-12-25', …] }.`,
  );
}

/** 1970-01-01, the ordinal 0, was a Thursday. */
const THURSDAY = 3;

/** By a day's ordinal. */
export function expectedOn({ on, except }: ExpectedDays): (ordinal: DayOrdinal) => boolean {
  const weekdays = new Set(on.map((name) => WEEKDAYS.indexOf(name)));
  const exceptions = new Set(except.map(toOrdinal));
  return (ordinal) => weekdays.has((((ordinal + THURSDAY) % 7) + 7) % 7) && !exceptions.has(ordinal);
}
