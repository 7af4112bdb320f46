/** Why cells do not run, in few lines. */
import { counted } from './counted.ts';
import type { PlanGroup } from '../mill/answers/plan-groups.ts';
import { OUTCOME_WORDS, paintOutcome } from './outcome-words.ts';

const MAX_NAMES_SHOWN = 4;

/** One line a reason, with the computations that share it; one for all that are impossible because of others. */
export function describeReasons(groups: readonly PlanGroup[]): string[] {
  const byReason = Map.groupBy(groups, reasonOf);
  return [...byReason].map(([reason, [first, ...others]]) => {
    const alike = first === undefined ? [] : [first, ...others];
    const days = alike.reduce((sum, group) => sum + group.days, 0);
    const names = [...new Set(alike.map(({ computation }) => computation))];
    const rest = names.length > MAX_NAMES_SHOWN ? ` and ${names.length - MAX_NAMES_SHOWN} more` : '';
    const word = first === undefined ? '' : OUTCOME_WORDS[first.outcome];
    return `${paintOutcome(word)}: ${reason.slice(reason.indexOf(':') + 2)}: ${counted(days, 'cell')} of ${names.slice(0, MAX_NAMES_SHOWN).join(', ')}${rest}`;
  });
}

const reasonOf = ({ outcome, why, text }: PlanGroup): string =>
  `${outcome}: ${why === 'UPSTREAM' ? 'they read what is impossible' : text}`;
