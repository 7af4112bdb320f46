/** Which days a command is about, from its options and the project's settings. */
import { UserError } from '../errors.ts';
import type { Days } from '../mill/answers/foresee.ts';
import type { Day } from '../values/date.ts';
import { assertTarget, gridStart, yesterday } from '../mill/steps/dispatch/target.ts';
import { type Arguments, type Context, text } from './command.ts';
import type { BundledSource } from '../mill/steps/load/bundled-sources.ts';

/** @throws {UserError} BAD_DATE */
export function readDays(args: Arguments, { config, now }: Context): Days {
  const date = text(args, 'date') ?? config.date ?? yesterday(now());
  assertTarget(date, now());
  const from = text(args, 'from') ?? gridStart(undefined, config.from, date);
  assertTarget(from, now());
  if (from > date) {
    throw new UserError(
      'BAD_DATE',
      `${date} is before ${from}, where the grid starts. Choose a later --date, or an earlier --from.`,
    );
  }
  return { date, from };
}

/** @throws {UserError} BAD_DATE when the target is before the first day of every bundled dataset. */
export function assertAfterFirstData(date: Day, sources: readonly BundledSource[]): void {
  const starting = sources.flatMap(({ dataset, coverage }) => (coverage === undefined ? [] : [{ dataset, coverage }]));
  if (starting.length === 0 || starting.some(({ coverage }) => coverage.first <= date)) return;
  const starts = starting.map(({ dataset, coverage }) => `${dataset.name} starts on ${coverage.first}`).join(', ');
  throw new UserError('BAD_DATE', `There is no data on ${date} or before: ${starts}. Choose a later --date.`);
}
