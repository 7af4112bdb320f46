/** Why cells do not run, in few lines. */
import { counted } from './counted.ts';
import type { PlanGroup } from '../mill/answers/plan-groups.ts';

const MAX_NAMES_SHOWN = 4;

/** One line a reason, with the computations that share it. */
export function describeReasons(groups: readonly PlanGroup[]): string[] {
  const byReason = Map.groupBy(groups, ({ outcome, text }) => `${outcome}: ${text}`);
  return [...byReason].map(([reason, alike]) => {
    const days = alike.reduce((sum, group) => sum + group.days, 0);
    const names = [...new Set(alike.map(({ computation }) => computation))];
    const rest = names.length > MAX_NAMES_SHOWN ? ` and ${names.length - MAX_NAMES_SHOWN} more` : '';
    return `${reason}: ${counted(days, 'cell')} of ${names.slice(0, MAX_NAMES_SHOWN).join(', ')}${rest}`;
  });
}
