/** What is said when a load ends in the middle: days are written whole and in order, so those before it are there. */
import { codeOf, UserError } from '../../../errors.ts';
import type { Day } from '../../../values/date.ts';

/** What was thrown, with the days that were loaded before, ascending, if it is the fault of the file or the generator. */
export function partlyLoaded(thrown: unknown, loaded: readonly Day[]): unknown {
  if (!(thrown instanceof UserError) || codeOf(thrown) !== 'BAD_SOURCE') return thrown;
  const [first, last] = [loaded[0], loaded.at(-1)];
  const said =
    first === undefined || last === undefined
      ? 'Nothing of it was loaded.'
      : `Nothing of this day and later ones was loaded; ${first === last ? `${first}, before it, was` : `the ${loaded.length} days before it, ${first} … ${last}, were`}.`;
  return new UserError(thrown.code, `${thrown.message} ${said}`, { cause: thrown });
}
