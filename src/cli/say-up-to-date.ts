/** Says that a result is not what a run would leave, or not trusted. */
import type { UpToDate } from '../mill/answers/up-to-date.ts';
import type { CellKey } from '../mill/model/cell.ts';
import { describeDistrust } from './describe-distrust.ts';
import { OUTCOME_WORDS } from './outcome-words.ts';
import type { Output } from './output.ts';

/** Nothing for a result that is up to date and trusted. */
export function sayUpToDate(
  { computation, date }: CellKey,
  { upToDate: is, now, distrust }: UpToDate,
  output: Output,
): void {
  if (!is) {
    const may = now.outcome === 'RERUN' && now.text.startsWith('if ') ? 'may not be' : 'is not';
    output.trouble(
      `This result ${may} up to date. ${OUTCOME_WORDS[now.outcome]}: ${now.text}. daymill explain ${computation} ${date} says more.`,
    );
  }
  if (distrust !== null) output.trouble(describeDistrust(computation, distrust));
}
