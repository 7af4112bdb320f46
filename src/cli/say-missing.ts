/** Says why a cell has no result, and what would make it. */
import type { MissingResult } from '../mill/answers/missing-result.ts';
import type { CellKey } from '../mill/model/cell.ts';
import type { Day } from '../values/date.ts';
import { inOutcomeWords, OUTCOME_WORDS } from './outcome-words.ts';
import type { Output } from './output.ts';

/** `from` is the first day of the grid. */
export function sayMissing(
  { computation, date }: CellKey,
  from: Day,
  { outcome, text, causes }: MissingResult,
  output: Output,
): void {
  if (outcome === 'SKIP' || outcome === 'STABLE') {
    output.trouble(`${computation}@${date} has no result: ${text}`);
    return;
  }
  output.trouble(`${computation}@${date} has no result. ${OUTCOME_WORDS[outcome]}: ${text}`);
  for (const { depth, subject, text: cause } of causes)
    output.trouble(`${'  '.repeat(depth)}<- ${subject}: ${inOutcomeWords(cause)}`);
  if (outcome === 'RUN' || outcome === 'RERUN')
    output.trouble(`Make it with: daymill run --date ${date}${date < from ? ` --from ${date}` : ''}`);
}
